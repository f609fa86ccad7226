import { type Actor, unitsBoughtFor } from '../../accounts/actor.ts';
import type { AgreedTerms } from '../../cart/agreed-terms.ts';
import type { Wish } from '../../cart/quote.ts';
import { type OrderRequest, submitOrder } from '../../checkout/submit-order.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { FastTx } from '../../db/sql.ts';
import { dayFromColumn, dayOf, dayToColumn } from '../../shared/days.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import { calledOffFen } from './called-off.ts';

export type CallOffTerms = Omit<OrderRequest, 'lines' | 'agreed' | 'unitId' | 'campaignId'>;

/**
 * Calls goods off a signed agreement: an order of the unit at the agreed prices, which goes the way of every unit order. The agreement's
 * row decides between two at once, so that together they never come to more than its amount. Refuses a stranger with 404, another
 * supplier's goods by line, with `agreementNotInForce` outside its days and with `agreementUsedUp` beyond its amount. Returns the order's id.
 */
export async function callOff(
  db: PrismaClient,
  actor: Actor,
  agreementId: number,
  lines: readonly Wish[],
  terms: CallOffTerms,
  now: Date,
): Promise<number> {
  const { unitId, agreed } = await callOffTerms(db, actor, agreementId, lines, now);
  return submitOrder(db, actor, { ...terms, unitId, lines: [...lines], agreed }, now);
}

/** The unit that calls off and the prices of it, with the claim that holds the amount. Throws NotFound, or RuleRefusal by line. */
export async function callOffTerms(
  db: PrismaClient,
  actor: Actor,
  agreementId: number,
  lines: readonly Wish[],
  now: Date,
): Promise<{ unitId: number; agreed: AgreedTerms }> {
  const agreement = await db.frameworkAgreement.findUnique({ where: { id: agreementId }, include: { prices: true } });
  if (!agreement || !unitsBoughtFor(actor).includes(agreement.unitId)) throw new NotFound();
  if (lines.length === 0) throw new RuleRefusal('quoteNeedsLines', [{ path: '', code: 'quoteNeedsLines' }]);
  const ids = lines.map(({ productId }) => productId);
  const own = await db.product.findMany({
    where: { id: { in: ids }, supplierId: agreement.supplierId },
    select: { id: true },
  });
  const strange = lines.findIndex(({ productId }) => !own.some(({ id }) => id === productId));
  if (strange >= 0) throw new RuleRefusal('badInput', [{ path: `lines.${strange}.productId`, code: 'noSuchProduct' }]);
  return {
    unitId: agreement.unitId,
    agreed: {
      prices: new Map(agreement.prices.map(({ productId, unitPriceFen }) => [productId, unitPriceFen])),
      claim: (tx) => inForce(tx, agreementId, now),
      note: (tx, orderId) => noteCallOff(tx, agreementId, orderId),
    },
  };
}

async function inForce(tx: FastTx, agreementId: number, now: Date): Promise<void> {
  const [agreement] = await tx.$queryRaw<{ state: string; startsOn: Date; endsOn: Date }[]>`
    SELECT state, startsOn, endsOn FROM framework_agreement WHERE id = ${agreementId} FOR UPDATE`;
  const today = dayToColumn(dayOf(now));
  if (agreement?.state !== 'signed' || agreement.startsOn > today || agreement.endsOn < today)
    throw new StateConflict('agreementNotInForce', {
      from: agreement ? dayFromColumn(agreement.startsOn) : '',
      until: agreement ? dayFromColumn(agreement.endsOn) : '',
    });
}

/** The order's lines are written: what is called off with them must stay within the amount, else nothing of the order stays. */
async function noteCallOff(tx: FastTx, agreementId: number, orderId: number): Promise<void> {
  await tx.$executeRaw`UPDATE \`order\` SET agreementId = ${agreementId} WHERE id = ${orderId}`;
  const [agreement] = await tx.$queryRaw<{ amountFen: bigint }[]>`
    SELECT amountFen FROM framework_agreement WHERE id = ${agreementId}`;
  const [own] = await tx.$queryRaw<{ fen: bigint | number | null }[]>`
    SELECT SUM(payableFen) AS fen FROM order_line WHERE orderId = ${orderId}`;
  const left = Number(agreement?.amountFen ?? 0) - (await calledOffFen(tx, agreementId)) + Number(own?.fen ?? 0);
  if (Number(own?.fen ?? 0) > left)
    throw new RuleRefusal('agreementUsedUp', [
      { path: '', code: 'agreementUsedUp', values: { left: formatYuan(Math.max(0, left)) } },
    ]);
}
