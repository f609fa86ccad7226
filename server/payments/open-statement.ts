import { randomUUID } from 'node:crypto';
import type { Tx } from '../db/client.ts';
import type { UnitPayer } from '../db/generated/client.ts';
import type { StatementState } from '../db/generated/enums.ts';
import { addDays, addMonths, type Day, dayToColumn, monthOf } from '../shared/days.ts';
import { lockStatementsOf } from './lock-statement.ts';
import { latestDueOn } from './payment-term.ts';

/**
 * The open statement of a payer and supplier that takes up what happened on a day: that of its month, made where there is none, or of
 * the first month after in which none was confirmed or paid yet. Two that make it at once make one. The caller holds the order's lock.
 */
export async function openStatement(tx: Tx, payer: UnitPayer, supplierId: number, day: Day): Promise<number> {
  await lockStatementsOf(tx, payer.id, supplierId);
  for (let month = monthOf(day); ; month = addMonths(month, 1)) {
    const statement = await ofMonth(tx, payer, supplierId, month);
    if (statement.state === 'open') return statement.id;
  }
}

interface Found {
  id: number;
  state: StatementState;
}

async function ofMonth(tx: Tx, payer: UnitPayer, supplierId: number, month: Day): Promise<Found> {
  const startsOn = dayToColumn(month);
  const find = () => tx.$queryRaw<Found[]>`
    SELECT id, state FROM statement WHERE payerId = ${payer.id} AND supplierId = ${supplierId} AND startsOn = ${startsOn} FOR UPDATE`;
  const [found] = await find();
  if (found) return found;
  // Not an upsert of Prisma's: the unique key decides who of two makes it, and the other one waits and finds it.
  await tx.$executeRaw`
    INSERT INTO statement (unitId, payerId, fundingSource, supplierId, startsOn, endsOn, totalFen, referenceCode)
    VALUES (${payer.unitId}, ${payer.id}, ${payer.fundingSource}, ${supplierId}, ${startsOn}, ${dayToColumn(addDays(addMonths(month, 1), -1))}, 0,
      ${randomUUID().slice(0, 32)})
    ON DUPLICATE KEY UPDATE id = statement.id`;
  const [made] = await find();
  if (!made) throw new Error(`statement of payer ${payer.id} for ${month} cannot be made`);
  await tx.$executeRaw`
    UPDATE statement SET referenceCode = ${referenceCodeOf(month, made.id)} WHERE id = ${made.id} AND referenceCode NOT LIKE 'DZ%'`;
  return made;
}

/** What a transfer for the statement says: DZ, its month, its number. */
function referenceCodeOf(month: Day, id: number): string {
  return `DZ${month.slice(0, 4)}${month.slice(5, 7)}${String(id).padStart(6, '0')}`;
}

export interface Raise {
  statementId: number;
  fen: number;
  /** days from a delivery */
  termDays: number;
  /** the day of the delivery; null when only something was given back */
  receivedOn: Day | null;
}

/**
 * Adds to what a statement comes to, its lines being written. It is due when the term of its last delivery is over, but no line of it
 * later than 60 days after its own delivery (rule 27).
 */
export async function raiseStatement(tx: Tx, { statementId, fen, termDays, receivedOn }: Raise): Promise<void> {
  const latest = receivedOn === null ? null : await latestDueOn(tx, statementId);
  const [dueOn, latestOn] = [receivedOn && addDays(receivedOn, termDays), latest].map((day) => day && dayToColumn(day));
  await tx.$executeRaw`
    UPDATE statement SET totalFen = totalFen + ${fen},
      dueOn = IF(${dueOn} IS NULL, dueOn, LEAST(GREATEST(COALESCE(dueOn, ${dueOn}), ${dueOn}), COALESCE(${latestOn}, ${dueOn})))
    WHERE id = ${statementId}`;
}
