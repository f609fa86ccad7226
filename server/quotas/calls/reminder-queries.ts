import type { Db } from '../../db/client.ts';
import type { ReminderKind } from '../../db/generated/enums.ts';
import { listOf } from '../board/progress-queries.ts';

export interface Reminder {
  unitId: number;
  kind: ReminderKind;
  text: string;
  at: Date;
  byName: string | null;
}

const SHOWN = 3;

/** The last reminders of each unit, newest first, at most three. One statement. */
export async function lastReminders(db: Db, programmeId: number, unitIds: readonly number[]): Promise<Reminder[]> {
  return db.$queryRaw<Reminder[]>`
    SELECT x.unitId, x.kind, x.text, x.at, u.name AS byName FROM (
      SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.unitId ORDER BY r.id DESC) AS rank_
      FROM unit_reminder r WHERE r.programmeId = ${programmeId} AND r.unitId IN (${listOf(unitIds)})
    ) x LEFT JOIN user u ON u.id = x.byId
    WHERE x.rank_ <= ${SHOWN} ORDER BY x.unitId, x.id DESC`;
}
