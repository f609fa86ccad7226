import { type Actor, suppliersServedBy } from '../accounts/actor.ts';
import type { Db } from '../db/client.ts';
import type { FulfilmentState } from '../db/generated/enums.ts';

/** How many parcels of the actor's suppliers stand in each state; those of orders that never bound are left out. */
export async function countFulfilments(db: Db, actor: Actor): Promise<Partial<Record<FulfilmentState, number>>> {
  const rows = await db.fulfilment.groupBy({
    by: ['state'],
    where: { supplierId: { in: suppliersServedBy(actor) }, order: { placedAt: { not: null } } },
    _count: { _all: true },
  });
  return Object.fromEntries(rows.map((row) => [row.state, row._count._all]));
}
