import type { Db } from '../../db/client.ts';
import { addMonths, type Day, monthOf } from '../../shared/days.ts';
import { isBehind, type Judged, type Reason, type UnitFigures } from '../bulletins/bulletin-figures.ts';
import type { Board } from './board.ts';
import { judgedIn, namedOf, type periodSums, sumsByUnit } from './judged-figures.ts';
import { type ListedUnit, loadSums, type Sum } from './progress-queries.ts';
import { amountsOf, groupIdsOf } from './roll-up.ts';

interface Parts {
  board: Board;
  period: ReturnType<typeof periodSums>;
  helped: { of: (unitId: number) => UnitFigures['helped'] };
  before: ReadonlyMap<string, NonNullable<UnitFigures['lastYear']>> | null;
  day: Day;
  at: Day | null;
}

const SOURCES = ['canteen_budget', 'union_funds', 'individual'];

/** Every unit of the programme with what is below it; not yet ranked or marked. */
export async function unitFigures(db: Db, parts: Parts): Promise<UnitFigures[]> {
  const { board, period, helped, before, day, at } = parts;
  const { programme, byId } = board;
  const byFunding = sumsByUnit(
    await loadSums(db, { programmeId: programme.id, dimensions: ['fundingSource', 'month'], until: at }),
  );
  return board.units.map((unit): UnitFigures => {
    const figures = judgedIn(board, board.roll.unit(unit), period.unit(unit.id));
    const parent = unit.parentId === null ? undefined : byId.get(unit.parentId);
    return {
      ...namedOf(unit),
      ...figures,
      parent: parent ? namedOf(parent) : null,
      groups: groupCodes(board, unit),
      placeClass: null,
      exemptReason: unit.exemptReason,
      rank: null,
      helped: helped.of(unit.id),
      lastYear: before?.get(unit.code) ?? null,
      reasons: isBehind(figures) ? reasonsOf(figures, byFunding.get(unit.id) ?? [], day) : [],
      marks: null,
    };
  });
}

function groupCodes({ programme, byId }: Board, unit: ListedUnit): string[] {
  const ids = groupIdsOf(unit, byId);
  return programme.participants.filter(({ id }) => ids.has(id)).map(({ code }) => code);
}

/** Why a unit is behind, as far as figures tell: not yet accepted, not bought for long, a source unused, a pledge unkept. */
function reasonsOf({ headline, others }: Judged, sums: readonly Sum[], day: Day): Reason[] {
  const reasons: Reason[] = [];
  if (headline && headline.placed > headline.counted)
    reasons.push({ code: 'awaiting', amount: headline.placed - headline.counted });
  const months = sums.flatMap(({ month, placedFen }) => (month && placedFen > 0 ? [month] : []));
  const last = months.sort().at(-1);
  if (last === undefined) reasons.push({ code: 'never' });
  else if (last < addMonths(monthOf(day), -1)) reasons.push({ code: 'idle', month: last.slice(0, 7) });
  if (last !== undefined)
    for (const fundingSource of SOURCES) {
      if (amountsOf(sums.filter((sum) => sum.fundingSource === fundingSource)).placedFen <= 0)
        reasons.push({ code: 'unused', fundingSource });
    }
  for (const { scope, measure, target, counted, state } of others) {
    if (state === 'behind' || state === 'far_behind')
      reasons.push({ code: 'scope', scope, measure, missing: target - counted });
  }
  return reasons;
}
