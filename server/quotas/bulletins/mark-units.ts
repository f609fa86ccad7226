import type { Db } from '../../db/client.ts';
import { addDays, addMonths, type Day, monthOf } from '../../shared/days.ts';
import { idsBelow } from '../../shared/tree.ts';
import type { Board } from '../board/board.ts';
import { sumsByUnit } from '../board/judged-figures.ts';
import { expectedAt, ON_TRACK_POINTS } from '../board/progress.ts';
import { loadSums, type Sum } from '../board/progress-queries.ts';
import { amountsOf } from '../board/roll-up.ts';
import { marksOf, mildestOf, rankInClasses } from './assessment.ts';
import { isJudgedUnit, type PlaceClass, type Scheme, type UnitFigures } from './bulletin-figures.ts';

interface Parts {
  board: Board;
  units: UnitFigures[];
  scheme: Scheme;
  day: Day;
  at: Day | null;
}

/** Gives every unit that has a target its class and marks, and ranks them within the class (差异化考核, rule 13). */
export async function markUnits(db: Db, { board, units, scheme, day, at }: Parts): Promise<void> {
  const { programme, places } = board;
  const classOfGroup = await classesOfGroups(db, board);
  const byOrigin = sumsByUnit(
    await loadSums(db, { programmeId: programme.id, dimensions: ['originPlaceId'], until: at }),
  );
  const byMonth = sumsByUnit(board.sums);
  const assisted = new Set(idsBelow(places, programme.assistedPlaceId));
  const idOf = new Map(board.units.map(({ id, code }) => [code, id]));
  for (const unit of units) {
    const classes = unit.groups.flatMap((code) => classOfGroup.get(code) ?? []);
    unit.placeClass = mildestOf(classes, scheme) ?? classOfPlace(board, programme.assistedPlaceId);
    const { headline } = unit;
    if (!headline || !isJudgedUnit(unit)) continue;
    const id = idOf.get(unit.code) ?? 0;
    const origins = byOrigin.get(id) ?? [];
    const isFen = headline.measure === 'fen';
    const marks = marksOf(
      {
        placeClass: unit.placeClass,
        target: headline.target,
        counted: headline.counted,
        helped: isFen ? unit.helped.fen : unit.helped.grams,
        ...monthsInTime(board, unit, byMonth.get(id) ?? [], day),
        assistedFen: amountsOf(origins.filter(({ originPlaceId }) => assisted.has(originPlaceId ?? 0))).countedFen,
        countedFen: amountsOf(origins).countedFen,
      },
      scheme,
    );
    unit.marks = { ...marks, rankInClass: 0 };
  }
  rankInClasses(units);
}

/** The class of the place that each group assists. */
async function classesOfGroups(db: Db, board: Board): Promise<Map<string, PlaceClass[]>> {
  const ids = board.programme.participants.map(({ id }) => id);
  const groups = await db.unitGroup.findMany({ where: { id: { in: ids } }, select: { code: true, placeId: true } });
  return new Map(
    groups.map(({ code, placeId }) => {
      const placeClass = placeId === null ? null : classOfPlace(board, placeId);
      return [code, placeClass ? [placeClass] : []];
    }),
  );
}

/** That of the place or of the nearest above it that has one. */
function classOfPlace({ places }: Board, id: number): PlaceClass | null {
  const path = [...places.pathOf(id)].reverse();
  return path.find(({ placeClass }) => placeClass !== null)?.placeClass ?? null;
}

/**
 * At how many month ends up to the day what had been counted was at most 5 points behind the calendar. A target for a part of the
 * goods, of which months are not kept apart, is judged at the day alone.
 */
function monthsInTime(
  { programme }: Board,
  { headline, share, expectedShare }: UnitFigures,
  sums: readonly Sum[],
  day: Day,
) {
  if (!headline) return { monthsInTime: 0, months: 1 };
  const { scope, measure, target } = headline;
  if (scope.category || scope.place || scope.fundingSource)
    return { monthsInTime: (share ?? 0) * 100 >= (expectedShare ?? 0) * 100 - ON_TRACK_POINTS ? 1 : 0, months: 1 };
  let [inTime, months] = [0, 0];
  for (let month = monthOf(programme.startsOn); month <= day; month = addMonths(month, 1)) {
    const end = addDays(addMonths(month, 1), -1);
    const until = end < day ? end : day;
    const { countedFen, countedGrams } = amountsOf(sums.filter((sum) => (sum.month ?? '') <= month));
    const counted = measure === 'fen' ? countedFen : countedGrams;
    const { num, den } = expectedAt(programme, until > programme.endsOn ? programme.endsOn : until);
    months += 1;
    const lead = BigInt(counted) * BigInt(den) - BigInt(target) * BigInt(num);
    if (lead * 100n >= -BigInt(target) * BigInt(den) * BigInt(ON_TRACK_POINTS)) inTime += 1;
    if (until >= programme.endsOn) break;
  }
  return { monthsInTime: inTime, months };
}
