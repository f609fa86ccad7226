import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { CapKind } from '../../db/generated/enums.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, type Day, dayFromColumn, dayOf, dayToColumn } from '../../shared/days.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';

export interface CapTerms {
  kind: CapKind;
  productId: number | null;
  programmeId: number | null;
  /** units of sale, or fen a year and employee */
  limitValue: number;
  startsOn: Day;
  endsOn: Day;
}

/** Sets a new cap (rule 10). What was bought before it does not count against it. Returns its id. */
export async function addCap(db: PrismaClient, actor: Actor, terms: CapTerms, at: Date): Promise<number> {
  return inTransaction(db, async (tx) => {
    const { id } = await tx.cap.create({ data: columns(terms), select: { id: true } });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'cap.set',
      subjectType: 'cap',
      subjectId: id,
      after: { ...terms },
    });
    return id;
  });
}

/**
 * Changes a cap's limit and last day. Buyers hold the cap's row while they take their part, so this waits for them and then sees what
 * they took: refuses a limit below what somebody has already used, with how much that is.
 */
export async function changeCap(
  db: PrismaClient,
  actor: Actor,
  capId: number,
  change: Pick<CapTerms, 'limitValue' | 'startsOn' | 'endsOn'>,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const cap = await lockCap(tx, capId);
    const most = await mostUsed(tx, capId);
    if (change.limitValue < most)
      throw new RuleRefusal('badInput', [
        { path: 'limit', code: 'capBelowUsed', values: { used: capText(cap.kind, most) } },
      ]);
    await tx.cap.update({
      where: { id: capId },
      data: {
        limitValue: change.limitValue,
        startsOn: dayToColumn(change.startsOn),
        endsOn: dayToColumn(change.endsOn),
      },
      select: { id: true },
    });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'cap.change',
      subjectType: 'cap',
      subjectId: capId,
      before: {
        limitValue: Number(cap.limitValue),
        startsOn: dayFromColumn(cap.startsOn),
        endsOn: dayFromColumn(cap.endsOn),
      },
      after: { ...change },
    });
  });
}

/** Ends a cap at once. Refuses with 409 `capEnded` one that has ended. */
export async function endCap(db: PrismaClient, actor: Actor, capId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const cap = await lockCap(tx, capId);
    const today = dayOf(at);
    if (dayFromColumn(cap.endsOn) < today) throw new StateConflict('capEnded');
    await tx.cap.update({
      where: { id: capId },
      data: { endsOn: dayToColumn(addDays(today, -1)) },
      select: { id: true },
    });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'cap.end',
      subjectType: 'cap',
      subjectId: capId,
      before: { endsOn: dayFromColumn(cap.endsOn) },
      after: { endsOn: addDays(today, -1) },
    });
  });
}

/** Takes the cap's row, for which buyers in the middle of an order are waited for. Throws NotFound. */
export async function lockCap(tx: Tx, capId: number) {
  const locked = await tx.$queryRaw<unknown[]>`SELECT id FROM cap WHERE id = ${capId} FOR UPDATE`;
  if (locked.length === 0) throw new NotFound();
  return tx.cap.findUniqueOrThrow({ where: { id: capId } });
}

/** The most that a holder without an own share has used; of union funds, per employee and rounded up. */
async function mostUsed(tx: Tx, capId: number): Promise<number> {
  const [row] = await tx.$queryRaw<{ most: unknown }[]>`
    SELECT MAX(IF(k.kind = 'employee_union_year', CEIL(n.used / GREATEST(1, un.employees)), n.used)) AS most
    FROM cap_counter n JOIN cap k ON k.id = n.capId LEFT JOIN unit un ON un.id = n.holderId AND k.kind = 'employee_union_year'
    WHERE n.capId = ${capId} AND n.limitValue IS NULL`;
  return Number(row?.most ?? 0);
}

function capText(kind: CapKind, value: number): string {
  return kind === 'employee_union_year' ? (value / 100).toFixed(2) : String(value);
}

function columns({ startsOn, endsOn, ...terms }: CapTerms) {
  return { ...terms, startsOn: dayToColumn(startsOn), endsOn: dayToColumn(endsOn) };
}
