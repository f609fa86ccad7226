import { randomBytes } from 'node:crypto';
import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { onBehalf } from '../../orders/on-behalf.ts';
import { addDays, type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { type Fault, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { type Fen, MAX_ORDER_FEN } from '../../shared/money.ts';
import { lockIntention } from './lock-matching.ts';
import { tellLater } from './matching-changed.ts';

export interface AgreementWish {
  /** how much may be called off, goods without freight */
  amountFen: Fen;
  startsOn: Day;
  /** the last day on which it can be called off */
  endsOn: Day;
  terms: string;
  /** fen of a unit of sale; a product of the supplier without one costs what it costs on the day */
  prices: { productId: number; unitPriceFen: Fen }[];
}

export const LONGEST_TERM_DAYS = 1_100;

/**
 * The supplier proposes a framework agreement for an open intention. One at a time: a further one takes the place of what still lies there.
 * Refuses a stranger with 404, an intention that is over with `intentionOver`, and by field: days, products that are not the supplier's.
 * Returns the agreement's id.
 */
export async function proposeAgreement(
  db: PrismaClient,
  actor: Actor,
  intentionId: number,
  wish: AgreementWish,
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const intention = await lockIntention(tx, intentionId);
    const { supplierId, unitId } = intention;
    if (!suppliersServedBy(actor).includes(supplierId)) throw new NotFound();
    if (intention.state !== 'open') throw new StateConflict('intentionOver');
    const ids = wish.prices.map(({ productId }) => productId);
    const own = await tx.product.findMany({ where: { id: { in: ids }, supplierId }, select: { id: true } });
    const faults = [...dayFaults(wish, dayOf(at)), ...priceFaults(wish, new Set(own.map(({ id }) => id)))];
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    await tx.frameworkAgreement.updateMany({ where: { intentionId, state: 'proposed' }, data: { state: 'withdrawn' } });
    const { amountFen, terms, prices, startsOn, endsOn } = wish;
    const { id } = await tx.frameworkAgreement.create({
      data: {
        ...{ intentionId, unitId, supplierId, amountFen, terms, number: newNumber(dayOf(at)) },
        ...{ startsOn: dayToColumn(startsOn), endsOn: dayToColumn(endsOn), proposedById: actor.id, proposedAt: at },
        prices: { create: prices },
      },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: await onBehalf(tx, actor, supplierId) },
      ...{ action: 'agreement.propose', subjectType: 'framework_agreement', subjectId: id },
      ...{ unitId, after: { ...wish, intentionId } },
    });
    await tellLater(tx, { what: 'proposed', agreementId: id });
    return id;
  });
}

function dayFaults({ startsOn, endsOn, amountFen }: AgreementWish, today: Day): Fault[] {
  const faults: Fault[] = [];
  if (amountFen > MAX_ORDER_FEN) faults.push({ path: 'amountFen', code: 'malformedAmount' });
  if (startsOn < addDays(today, -31)) faults.push({ path: 'startsOn', code: 'dayIsOver' });
  if (endsOn < today || endsOn < startsOn || endsOn > addDays(startsOn, LONGEST_TERM_DAYS))
    faults.push({ path: 'endsOn', code: 'agreementDayRange', values: { days: LONGEST_TERM_DAYS } });
  return faults;
}

function priceFaults({ prices }: AgreementWish, own: ReadonlySet<number>): Fault[] {
  return prices.flatMap(({ productId, unitPriceFen }, index): Fault[] => {
    const path = `price.${productId}`;
    if (!own.has(productId)) return [{ path, code: 'notYourProduct' }];
    if (prices.findIndex((other) => other.productId === productId) !== index)
      return [{ path, code: 'repeatedProduct' }];
    return unitPriceFen < 1 || unitPriceFen > MAX_ORDER_FEN ? [{ path, code: 'malformedAmount' }] : [];
  });
}

function newNumber(day: Day): string {
  return `KJ${day.replaceAll('-', '')}-${randomBytes(3).toString('hex').toUpperCase()}`;
}
