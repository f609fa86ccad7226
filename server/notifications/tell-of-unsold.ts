import type { UnsoldChange } from '../assistance/unsold-told.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Notice, notify } from './notify.ts';

/** Tells producer, operators and organizers of goods that lag, and buyers of units that are behind of a call, each once (rule 20). */
export async function tellOfUnsold(db: PrismaClient, changes: readonly UnsoldChange[]): Promise<void> {
  for (const { warningId, what, unitIds } of changes) {
    const warning = await db.unsoldWarning.findUnique({
      where: { id: warningId },
      include: {
        batch: {
          select: { productId: true, product: { select: { family: { select: { name: true, nameEn: true } } } } },
        },
        calls: { orderBy: { id: 'desc' }, take: 1 },
      },
    });
    if (!warning) continue;
    const grants = await db.roleGrant.findMany({
      where:
        what === 'raised'
          ? { OR: [{ role: { in: ['operator', 'organizer'] } }, { role: 'supplier', supplierId: warning.supplierId }] }
          : { role: { in: ['buyer', 'approver'] }, unitId: { in: unitIds } },
      select: { userId: true },
    });
    const { name, nameEn } = warning.batch.product.family;
    const [call] = warning.calls;
    await notify(
      db,
      [...new Set(grants.map(({ userId }) => userId))].map(
        (userId): Notice => ({
          userId,
          kind: `unsold_${what}`,
          data: { name, nameEn, days: warning.daysToSpoil, text: call?.text ?? '' },
          link: what === 'raised' ? pathTo('unsold') : pathTo('product', { id: warning.batch.productId }),
          dedupeKey: `unsold.${what} ${what === 'raised' ? warningId : (call?.id ?? 0)}`,
        }),
      ),
    );
  }
}
