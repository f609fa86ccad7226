import { type Actor, unitsBoughtFor } from '../../accounts/actor.ts';
import type { AgreedTerms } from '../../cart/agreed-terms.ts';
import type { Wish } from '../../cart/quote.ts';
import { type OrderRequest, submitOrder } from '../../checkout/submit-order.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { FastTx } from '../../db/sql.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { type Fault, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { tellLater } from './quote-changed.ts';
import { nextOfferState, nextRequestState } from './quote-states.ts';

/** A line of a request with the offered line that is chosen for it. */
export interface ChosenLine {
  requestLineId: number;
  offerLineId: number;
}

export type AcceptanceTerms = Omit<OrderRequest, 'lines' | 'agreed' | 'unitId' | 'campaignId'>;

/**
 * Accepts offers, line by line, each request line from one of them: one order at exactly the offered prices and freight, which then
 * goes the way of every unit order (approval, credit, caps, stock). An offer is used once, as long as it binds: the request's row
 * decides between two acceptances, expiry, improvement and withdrawal. Refuses a stranger with 404. Returns the order's id.
 */
export async function acceptOffers(
  db: PrismaClient,
  actor: Actor,
  requestId: number,
  chosen: readonly ChosenLine[],
  terms: AcceptanceTerms,
  now: Date,
): Promise<number> {
  const { unitId, lines, agreed } = await agreedOn(db, actor, requestId, chosen, now);
  return submitOrder(db, actor, { ...terms, unitId, lines, agreed }, now);
}

/** What the chosen lines come to, with the claim that makes them binding. Throws NotFound, or RuleRefusal by line. */
export async function agreedOn(
  db: PrismaClient,
  actor: Actor,
  requestId: number,
  chosen: readonly ChosenLine[],
  now: Date,
): Promise<{ unitId: number; lines: Wish[]; agreed: AgreedTerms }> {
  const request = await db.quoteRequest.findUnique({
    where: { id: requestId },
    select: { unitId: true, lines: { select: { id: true, note: true } } },
  });
  if (!request || !unitsBoughtFor(actor).includes(request.unitId)) throw new NotFound();
  if (chosen.length === 0) throw new RuleRefusal('chooseOffer', [{ path: '', code: 'chooseOffer' }]);
  const offered = await offeredLines(db, requestId, chosen);
  const faults = chosen.flatMap(({ requestLineId, offerLineId }): Fault[] => {
    const fits = offered.some((line) => line.id === offerLineId && line.requestLineId === requestLineId);
    return fits ? [] : [{ path: `line.${requestLineId}`, code: 'noSuchOffer' }];
  });
  const products = offered.map((line) => line.productId);
  if (new Set(products).size < products.length) faults.push({ path: '', code: 'repeatedProduct' });
  for (const { offer } of offered) {
    const open = offer.lines.filter((line) => line.requestLine.awardedLineId === null);
    if (offer.wholeOnly && open.some((line) => !offered.some(({ id }) => id === line.id)))
      faults.push({ path: '', code: 'offerWholeOnly', values: { supplier: offer.supplier.name } });
  }
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const offers = new Map(offered.map((line) => [line.offerId, line.offer]));
  const lineIds = offered.map((line) => line.id);
  return {
    unitId: request.unitId,
    lines: offered.map(({ productId, quantity, requestLineId }) => ({
      ...{ productId, quantity },
      note: request.lines.find((line) => line.id === requestLineId)?.note ?? null,
    })),
    agreed: {
      prices: new Map(offered.map((line) => [line.productId, line.unitPriceFen])),
      freight: new Map([...offers.values()].map((offer) => [offer.supplierId, offer.freightFen])),
      days: {
        notBefore: [...offers.values()]
          .map(({ deliverOn }) => dayFromColumn(deliverOn))
          .sort()
          .at(-1),
      },
      claim: (tx) => claimOffers(tx, requestId, lineIds, now),
      note: (tx, orderId) => noteAccepted(tx, { requestId, lineIds, orderId, actor, at: now }),
    },
  };
}

function offeredLines(db: PrismaClient, requestId: number, chosen: readonly ChosenLine[]) {
  return db.quoteOfferLine.findMany({
    where: { id: { in: chosen.map((line) => line.offerLineId) }, offer: { requestId } },
    orderBy: { requestLineId: 'asc' },
    include: {
      offer: {
        include: {
          supplier: { select: { name: true } },
          lines: { select: { id: true, requestLine: { select: { awardedLineId: true } } } },
        },
      },
    },
  });
}

async function claimOffers(tx: FastTx, requestId: number, lineIds: readonly number[], now: Date): Promise<void> {
  const [request] = await tx.$queryRaw<{ state: 'open' | 'closed' | 'withdrawn' }[]>`
    SELECT state FROM quote_request WHERE id = ${requestId} FOR UPDATE`;
  if (request?.state !== 'open') throw new StateConflict('quoteRequestOver');
  const binding = await tx.$queryRaw<unknown[]>`
    SELECT x.id FROM quote_offer_line x JOIN quote_offer o ON o.id = x.offerId JOIN quote_request_line l ON l.id = x.requestLineId
    WHERE x.id IN (${Prisma.join(lineIds)}) AND o.state = 'open' AND o.validUntil > ${now} AND l.awardedLineId IS NULL`;
  if (binding.length < lineIds.length) throw new StateConflict('offerOver');
}

interface Acceptance {
  requestId: number;
  lineIds: readonly number[];
  orderId: number;
  actor: Actor;
  at: Date;
}

async function noteAccepted(tx: FastTx, { requestId, lineIds, orderId, actor, at }: Acceptance): Promise<void> {
  const ids = Prisma.join(lineIds);
  await tx.$executeRaw`UPDATE quote_offer_line SET orderId = ${orderId} WHERE id IN (${ids})`;
  await tx.$executeRaw`
    UPDATE quote_request_line l JOIN quote_offer_line x ON x.requestLineId = l.id SET l.awardedLineId = x.id WHERE x.id IN (${ids})`;
  await tx.$executeRaw`
    UPDATE quote_offer o JOIN quote_offer_line x ON x.offerId = o.id SET o.state = ${nextOfferState('open', 'accept')}, o.endedAt = ${at}
    WHERE x.id IN (${ids}) AND o.state = 'open'`;
  const suppliers = await tx.$queryRaw<{ supplierId: number }[]>`
    SELECT DISTINCT o.supplierId FROM quote_offer o JOIN quote_offer_line x ON x.offerId = o.id WHERE x.id IN (${ids})`;
  const supplierIds = suppliers.map(({ supplierId }) => supplierId);
  await audit(tx, {
    ...{ at, actorId: actor.id, action: 'quote.accept', subjectType: 'quote_request', subjectId: requestId },
    after: { orderId, offerLineIds: [...lineIds] },
  });
  await tellLater(tx, { what: 'accepted', requestId, supplierIds, factId: orderId });
  await closeWhenAllAwarded(tx, requestId, at);
}

/** Offers that can serve no line any more lapse with the last line; an open line keeps the request open. */
async function closeWhenAllAwarded(tx: FastTx, requestId: number, at: Date): Promise<void> {
  const [left] = await tx.$queryRaw<{ lines: number | bigint }[]>`
    SELECT COUNT(*) AS \`lines\` FROM quote_request_line WHERE requestId = ${requestId} AND awardedLineId IS NULL`;
  if (Number(left?.lines) > 0) return;
  const lost = await tx.$queryRaw<{ supplierId: number }[]>`
    SELECT DISTINCT supplierId FROM quote_offer WHERE requestId = ${requestId} AND state = 'open'`;
  await tx.$executeRaw`
    UPDATE quote_offer SET state = ${nextOfferState('open', 'lapse')}, endedAt = ${at} WHERE requestId = ${requestId} AND state = 'open'`;
  await tx.$executeRaw`
    UPDATE quote_request SET state = ${nextRequestState('open', 'award_all')}, endedAt = ${at} WHERE id = ${requestId}`;
  const supplierIds = lost.map(({ supplierId }) => supplierId);
  if (supplierIds.length > 0) await tellLater(tx, { what: 'ended', requestId, supplierIds, factId: requestId });
}
