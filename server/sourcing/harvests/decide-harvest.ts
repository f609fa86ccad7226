import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { MAX_QUANTITY } from '../../catalog/shelf-products.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { onBehalf } from '../../orders/on-behalf.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { NotFound, RuleRefusal } from '../../shared/errors.ts';
import { nextHarvestState } from './harvest-states.ts';
import { type LockedHarvest, lockHarvest } from './lock-harvest.ts';

/**
 * The supplier says what was really harvested, which ends the pre-orders also before their closing and waives the minimum; what each
 * order gets of it is settled afterwards. Refuses another's with 404, one that is decided with 409.
 */
export async function recordHarvest(
  db: PrismaClient,
  actor: Actor,
  id: number,
  { quantity, harvestedOn }: { quantity: number; harvestedOn: Day },
  at: Date,
): Promise<void> {
  if (harvestedOn > dayOf(at)) throw new RuleRefusal('badInput', [{ path: 'harvestedOn', code: 'dayIsToCome' }]);
  if (quantity > MAX_QUANTITY)
    throw new RuleRefusal('badInput', [
      { path: 'quantity', code: 'quantityTooLarge', values: { maximum: MAX_QUANTITY } },
    ]);
  await inTransaction(db, async (tx) => {
    const harvest = await lockOwn(tx, actor, id);
    const onBehalfOf = await onBehalf(tx, actor, harvest.supplierId);
    await decide(tx, harvest, { actorId: actor.id, onBehalfOf, quantity, harvestedOn, reason: null, at });
  });
}

/** The supplier says that there is nothing to harvest, and why: everything goes back. Refusals as in recordHarvest. */
export async function giveUpHarvest(db: PrismaClient, actor: Actor, id: number, reason: string, at: Date) {
  await inTransaction(db, async (tx) => {
    const harvest = await lockOwn(tx, actor, id);
    const onBehalfOf = await onBehalf(tx, actor, harvest.supplierId);
    await decide(tx, harvest, { actorId: actor.id, onBehalfOf, quantity: 0, harvestedOn: null, reason, at });
  });
}

interface HarvestDecision {
  /** null: the market, because too little was ordered */
  actorId: number | null;
  onBehalfOf?: string;
  quantity: number;
  harvestedOn: Day | null;
  reason: string | null;
  at: Date;
}

/** Fixes what there is to share out. The caller holds the announcement's lock. */
export async function decide(tx: Tx, harvest: LockedHarvest, decision: HarvestDecision): Promise<void> {
  const { actorId, onBehalfOf, quantity, harvestedOn, reason, at } = decision;
  const state = nextHarvestState(harvest.state, 'decide');
  await tx.harvest.update({
    where: { id: harvest.id },
    data: {
      ...{ state, harvestedQuantity: quantity, reason },
      harvestedOn: harvestedOn ? dayToColumn(harvestedOn) : null,
    },
    select: { id: true },
  });
  await audit(tx, {
    ...{ at, actorId, onBehalfOf, action: 'harvest.decide', subjectType: 'harvest', subjectId: harvest.id, reason },
    ...{ before: { state: harvest.state }, after: { state, harvestedQuantity: quantity, harvestedOn } },
  });
}

async function lockOwn(tx: Tx, actor: Actor, id: number): Promise<LockedHarvest> {
  const harvest = await lockHarvest(tx, id);
  if (!suppliersServedBy(actor).includes(harvest.supplierId)) throw new NotFound();
  return harvest;
}
