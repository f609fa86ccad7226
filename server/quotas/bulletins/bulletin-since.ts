import type { PrismaClient } from '../../db/client.ts';
import { dayToColumn } from '../../shared/days.ts';
import { loadBoard } from '../board/board.ts';
import { sumsByUnit } from '../board/judged-figures.ts';
import type { Sum } from '../board/progress-queries.ts';
import type { Programme } from '../programme-list.ts';
import type { Figures } from './bulletin-figures.ts';

export interface Difference {
  code: string;
  name: string;
  nameEn: string | null;
  frozenFen: number;
  nowFen: number;
  placedFen: number;
  countedFen: number;
  countedGrams: number;
  /** in the headline's measure, whichever it is */
  target: number;
  isWeight: boolean;
  /** taken back after the period's day of what was placed by then, counted, fen */
  laterFen: number;
}

type Compared = Pick<
  Figures['units'][number],
  'code' | 'name' | 'nameEn' | 'placedFen' | 'countedFen' | 'placedGrams' | 'countedGrams'
> & {
  headline: { target: number; measure: 'fen' | 'grams' } | null;
};

/** Where the units of two readings differ, the greatest change first; those that are in one alone included. */
export function compareUnits(frozen: readonly Compared[], now: readonly Compared[]): Difference[] {
  const before = new Map(frozen.map((unit) => [unit.code, unit]));
  const after = new Map(now.map((unit) => [unit.code, unit]));
  const differences = [...new Set([...before.keys(), ...after.keys()])].flatMap((code): Difference[] => {
    const [was, is] = [before.get(code), after.get(code)];
    const named = is ?? was;
    if (!named) return [];
    const change = (of: (unit: Compared) => number) => (is ? of(is) : 0) - (was ? of(was) : 0);
    const difference = {
      ...{ code, name: named.name, nameEn: named.nameEn },
      frozenFen: was?.countedFen ?? 0,
      nowFen: is?.countedFen ?? 0,
      placedFen: change(({ placedFen }) => placedFen),
      countedFen: change(({ countedFen }) => countedFen),
      countedGrams: change(({ countedGrams }) => countedGrams),
      target: change(({ headline }) => headline?.target ?? 0),
      isWeight: named.headline?.measure === 'grams',
      laterFen: 0,
    };
    return isSome(difference) ? [difference] : [];
  });
  return differences.sort((a, b) => Math.abs(b.countedFen) - Math.abs(a.countedFen) || a.code.localeCompare(b.code));
}

function isSome({ placedFen, countedFen, countedGrams, target, laterFen }: Difference): boolean {
  return [placedFen, countedFen, countedGrams, target, laterFen].some((change) => change !== 0);
}

/**
 * What a published bulletin's figures would be if the same question were asked now, and what has been taken back of its purchases
 * since: rule 13's “never silently”. Three statements of the board and one more.
 */
export async function changedSince(
  db: PrismaClient,
  programme: Programme,
  { day, units }: Figures,
  today: string,
): Promise<Difference[]> {
  const board = await loadBoard(db, { programme, filter: {}, today, at: day });
  const now = board.units.map((unit) => {
    const { headline, ...row } = board.roll.unit(unit);
    return { ...unit, ...row, headline: headline && { target: headline.value, measure: headline.measure } };
  });
  const later = sumsByUnit(await loadLater(db, programme.id, day));
  const differences = new Map(compareUnits(units, now).map((one) => [one.code, one]));
  for (const unit of now) {
    const laterFen = (later.get(unit.id) ?? []).reduce((sum, { countedFen }) => sum + countedFen, 0);
    if (laterFen === 0) continue;
    const known = differences.get(unit.code);
    if (known) known.laterFen = laterFen;
    else
      differences.set(unit.code, {
        ...{
          code: unit.code,
          name: unit.name,
          nameEn: unit.nameEn,
          frozenFen: unit.countedFen,
          nowFen: unit.countedFen,
        },
        ...{ placedFen: 0, countedFen: 0, countedGrams: 0, target: 0, isWeight: false, laterFen },
      });
  }
  return [...differences.values()];
}

/** Reversals and re-attributions after a day of what had been placed by it; by the index of programme and day. */
async function loadLater(db: PrismaClient, programmeId: number, day: string): Promise<Sum[]> {
  const rows = await db.$queryRaw<{ unitId: number; path: string; groupIds: string; countedFen: number }[]>`
    SELECT l.unitId, l.path, l.groupIds, SUM(e.fen) AS countedFen
    FROM tally_entry e JOIN unit_lineage l ON l.id = e.lineageId
    WHERE e.programmeId = ${programmeId} AND e.onDay > ${dayToColumn(day)} AND e.placedOn <= ${dayToColumn(day)}
      AND e.event = 'counted' AND (e.fen < 0 OR e.source = 're_attribution')
    GROUP BY e.lineageId, l.unitId, l.path, l.groupIds`;
  return rows.map((row) => ({
    ...row,
    countedFen: Number(row.countedFen),
    placedFen: 0,
    placedGrams: 0,
    countedGrams: 0,
  }));
}
