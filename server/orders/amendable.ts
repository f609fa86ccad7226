import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import type { Db } from '../db/client.ts';
import type { WholeOrder } from './order-queries.ts';

interface MaybeAgreed {
  id: number;
  harvestId: number | null;
  poolId: number | null;
  agreementId: number | null;
}

/** Whether the order was made at prices agreed upon before: an offer, an agreement, a coming harvest or a shared case. */
export async function isAgreed(db: Db, { id, harvestId, poolId, agreementId }: MaybeAgreed): Promise<boolean> {
  if (harvestId !== null || poolId !== null || agreementId !== null) return true;
  return (await db.quoteOfferLine.count({ where: { orderId: id } })) > 0;
}

type Returned = Pick<WholeOrder, 'unitId' | 'fundingSource' | 'amendedBy'> & { decisions: { decision: string }[] };

/** Whether it was returned to be amended, which has not been done yet. */
export function awaitsAmending({ decisions, amendedBy }: Pick<Returned, 'decisions' | 'amendedBy'>): boolean {
  return decisions.at(-1)?.decision === 'returned' && amendedBy === null;
}

/** Any buyer of the unit may amend what was returned. */
export function mayAmend(actor: Actor, order: Returned): boolean {
  const isUnits = order.unitId !== null && order.fundingSource !== 'individual';
  return isUnits && unitsBoughtFor(actor).includes(order.unitId ?? 0) && awaitsAmending(order);
}
