import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { onBehalf } from '../../orders/on-behalf.ts';
import { addDays, type Day, dayOf, dayToColumn, startOfDay } from '../../shared/days.ts';
import { type Fault, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { MAX_ORDER_FEN } from '../../shared/money.ts';
import { type LockedRequest, lockRequest } from './lock-request.ts';
import { tellLater } from './quote-changed.ts';
import { nextOfferState } from './quote-states.ts';

export interface OfferInput {
  supplierId: number;
  lines: {
    requestLineId: number;
    productId: number;
    quantity: number;
    priceFen: number;
    /** what the price is of: one unit of sale or a kilogram */
    per: 'unit' | 'kg';
  }[];
  freightFen: number;
  deliverOn: Day;
  /** the last day on which it can be accepted */
  validOn: Day;
  wholeOnly: boolean;
  note: string | null;
}

export const LONGEST_VALID_DAYS = 90;

type PricedLine = {
  requestLineId: number;
  productId: number;
  quantity: number;
  unitPriceFen: number;
  pricePerKgFen: number | null;
};

/**
 * A supplier's binding offer: until its last day it can be accepted once, at exactly this price. Another one of the same supplier
 * takes its place only where it is no worse for the buyer in any line, freight, quantity or day of validity; it cannot be withdrawn
 * (民法典 §476: an offer with a term for acceptance is irrevocable). Stock is looked at when it is made and decided when it is accepted.
 * Refuses who does not act for an invited supplier with 404, a request that is over with 409, the rest by field. Returns its id.
 */
export async function makeOffer(
  db: PrismaClient,
  actor: Actor,
  requestId: number,
  input: OfferInput,
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const request = await lockRequest(tx, requestId);
    const invited = request.invitations.find(({ supplierId }) => supplierId === input.supplierId);
    if (!invited || !suppliersServedBy(actor).includes(input.supplierId)) throw new NotFound();
    if (request.state !== 'open' || request.answerBy <= at) throw new StateConflict('quoteRequestOver');
    const lines = await checkedLines(tx, request, input, dayOf(at));
    const earlier = request.offers.filter((offer) => offer.supplierId === input.supplierId && offer.validUntil > at);
    for (const offer of earlier) {
      const worse = worseIn(request, offer, input, lines);
      if (worse) throw new RuleRefusal('offerWorse', [{ path: worse, code: 'offerWorse' }]);
    }
    const { supplierId, freightFen, wholeOnly, note } = input;
    const made = await tx.quoteOffer.create({
      data: {
        ...{ requestId, supplierId, freightFen, wholeOnly, note, byId: actor.id, at },
        deliverOn: dayToColumn(input.deliverOn),
        validUntil: startOfDay(addDays(input.validOn, 1)),
        lines: { create: lines },
      },
      select: { id: true },
    });
    const state = nextOfferState('open', 'improve');
    for (const { id } of earlier)
      await tx.quoteOffer.update({ where: { id }, data: { state, endedAt: at }, select: { id: true } });
    await tx.quoteInvitation.update({
      where: { requestId_supplierId: { requestId, supplierId } },
      data: { declinedAt: null, declinedById: null, declineReason: null },
      select: { requestId: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'quote.offer', subjectType: 'quote_offer', subjectId: made.id },
      ...{ unitId: request.unitId, onBehalfOf: await onBehalf(tx, actor, supplierId) },
      ...(earlier[0] ? { before: { offerId: earlier[0].id } } : {}),
      after: { requestId, supplierId, freightFen, validOn: input.validOn, lines: lines.map((line) => ({ ...line })) },
    });
    await tellLater(tx, { what: 'offered', requestId, supplierIds: [supplierId], factId: made.id });
    return made.id;
  });
}

async function checkedLines(tx: Tx, request: LockedRequest, input: OfferInput, today: Day): Promise<PricedLine[]> {
  const faults: Fault[] = [];
  if (input.validOn < today || input.validOn > addDays(today, LONGEST_VALID_DAYS))
    faults.push({ path: 'validOn', code: 'validDayRange', values: { days: LONGEST_VALID_DAYS } });
  if (input.deliverOn < today) faults.push({ path: 'deliverOn', code: 'dayIsOver' });
  if (input.lines.length === 0) faults.push({ path: 'lines', code: 'offerNeedsLines' });
  const products = await tx.product.findMany({
    where: { id: { in: input.lines.map((line) => line.productId) }, supplierId: input.supplierId, state: 'on_sale' },
    select: { id: true, netGrams: true },
  });
  const lines = input.lines.map((line, index): PricedLine => {
    const path = (field: string) => `lines.${index}.${field}`;
    const asked = request.lines.find(({ id }) => id === line.requestLineId);
    const product = products.find(({ id }) => id === line.productId);
    const isFirst = (of: (other: OfferInput['lines'][number]) => boolean) => input.lines.findIndex(of) === index;
    if (!asked || asked.awardedLineId !== null || !isFirst((other) => other.requestLineId === line.requestLineId))
      faults.push({ path: path('quantity'), code: 'notAsked' });
    if (!product) faults.push({ path: path('productId'), code: 'notYourProduct' });
    if (!isFirst((other) => other.productId === line.productId))
      faults.push({ path: path('productId'), code: 'repeatedProduct' });
    const unitPriceFen = line.per === 'kg' ? perUnit(line.priceFen, product?.netGrams ?? 0) : line.priceFen;
    if (unitPriceFen < 1 || unitPriceFen * line.quantity > MAX_ORDER_FEN)
      faults.push({ path: path('price'), code: 'malformedAmount' });
    const { requestLineId, productId, quantity } = line;
    return {
      requestLineId,
      productId,
      quantity,
      unitPriceFen,
      pricePerKgFen: line.per === 'kg' ? line.priceFen : null,
    };
  });
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  return lines;
}

/** Fen of one unit of sale at a price of the kilogram, rounded half up. */
export function perUnit(perKgFen: number, netGrams: number): number {
  return Number((BigInt(perKgFen) * BigInt(netGrams) + 500n) / 1000n);
}

/** The field in which an offer would be worse than the one that binds already; null: in none. */
function worseIn(
  request: LockedRequest,
  bound: LockedRequest['offers'][number],
  input: OfferInput,
  lines: readonly PricedLine[],
): string | null {
  if (input.freightFen > bound.freightFen) return 'freightFen';
  if (startOfDay(addDays(input.validOn, 1)) < bound.validUntil) return 'validOn';
  if (dayToColumn(input.deliverOn) > bound.deliverOn) return 'deliverOn';
  if (input.wholeOnly && !bound.wholeOnly) return 'wholeOnly';
  for (const old of bound.lines) {
    if (request.lines.some(({ id, awardedLineId }) => id === old.requestLineId && awardedLineId !== null)) continue;
    const index = lines.findIndex((line) => line.requestLineId === old.requestLineId);
    const line = lines[index];
    if (!line) return 'lines';
    if (line.productId !== old.productId) return `lines.${index}.productId`;
    if (line.unitPriceFen > old.unitPriceFen) return `lines.${index}.price`;
    if (line.quantity < old.quantity) return `lines.${index}.quantity`;
  }
  return null;
}
