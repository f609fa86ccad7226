import writeExcelFile, { type Cell } from 'write-excel-file/node';
import type { Db } from '../db/client.ts';
import { dayToColumn } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import type { Translate } from '../web/i18n.ts';
import { cellName, type SheetRow } from '../web/read-sheet.ts';

export const ROSTER_COLUMNS = ['staffNumber', 'name', 'department', 'phone', 'login'] as const;
const LONGEST = [32, 64, 64, 32, 64];
export const MOST_ON_ROSTER = 5000;

export interface RosterRow {
  staffNumber: string;
  name: string;
  department: string | null;
  phone: string | null;
  login: string | null;
  userId: number | null;
}

/**
 * The people of an uploaded roster (first row is the head), and every fault by its cell: missing number or name, too long, a number twice,
 * a phone that is none, a login of nobody who works at the unit today.
 */
export async function readRoster(
  db: Db,
  unitId: number,
  today: string,
  sheet: readonly SheetRow[],
): Promise<{ rows: RosterRow[]; faults: Fault[] }> {
  const faults: Fault[] = [];
  const people = sheet.slice(1).flatMap((cells, index) => (cells.some(Boolean) ? [{ cells, line: index + 1 }] : []));
  if (people.length === 0) faults.push({ path: 'roster', code: 'emptyRoster' });
  if (people.length > MOST_ON_ROSTER)
    return { rows: [], faults: [{ path: 'roster', code: 'tooManyRows', values: { maximum: MOST_ON_ROSTER } }] };
  const users = await employeesByLogin(
    db,
    unitId,
    today,
    people.flatMap(({ cells }) => cells[4] || []),
  );
  const seen = new Map<string, number>();
  const logins = new Map<string, number>();
  const rows = people.map(({ cells, line }): RosterRow => {
    const [staffNumber = '', name = '', department = '', phone = '', login = ''] = cells.map((cell) => cell.trim());
    const wrong = (column: number, code: string, values?: Fault['values']) =>
      faults.push({ path: cellName(line, column), code, values });
    for (const [column, text] of [staffNumber, name, department, phone, login].entries())
      if (text.length > (LONGEST[column] ?? 0)) wrong(column, 'tooLong', { maximum: LONGEST[column] ?? 0 });
    if (!staffNumber) wrong(0, 'required');
    if (!name) wrong(1, 'required');
    if (phone && !/^[+\d][\d\s-]{5,}$/.test(phone)) wrong(3, 'malformed');
    const twice = seen.get(staffNumber.toLowerCase());
    if (staffNumber && twice !== undefined) wrong(0, 'onRosterTwice', { cell: cellName(twice, 0) });
    seen.set(staffNumber.toLowerCase(), line);
    const userId = login ? (users.get(login.toLowerCase()) ?? null) : null;
    if (login && userId === null) wrong(4, 'noSuchEmployee', { login });
    const same = login ? logins.get(login.toLowerCase()) : undefined;
    if (same !== undefined) wrong(4, 'onRosterTwice', { cell: cellName(same, 4) });
    if (login) logins.set(login.toLowerCase(), line);
    return { staffNumber, name, department: department || null, phone: phone || null, login: login || null, userId };
  });
  return { rows, faults };
}

async function employeesByLogin(db: Db, unitId: number, today: string, logins: string[]): Promise<Map<string, number>> {
  const day = dayToColumn(today);
  const users = await db.user.findMany({
    where: {
      ...{ login: { in: logins }, disabledAt: null },
      grants: {
        some: { unitId, role: 'employee', since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] },
      },
    },
    select: { id: true, login: true },
  });
  return new Map(users.map(({ id, login }) => [login.toLowerCase(), id]));
}

/** The Excel file to fill in: headings alone, so that no example is ever given a package. */
export function rosterTemplate(t: Translate): Promise<Buffer> {
  const heads = ROSTER_COLUMNS.map((name): Cell => ({ value: t(`welfare:roster.${name}`), fontWeight: 'bold' }));
  return writeExcelFile([heads], {
    columns: [16, 16, 20, 18, 18].map((width) => ({ width })),
    ...{ stickyRowsCount: 1, sheet: t('welfare:roster.title') },
  }).toBuffer();
}
