import { type Actor, actsOnBehalfOf } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import type { PriceTier } from '../../catalog/shelf.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { PriceChangeState } from '../../db/generated/enums.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Fault, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import type { Fen } from '../../shared/money.ts';
import { type LockedProduct, lockOwnProduct } from '../own-goods.ts';
import { judgePrice } from './judge-price.ts';
import { tellOfPrice } from './price-changed.ts';

export interface PriceProposal {
  priceFen: Fen;
  tiers: PriceTier[];
}

/** While one of these stands, no other price is proposed. */
export const OPEN_STATES = ['waiting', 'asked'] as const satisfies readonly PriceChangeState[];

/**
 * Changes the price and tiers of an own product, with a reason: at once, or when the operator accepts what rule 21 flags. Refuses
 * another's with 404, a price that is the present one, and a second one while one waits (409). Answers whether it is in effect.
 */
export async function changePrice(
  db: PrismaClient,
  actor: Actor,
  productId: number,
  input: PriceProposal & { reason: string },
  at: Date,
): Promise<boolean> {
  return inTransaction(db, (tx) => changeOwnPrice(tx, actor, productId, input, at));
}

/** The same within a transaction. */
export async function changeOwnPrice(
  tx: Tx,
  actor: Actor,
  productId: number,
  { reason, ...proposal }: PriceProposal & { reason: string },
  at: Date,
): Promise<boolean> {
  const product = await lockOwnProduct(tx, actor, productId);
  const waiting = await tx.priceChange.findFirst({
    where: { productId, state: { in: [...OPEN_STATES] } },
    select: { id: true },
  });
  if (waiting) throw new StateConflict('priceWaitsAlready');
  const isFirst = await lacksPrice(tx, productId);
  if (!isFirst && sameAs(product, proposal))
    throw new RuleRefusal('badInput', [{ path: 'priceFen', code: 'samePrice' }]);
  return propose(tx, actor, product, { ...proposal, reason, isFirst }, at);
}

/** The first price of a new specification; flagged, it keeps it from the shelf until the operator has accepted it. */
export async function setFirstPrice(tx: Tx, actor: Actor, productId: number, proposal: PriceProposal, at: Date) {
  const product = await lockOwnProduct(tx, actor, productId);
  await propose(tx, actor, product, { ...proposal, reason: null, isFirst: true }, at);
}

async function propose(
  tx: Tx,
  actor: Actor,
  product: LockedProduct,
  { priceFen, tiers, reason, isFirst }: PriceProposal & { reason: string | null; isFirst: boolean },
  at: Date,
): Promise<boolean> {
  const faults = tierFaults(product, tiers);
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const before = { ...product, priceFen: isFirst ? null : product.priceFen };
  const { flag, basis } = await judgePrice(tx, before, { priceFen, tiers }, at);
  const change = await tx.priceChange.create({
    data: {
      ...{ productId: product.id, oldFen: before.priceFen ?? 0, newFen: priceFen, byId: actor.id, reason, flag },
      ...{ state: flag ? ('waiting' as const) : ('effective' as const), tiers: tiers.map((tier) => ({ ...tier })) },
      oldTiers: isFirst ? [] : tiersOf(product),
      ...{ basis: { ...basis }, requestedAt: at, effectiveAt: flag ? null : at },
    },
    select: { id: true },
  });
  await audit(tx, {
    ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, product.supplier), reason },
    ...{ action: flag ? 'price.propose' : 'price.change', subjectType: 'product', subjectId: product.id },
    before: { priceFen: before.priceFen, tiers: tiersOf(product) },
    after: { priceFen, tiers: tiersOf({ tiers }), flag },
  });
  if (flag) await tellOfPrice(tx, { what: 'flagged', changeId: change.id });
  else await putInEffect(tx, product.id, { priceFen, tiers });
  return flag === null;
}

/** Writes a price to the product, and its tiers unless they stay as they were (null). The caller holds the product's row. */
export async function putInEffect(
  tx: Tx,
  productId: number,
  { priceFen, tiers }: { priceFen: Fen; tiers: readonly PriceTier[] | null },
): Promise<void> {
  await tx.product.update({ where: { id: productId }, data: { priceFen }, select: { id: true } });
  if (tiers) {
    await tx.priceTier.deleteMany({ where: { productId } });
    await tx.priceTier.createMany({ data: tiersOf({ tiers }).map((tier) => ({ productId, ...tier })) });
  }
  await noteChangedProducts(tx, [productId]);
}

/** Whether no price of it was ever in effect; products from before price history have theirs. */
async function lacksPrice(tx: Tx, productId: number): Promise<boolean> {
  const [first, effective] = [
    await tx.priceChange.findFirst({ where: { productId, oldFen: 0 }, select: { id: true } }),
    await tx.priceChange.findFirst({ where: { productId, effectiveAt: { not: null } }, select: { id: true } }),
  ];
  return first !== null && effective === null;
}

function tierFaults(product: LockedProduct, tiers: readonly PriceTier[]): Fault[] {
  return tiers.flatMap((tier, index) =>
    tier.fromQuantity > product.minQuantity
      ? []
      : [{ path: `tierFrom${index + 1}`, code: 'tierAboveMinimum', values: { minimum: product.minQuantity } }],
  );
}

const tiersOf = ({ tiers }: { tiers: readonly PriceTier[] }) =>
  tiers.map(({ fromQuantity, priceFen }) => ({ fromQuantity, priceFen }));

function sameAs(product: LockedProduct, { priceFen, tiers }: PriceProposal): boolean {
  return product.priceFen === priceFen && JSON.stringify(tiersOf(product)) === JSON.stringify(tiersOf({ tiers }));
}
