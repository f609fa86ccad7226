import { type Actor, unitsBoughtFor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, type Day, dayOf, dayToColumn, startOfDay } from '../../shared/days.ts';
import { type Fault, NotFound, RuleRefusal } from '../../shared/errors.ts';
import { tellLater } from './quote-changed.ts';
import { suppliersOfTheLike } from './quote-suppliers.ts';

export interface QuoteWish {
  unitId: number;
  lines: { productId: number; quantity: number; note: string | null }[];
  supplierIds: number[];
  neededOn: Day | null;
  /** the last day for offers */
  answerOn: Day;
  note: string | null;
}

export const MOST_LINES = 50;
export const LONGEST_ANSWER_DAYS = 60;

/**
 * Asks suppliers for binding offers in the name of a unit. Refuses a stranger to the unit with 404, and by field: no lines, unknown
 * or repeated products, no supplier or one that sells nothing of the kind, days that are over. Returns the request's id.
 */
export async function askForQuotes(db: PrismaClient, actor: Actor, wish: QuoteWish, at: Date): Promise<number> {
  if (!unitsBoughtFor(actor).includes(wish.unitId)) throw new NotFound('noSuchUnit');
  const faults = [...dayFaults(wish, dayOf(at)), ...(await lineFaults(db, wish))];
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const { unitId, lines, supplierIds, neededOn, answerOn, note } = wish;
  return inTransaction(db, async (tx) => {
    const request = await tx.quoteRequest.create({
      data: {
        ...{ unitId, note, requestedById: actor.id, at },
        neededOn: neededOn ? dayToColumn(neededOn) : null,
        answerBy: startOfDay(addDays(answerOn, 1)),
        lines: { create: lines },
        invitations: { create: [...new Set(supplierIds)].map((supplierId) => ({ supplierId })) },
      },
      select: { id: true },
    });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'quote.request',
        subjectType: 'quote_request',
        subjectId: request.id,
        unitId,
      },
      after: { lines: lines.map(({ productId, quantity }) => ({ productId, quantity })), supplierIds, answerOn },
    });
    await tellLater(tx, { what: 'requested', requestId: request.id, supplierIds, factId: request.id });
    return request.id;
  });
}

function dayFaults({ neededOn, answerOn }: QuoteWish, today: Day): Fault[] {
  const faults: Fault[] = [];
  if (answerOn < today || answerOn > addDays(today, LONGEST_ANSWER_DAYS))
    faults.push({ path: 'answerOn', code: 'answerDayRange', values: { days: LONGEST_ANSWER_DAYS } });
  if (neededOn !== null && neededOn < today) faults.push({ path: 'neededOn', code: 'dayIsOver' });
  return faults;
}

async function lineFaults(db: PrismaClient, { lines, supplierIds }: QuoteWish): Promise<Fault[]> {
  if (lines.length === 0) return [{ path: 'lines', code: 'quoteNeedsLines' }];
  const ids = lines.map((line) => line.productId);
  const known = await db.product.findMany({ where: { id: { in: ids } }, select: { id: true } });
  const faults = lines.flatMap(({ productId }, index): Fault[] => {
    if (!known.some(({ id }) => id === productId)) return [{ path: `lines.${index}.productId`, code: 'noSuchProduct' }];
    return ids.indexOf(productId) === index ? [] : [{ path: `lines.${index}.productId`, code: 'repeatedProduct' }];
  });
  const selling = await suppliersOfTheLike(db, ids);
  if (supplierIds.length === 0) faults.push({ path: 'suppliers', code: 'chooseSupplier' });
  if (supplierIds.some((id) => !selling.some((supplier) => supplier.id === id)))
    faults.push({ path: 'suppliers', code: 'sellsNothingLike' });
  return faults;
}
