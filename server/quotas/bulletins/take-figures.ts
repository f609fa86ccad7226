import type { PrismaClient } from '../../db/client.ts';
import type { BulletinKind } from '../../db/generated/enums.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { loadBoard } from '../board/board.ts';
import { boardRows, dimensionsFor, type RowsBy } from '../board/board-rows.ts';
import { judgedIn, namedOf, periodSums } from '../board/judged-figures.ts';
import { loadSums } from '../board/progress-queries.ts';
import { unitFigures } from '../board/unit-figures.ts';
import type { Programme } from '../programme-list.ts';
import { type Figures, isJudgedUnit, type Part, type Scheme, type UnitFigures } from './bulletin-figures.ts';
import { loadHelped } from './bulletin-helped.ts';
import { programmeBefore, yearBefore } from './bulletin-programme.ts';
import { loadBenefits, loadGoods } from './bulletin-sources.ts';
import { markUnits } from './mark-units.ts';

export interface FiguresWish {
  programme: Programme;
  kind: BulletinKind;
  startsOn: Day;
  endsOn: Day;
  now: Date;
  /** null: no assessment */
  scheme: Scheme | null;
}

const PARTS = ['category', 'village', 'funding', 'channel', 'month'] as const satisfies readonly RowsBy[];
const LONGEST_MS = 60_000;

/**
 * Everything that a bulletin says in figures, read in one snapshot of the database, so that units, groups and parts agree to the fen
 * while people go on buying (rules 11, 13). A period that is over is read as it was recorded by its last day.
 */
export function takeFigures(db: PrismaClient, wish: FiguresWish): Promise<Figures> {
  return db.$transaction((tx) => readFigures(tx as PrismaClient, wish), {
    isolationLevel: 'RepeatableRead',
    timeout: LONGEST_MS,
  });
}

async function readFigures(db: PrismaClient, wish: FiguresWish): Promise<Figures> {
  const { programme, startsOn, endsOn, now, scheme } = wish;
  const today = dayOf(now);
  const at = endsOn < today ? endsOn : null;
  const day = at ?? today;
  const board = await loadBoard(db, { programme, filter: {}, dimensions: ['month'], today, at });
  const period = periodSums(board.sums, startsOn);
  const [helped, before] = [await loadHelped(db, board, day), await lastYear(db, programme, day)];
  const by = {} as Record<(typeof PARTS)[number], Part[]>;
  for (const part of PARTS) {
    const sums = await loadSums(db, { programmeId: programme.id, dimensions: dimensionsFor(part), until: at });
    by[part] = boardRows({ ...board, sums }, part).map(({ key, name, nameEn, ...row }) => ({
      ...{ key, name, nameEn },
      placedFen: row.placedFen,
      placedGrams: row.placedGrams,
      countedFen: row.countedFen,
      countedGrams: row.countedGrams,
    }));
  }
  const units = await unitFigures(db, { board, period, helped, before: before?.byCode ?? null, day, at });
  rank(units);
  if (scheme) await markUnits(db, { board, units, scheme, day, at });
  return {
    version: 1,
    programme: {
      ...namedOf(programme),
      startsOn: programme.startsOn,
      endsOn: programme.endsOn,
      countUntil: programme.countUntil,
      countIndividualBy: programme.countIndividualBy,
      countPrepaidBy: programme.countPrepaidBy,
      countOnAccountBy: programme.countOnAccountBy,
    },
    day,
    total: judgedIn(board, board.roll.whole(), period.whole()),
    helped: helped.total,
    groups: programme.participants.map((group) => ({
      ...namedOf(group),
      ...judgedIn(board, board.roll.groups([group.id]), period.group(group.id)),
    })),
    units,
    by,
    lastYear: before?.told ?? null,
    benefits: await loadBenefits(db, programme, day),
    goods: await loadGoods(db, board, today),
    scheme,
  };
}

/** By completion among those who have a target; equal shares share a rank. */
function rank(units: UnitFigures[]): void {
  const judged = units.filter(isJudgedUnit);
  for (const unit of judged) {
    unit.rank = judged.filter((other) => (other.share ?? 0) > (unit.share ?? 0)).length + 1;
  }
}

/** How the programme before stood a year ago, by unit code (rule 13). */
async function lastYear(db: PrismaClient, programme: Programme, day: Day) {
  const then = yearBefore(day);
  const before = await programmeBefore(db, programme, then);
  if (!before) return null;
  const board = await loadBoard(db, { programme: before, filter: {}, today: then, at: then });
  const whole = board.roll.whole();
  const byCode = new Map(
    board.units.map((unit) => {
      const { countedFen, countedGrams, share } = board.roll.unit(unit);
      return [unit.code, { countedFen, countedGrams, share }];
    }),
  );
  const { placedFen, countedFen, share } = whole;
  return { byCode, told: { programme: namedOf(before), day: then, placedFen, countedFen, share } };
}
