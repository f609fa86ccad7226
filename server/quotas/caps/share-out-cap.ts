import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { type Fault, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { allocate } from '../../shared/money.ts';
import { listOf } from '../board/progress-queries.ts';
import { lockCap } from './set-cap.ts';

export interface UnitShare {
  unitId: number;
  /** units of sale (or fen, of union funds) that the unit may buy in all; null: the cap's own limit holds again */
  value: number | null;
}

/**
 * Gives units their own shares of a scarce product instead of the cap's limit (rule 10): all of them or none. Refuses, by unit, a
 * share below what the unit has already used.
 */
export async function shareOutCap(
  db: PrismaClient,
  actor: Actor,
  capId: number,
  shares: readonly UnitShare[],
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const cap = await lockCap(tx, capId);
    if (cap.kind === 'person_product') throw new StateConflict('capOfPersons');
    const used = await usedBy(tx, capId, shares);
    const faults = shares.flatMap(({ unitId, value }): Fault[] => {
      const already = used.get(unitId)?.used ?? 0;
      const least = value ?? (cap.kind === 'unit_product' ? Number(cap.limitValue) : already);
      return least < already ? [{ path: `share-${unitId}`, code: 'capBelowUsed', values: { used: already } }] : [];
    });
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    for (const { unitId, value } of [...shares].sort((a, b) => a.unitId - b.unitId))
      await tx.$executeRaw`
        INSERT INTO cap_counter (capId, holderId, used, limitValue) VALUES (${capId}, ${unitId}, 0, ${value})
        ON DUPLICATE KEY UPDATE limitValue = ${value}`;
    await audit(
      tx,
      ...shares.map(({ unitId, value }) => ({
        at,
        actorId: actor.id,
        action: 'cap.share',
        subjectType: 'cap',
        subjectId: capId,
        unitId,
        before: { share: used.get(unitId)?.share ?? null },
        after: { share: value },
      })),
    );
  });
}

async function usedBy(tx: Tx, capId: number, shares: readonly UnitShare[]) {
  const rows = await tx.$queryRaw<{ holderId: number; used: unknown; limitValue: unknown }[]>`
    SELECT holderId, used, limitValue FROM cap_counter
    WHERE capId = ${capId} AND holderId IN (${listOf(shares.map(({ unitId }) => unitId))}) ORDER BY holderId FOR UPDATE`;
  return new Map(
    rows.map(({ holderId, used, limitValue }) => [
      holderId,
      { used: Number(used), share: limitValue === null ? null : Number(limitValue) },
    ]),
  );
}

export interface MemberUnit {
  unitId: number;
  code: string;
  name: string;
  nameEn: string;
  employees: number;
}

/** The units of groups on a day, themselves members, by their number of employees; those that may be given a share. */
export function membersOf(db: PrismaClient, groupIds: readonly number[] | null, day: Day): Promise<MemberUnit[]> {
  const on = dayToColumn(day);
  return db.$queryRaw<MemberUnit[]>`
    SELECT DISTINCT u.id AS unitId, u.code, u.name, u.nameEn, u.employees
    FROM group_member m JOIN unit u ON u.id = m.unitId AND u.state = 'active'
    WHERE m.since <= ${on} AND (m.until IS NULL OR m.until > ${on}) AND (${groupIds === null} OR m.groupId IN (${listOf(groupIds ?? [])}))
    ORDER BY u.employees DESC, u.id`;
}

/** A quantity shared out by number of employees, in whole units of sale that sum to it; nobody less than already used is up to shareOutCap. */
export function sharesByEmployees(members: readonly MemberUnit[], total: number): UnitShare[] {
  const parts = allocate(
    total,
    members.map(({ employees }) => employees),
  );
  return members.map(({ unitId }, index) => ({ unitId, value: parts[index] ?? 0 }));
}
