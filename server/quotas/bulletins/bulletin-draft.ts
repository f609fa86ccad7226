import type { Tx } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { StateConflict } from '../../shared/errors.ts';

/**
 * The only way by which a bulletin's row changes: as a draft, in the revision that was read. What is published is thus beyond every
 * use case (rule 13). Refuses with 409 `bulletinPublished` or `bulletinChanged`.
 */
export async function changeDraft(
  tx: Tx,
  id: number,
  revision: number,
  data: Prisma.BulletinUncheckedUpdateManyInput,
): Promise<void> {
  const { count } = await tx.bulletin.updateMany({
    where: { id, state: 'draft', revision },
    data: { ...data, revision: revision + 1 },
  });
  if (count === 1) return;
  const now = await tx.bulletin.findUnique({ where: { id }, select: { state: true } });
  throw new StateConflict(now?.state === 'draft' ? 'bulletinChanged' : 'bulletinPublished');
}
