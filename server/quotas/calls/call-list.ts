import { contactsOf, type UnitContact } from '../../accounts/unit-contacts.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Day } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';
import type { Board } from '../board/board.ts';
import { type BoardRow, boardRows, sortRows } from '../board/board-rows.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import type { ScopedProgress } from '../board/roll-up.ts';
import { type ClosingGoods, closingGoods } from './closing-goods.ts';
import { lastReminders, type Reminder } from './reminder-queries.ts';

/** A unit that is behind with what a call needs to know. Amounts are fen or grams by the judged target's measure. */
export interface Call {
  unit: ListedUnit;
  row: BoardRow;
  target: ScopedProgress;
  /** what is lacking to the calendar today, and to the whole target */
  gapToday: number;
  gapWhole: number;
  /** placed and not counted yet: what receiving, reviewing or paying would bring */
  waiting: number;
  /** the last month in which anything was placed, YYYY-MM; null: nothing yet */
  lastMonth: string | null;
  contacts: UnitContact[];
  goods: ClosingGoods[];
  reminders: Reminder[];
}

/**
 * Who must be called (催办, rule 12): the units of a board that are behind by themselves, those furthest from the calendar first, with
 * gap, contacts, goods on the shelf that would count and close it, and when they were last reminded. The board must be loaded with the
 * dimension `month`.
 */
export async function callList(db: PrismaClient, board: Board, today: Day): Promise<Call[]> {
  const behind = sortRows(boardRows(board, 'unit'), 'attention').filter(
    ({ unit, headline, state }) =>
      unit && headline && (state === 'behind' || state === 'far_behind') && hasOwnTarget(board, unit),
  );
  const units = behind.flatMap(({ unit }) => unit ?? []);
  const ids = units.map(({ id }) => id);
  const [contacts, reminders, goodsFor] = await Promise.all([
    contactsOf(db, ids, today),
    lastReminders(db, board.programme.id, ids),
    closingGoods(db, board, today),
  ]);
  const contactsOfUnit = groupBy(contacts, ({ unitId }) => unitId);
  const remindersOfUnit = groupBy(reminders, ({ unitId }) => unitId);
  return behind.flatMap((row) => {
    const { unit, headline } = row;
    if (!unit || !headline) return [];
    const gapToday = Math.max(0, expectedNow(board, headline.value) - headline.counted);
    return [
      {
        unit,
        row,
        target: headline,
        gapToday,
        gapWhole: Math.max(0, headline.value - headline.counted),
        waiting: Math.max(0, headline.placed - headline.counted),
        lastMonth: lastMonthOf(board, unit),
        contacts: contactsOfUnit.get(unit.id) ?? [],
        goods: goodsFor(headline, gapToday),
        reminders: remindersOfUnit.get(unit.id) ?? [],
      },
    ];
  });
}

/** A bureau whose prisons are behind is not called for them. */
function hasOwnTarget({ targets }: Board, unit: ListedUnit): boolean {
  return targets.some(({ unitId }) => unitId === unit.id);
}

/** What the calendar expects of a target at the end of the board's day, rounded up to whole fen or grams. */
function expectedNow({ pace }: Board, value: number): number {
  const { num, den } = pace.expected;
  return Number((BigInt(value) * BigInt(num) + BigInt(den) - 1n) / BigInt(den));
}

function lastMonthOf({ sums }: Board, unit: ListedUnit): string | null {
  const months = sums
    .filter(({ path, placedFen, month }) => month && placedFen > 0 && path.includes(`/${unit.id}/`))
    .map(({ month }) => String(month).slice(0, 7));
  return months.sort().at(-1) ?? null;
}
