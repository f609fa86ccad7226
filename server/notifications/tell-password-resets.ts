import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Notice, notify } from './notify.ts';

/** Tells people, once, that their password was set anew, and by whose link where it was handed out. */
export async function tellPasswordResets(db: PrismaClient, ids: readonly number[]): Promise<void> {
  const resets = await db.passwordReset.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, userId: true, issuedBy: { select: { name: true } } },
  });
  await notify(
    db,
    resets.map(
      ({ id, userId, issuedBy }): Notice => ({
        ...{ userId, kind: issuedBy ? 'password_reset_handed' : 'password_reset_mailed' },
        data: { by: issuedBy?.name ?? '' },
        link: pathTo('account'),
        dedupeKey: `password_reset ${id}`,
      }),
    ),
  );
}
