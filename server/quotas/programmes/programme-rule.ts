import type { CountIndividualBy, CountOnAccountBy, CountPrepaidBy } from '../../db/generated/enums.ts';
import type { Sql } from '../../db/sql.ts';
import { dayFromColumn } from '../../shared/days.ts';
import type { CountedBy, CountingRule } from './programme-retelling.ts';

export type Way = 'individual' | 'prepaid' | 'on_account' | 'declared';

/** A programme's rule with what finds its purchases. */
export interface LoadedRule extends Omit<CountingRule, 'countsBy'> {
  programmeId: number;
  startsOn: Date;
  endsOn: Date;
  groupIds: readonly number[];
  countsBy: (by: CountedBy, way: Way) => boolean;
}

interface Row {
  startsOn: Date;
  endsOn: Date;
  countUntil: Date;
  countIndividualBy: CountIndividualBy;
  countPrepaidBy: CountPrepaidBy;
  countOnAccountBy: CountOnAccountBy;
}

export async function loadRule(tx: Sql, programmeId: number): Promise<LoadedRule> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT startsOn, endsOn, countUntil, countIndividualBy, countPrepaidBy, countOnAccountBy FROM programme WHERE id = ${programmeId}`;
  if (!row) throw new Error(`no programme ${programmeId}`);
  const groups = await tx.$queryRaw<{ groupId: number }[]>`
    SELECT groupId FROM programme_participant WHERE programmeId = ${programmeId}`;
  const groupIds = groups.map(({ groupId }) => groupId);
  return {
    ...{ programmeId, groupIds, startsOn: row.startsOn, endsOn: row.endsOn },
    countUntil: dayFromColumn(row.countUntil),
    takesPart: (holder) => groupIds.some((id) => holder.groupIds.includes(`,${id},`)),
    countsBy: (by, way) => {
      if (way === 'declared') return by === 'verification';
      if (way === 'individual') return by === row.countIndividualBy;
      const chosen = way === 'prepaid' ? row.countPrepaidBy : row.countOnAccountBy;
      return by === (chosen === 'payment' ? 'settlement' : chosen);
    },
  };
}
