import { type Actor, actsOnBehalfOf, requireRole, suppliersServedBy } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { OPEN_STATES, putInEffect } from './change-price.ts';
import { tellOfPrice } from './price-changed.ts';
import { readTierList } from './read-tier-list.ts';

export interface PriceDecision {
  decision: 'accept' | 'ask' | 'refuse';
  /** the question or the reason; needed unless it is accepted */
  text: string;
}

/** The operator accepts a flagged price, which then holds from now on, asks the supplier something, or refuses it with a reason (rule 21). Once decided: 409. */
export async function decidePrice(db: PrismaClient, actor: Actor, id: number, input: PriceDecision, at: Date) {
  requireRole(actor, 'operator');
  const { decision, text } = input;
  if (decision !== 'accept' && text === '') throw new RuleRefusal('badInput', [{ path: 'text', code: 'reasonNeeded' }]);
  await inTransaction(db, async (tx) => {
    const change = await lockOpen(tx, id);
    const data = {
      accept: { state: 'effective', approvedById: actor.id, effectiveAt: at, decidedAt: at } as const,
      ask: { state: 'asked', question: text, answer: null } as const,
      refuse: { state: 'refused', question: text, approvedById: actor.id, decidedAt: at } as const,
    }[decision];
    await tx.priceChange.update({ where: { id }, data, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: `price.${decision}`, subjectType: 'product', subjectId: change.productId },
      ...{
        before: { state: change.state, priceFen: change.oldFen },
        after: { state: data.state, priceFen: change.newFen },
      },
      reason: text || null,
    });
    const told = ({ accept: 'accepted', ask: 'asked', refuse: 'refused' } as const)[decision];
    await tellOfPrice(tx, { what: told, changeId: id });
    if (decision === 'accept')
      await putInEffect(tx, change.productId, { priceFen: change.newFen, tiers: readTierList(change.tiers) });
  });
}

/** The supplier answers what the operator asked about its price. */
export async function answerPrice(db: PrismaClient, actor: Actor, id: number, answer: string, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const change = await lockOpen(tx, id, actor);
    if (change.state !== 'asked') throw new StateConflict('nothingAsked');
    await tx.priceChange.update({ where: { id }, data: { state: 'waiting', answer }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, change.product.supplier), reason: answer },
      ...{ action: 'price.answer', subjectType: 'product', subjectId: change.productId },
    });
    await tellOfPrice(tx, { what: 'answered', changeId: id });
  });
}

/** The supplier takes back a price that waits. */
export async function withdrawPrice(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const change = await lockOpen(tx, id, actor);
    await tx.priceChange.update({ where: { id }, data: { state: 'withdrawn', decidedAt: at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, change.product.supplier) },
      ...{ action: 'price.withdraw', subjectType: 'product', subjectId: change.productId },
      after: { priceFen: change.newFen },
    });
  });
}

/** A price that waits, under its product's row; with an actor, one of the own goods. Throws NotFound, and StateConflict once decided. */
async function lockOpen(tx: Tx, id: number, owner?: Actor) {
  const found = await tx.priceChange.findUnique({ where: { id }, select: { productId: true } });
  if (!found) throw new NotFound();
  await tx.$queryRaw`SELECT id FROM product WHERE id = ${found.productId} FOR UPDATE`;
  const change = await tx.priceChange.findUniqueOrThrow({
    where: { id },
    include: { product: { select: { supplier: { select: { id: true, name: true } } } } },
  });
  if (owner && !suppliersServedBy(owner).includes(change.product.supplier.id)) throw new NotFound();
  if (!OPEN_STATES.some((state) => state === change.state)) throw new StateConflict('priceDecided');
  return change;
}
