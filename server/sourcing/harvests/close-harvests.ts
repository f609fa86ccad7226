import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { decide } from './decide-harvest.ts';
import { tellLater } from './harvest-changed.ts';
import { nextHarvestState } from './harvest-states.ts';
import { lockHarvest } from './lock-harvest.ts';
import { orderedQuantities, sumOf } from './ordered-quantities.ts';

const BATCH = 100;

/**
 * Closes pre-orders whose last day is over, and gives those up whose minimum can no longer be reached, also by what still waits for
 * payment or approval. Returns how many were looked at.
 */
export async function closeHarvests(db: PrismaClient, now: Date): Promise<number> {
  const due = await db.harvest.findMany({
    where: {
      OR: [
        { state: 'open', closesAt: { lte: now } },
        { state: 'closed', minimumQuantity: { gt: 0 } },
      ],
    },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: BATCH,
  });
  for (const { id } of due) await close(db, id, now);
  return due.length;
}

async function close(db: PrismaClient, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const harvest = await lockHarvest(tx, id);
    if ((harvest.state !== 'open' && harvest.state !== 'closed') || harvest.closesAt > at) return;
    const ordered = sumOf(await orderedQuantities(tx, id));
    if (ordered < harvest.minimumQuantity)
      return decide(tx, harvest, { actorId: null, quantity: 0, harvestedOn: null, reason: null, at });
    if (harvest.state === 'closed') return;
    const state = nextHarvestState(harvest.state, 'close');
    await tx.harvest.update({ where: { id }, data: { state }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: null, action: 'harvest.close', subjectType: 'harvest', subjectId: id },
      ...{ before: { state: harvest.state }, after: { state, ordered } },
    });
    await tellLater(tx, { what: 'closed', harvestId: id, orderId: null, quantity: ordered });
  });
}
