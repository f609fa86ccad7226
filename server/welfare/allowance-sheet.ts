import writeExcelFile, { type Cell } from 'write-excel-file/node';
import type { Db } from '../db/client.ts';
import type { Day } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { type Fen, parseYuan } from '../shared/money.ts';
import type { Translate } from '../web/i18n.ts';
import { cellName, type SheetRow } from '../web/read-sheet.ts';
import { employeesOf } from './allowance-queries.ts';

/** 100,000 yuan to one employee a year */
export const MOST_ALLOWANCE_FEN: Fen = 10_000_000;
const MOST_ROWS = 5000;

export interface AllowanceRow {
  userId: number;
  login: string;
  fen: Fen;
}

/**
 * Logins and amounts of an uploaded sheet (first row is the head) in fen, and every fault by its cell: a login of nobody who works at the
 * unit today, one twice, an amount that is none.
 */
export async function readAllowances(
  db: Db,
  unitId: number,
  today: Day,
  sheet: readonly SheetRow[],
): Promise<{ rows: AllowanceRow[]; faults: Fault[] }> {
  const people = sheet
    .slice(1)
    .flatMap((cells, index) =>
      cells.some(Boolean) ? [{ login: cells[0]?.trim() ?? '', amount: cells[1]?.trim() ?? '', line: index + 1 }] : [],
    );
  if (people.length === 0) return { rows: [], faults: [{ path: 'roster', code: 'emptyRoster' }] };
  if (people.length > MOST_ROWS)
    return { rows: [], faults: [{ path: 'roster', code: 'tooManyRows', values: { maximum: MOST_ROWS } }] };
  const logins = people.map(({ login }) => login).filter(Boolean);
  const employees = await employeesOf(db, unitId, today, logins);
  const ids = new Map(employees.map(({ id, login }) => [login.toLowerCase(), id]));
  const faults: Fault[] = [];
  const seen = new Map<number, number>();
  const rows = people.map(({ login, amount, line }): AllowanceRow => {
    const userId = ids.get(login.toLowerCase()) ?? 0;
    const fen = parseYuan(amount);
    if (!login) faults.push({ path: cellName(line, 0), code: 'required' });
    else if (!userId) faults.push({ path: cellName(line, 0), code: 'noSuchEmployee', values: { login } });
    const twice = seen.get(userId);
    if (userId && twice !== undefined)
      faults.push({ path: cellName(line, 0), code: 'onRosterTwice', values: { cell: cellName(twice, 0) } });
    seen.set(userId, line);
    if (fen === null || fen > MOST_ALLOWANCE_FEN) faults.push({ path: cellName(line, 1), code: 'notAnAllowance' });
    return { userId, login, fen: fen ?? 0 };
  });
  return { rows, faults };
}

/** The Excel file to fill in: headings and every employee's login, the amount left open. */
export async function allowanceTemplate(db: Db, unitId: number, today: Day, t: Translate): Promise<Buffer> {
  const heads = ['login', 'amount'].map((name): Cell => ({ value: t(`allowances:sheet.${name}`), fontWeight: 'bold' }));
  const employees = await employeesOf(db, unitId, today);
  return writeExcelFile([heads, ...employees.map(({ login }): Cell[] => [{ value: login }, null])], {
    columns: [{ width: 24 }, { width: 16 }],
    ...{ stickyRowsCount: 1, sheet: t('allowances:sheet.title') },
  }).toBuffer();
}
