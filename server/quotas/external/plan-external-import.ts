import type { FundingSource } from '../../db/generated/enums.ts';
import type { Day } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { cellName, type SheetRow } from '../../web/read-sheet.ts';
import { MOST_AMOUNT } from '../offline/offline-schemas.ts';
import { dayInCell, fenInCell, gramsInCell } from '../sheets/sheet-cells.ts';
import type { Lookups } from './external-lookups.ts';
import { EXTERNAL_PARTS, type ExternalMapping, type ExternalPart, openParts } from './external-mapping.ts';

export interface ExternalLine {
  orderNumber: string;
  lineNumber: number;
  unitId: number;
  fundingSource: FundingSource;
  purchasedOn: Day;
  categoryId: number;
  originPlaceId: number;
  goods: string;
  fen: number;
  grams: number;
}

export interface KnownLine extends ExternalLine {
  id: number;
}

export interface ImportPlan {
  added: ExternalLine[];
  /** a list that tells less of a line than before: something was refunded there */
  lowered: { before: KnownLine; after: ExternalLine }[];
  same: number;
  /** new lines of no amount: cancelled before they were ever imported */
  empty: number;
  /** by cell (`B7`), or by part where no column is chosen */
  faults: Fault[];
  /** words of the list that nobody has explained yet */
  asked: { part: 'unit' | 'category' | 'origin' | 'fundingSource'; word: string }[];
}

type Known = (orderNumber: string, lineNumber: number) => KnownLine | undefined;

/** How many rows of a sheet may stand above its heads. */
const HEADS_WITHIN = 10;

/** The row that holds the heads: the first with most of the columns that the mapping names. */
export function headRowOf(rows: readonly SheetRow[], { columns }: ExternalMapping): number {
  const names = Object.values(columns);
  const found = rows.slice(0, HEADS_WITHIN).map((row) => names.filter((name) => row.includes(name)).length);
  const most = Math.max(0, ...found);
  return most === 0 ? 0 : found.indexOf(most);
}

/**
 * What importing a platform's list would do, line by line, with every fault at its cell: new lines, lines that are there already,
 * lines of which less is left (rule 15). A line that is there must still be of the same unit, day, goods and money; it never grows.
 */
export function planExternalImport(
  rows: readonly SheetRow[],
  mapping: ExternalMapping,
  lookups: Lookups,
  known: Known,
  today: Day,
): ImportPlan {
  const plan: ImportPlan = { added: [], lowered: [], same: 0, empty: 0, faults: [], asked: [] };
  const head = headRowOf(rows, mapping);
  const columns = columnsIn(rows[head] ?? [], mapping, plan.faults);
  for (const part of openParts(mapping)) plan.faults.push({ path: part, code: 'columnNotChosen' });
  if (plan.faults.length > 0) return plan;
  const seen = new Map<string, number>();
  for (const [at, row] of rows.entries()) {
    if (at <= head || row.every((cell) => cell === '')) continue;
    const line = readLine({ row, at, columns, mapping, lookups, today, plan }, seen);
    if (line) place(plan, line, known(line.orderNumber, line.lineNumber), at, columns);
  }
  if (seen.size === 0 && plan.faults.length === 0) plan.faults.push({ path: 'sheet', code: 'emptySheet' });
  return plan;
}

type Columns = Partial<Record<ExternalPart, number>>;

function columnsIn(heads: SheetRow, { columns }: ExternalMapping, faults: Fault[]): Columns {
  const found: Columns = {};
  for (const part of EXTERNAL_PARTS) {
    const name = columns[part];
    if (!name) continue;
    const index = heads.indexOf(name);
    if (index < 0) faults.push({ path: part, code: 'columnNotThere', values: { name } });
    else found[part] = index;
  }
  return found;
}

interface Reading {
  row: SheetRow;
  at: number;
  columns: Columns;
  mapping: ExternalMapping;
  lookups: Lookups;
  today: Day;
  plan: ImportPlan;
}

function readLine(reading: Reading, seen: Map<string, number>): ExternalLine | null {
  const { row, at, columns, mapping, lookups, today, plan } = reading;
  const before = plan.faults.length + plan.asked.length;
  const text = (part: ExternalPart) =>
    (columns[part] === undefined ? (mapping.fixed[part as 'unit'] ?? '') : (row[columns[part]] ?? '')).trim();
  const fault = (part: ExternalPart, code: string, values?: Fault['values']) => {
    plan.faults.push({ path: columns[part] === undefined ? part : cellName(at, columns[part]), code, values });
    return 0;
  };
  const asked = (part: ImportPlan['asked'][number]['part']) => {
    const word = text(part);
    if (word === '') fault(part, 'required');
    else if (!plan.asked.some((one) => one.part === part && one.word === word)) plan.asked.push({ part, word });
    else plan.asked.push({ part, word: '' });
    return 0;
  };
  const orderNumber = text('orderNumber');
  if (orderNumber === '' || orderNumber.length > 64)
    fault('orderNumber', orderNumber === '' ? 'required' : 'tooLong', { maximum: 64 });
  const unitId =
    lookups.unit(text('unit')) ??
    (lookups.unit(text('unit')) === null ? fault('unit', 'notYourGroupsUnit') : asked('unit'));
  const line: ExternalLine = {
    orderNumber,
    lineNumber: lineNumberOf(text('lineNumber'), orderNumber, seen, () => fault('lineNumber', 'malformedLineNumber')),
    unitId,
    fundingSource: lookups.fundingSource(text('fundingSource')) ?? unreadable(asked('fundingSource'), 'individual'),
    purchasedOn: dayInCell(text('purchasedOn')) ?? unreadable(fault('purchasedOn', 'malformedDay'), today),
    categoryId: lookups.category(text('category')) ?? asked('category'),
    originPlaceId: lookups.origin(text('origin')) ?? asked('origin'),
    goods: text('goods').slice(0, 128),
    fen: fenInCell(text('amount')) ?? fault('amount', 'malformedAmount'),
    grams: gramsInCell(text('weight'), mapping.weightUnit) ?? fault('weight', 'malformedWeight'),
  };
  if (line.purchasedOn > today) fault('purchasedOn', 'dayAhead');
  if (line.fen > MOST_AMOUNT || line.grams > MOST_AMOUNT) fault('amount', 'tooBig', { maximum: MOST_AMOUNT });
  if (seen.get(`${orderNumber}\n${line.lineNumber}`) === -1) fault('orderNumber', 'repeatedExternalLine');
  seen.set(`${orderNumber}\n${line.lineNumber}`, -1);
  return plan.faults.length + plan.asked.length === before ? line : null;
}

/** What stands in for a value whose fault has been noted. */
function unreadable<T>(_noted: unknown, instead: T): T {
  return instead;
}

/** Without a column for it, an order's lines are numbered as they come. */
function lineNumberOf(text: string, orderNumber: string, seen: Map<string, number>, malformed: () => number): number {
  if (text !== '') return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : malformed();
  const next = (seen.get(orderNumber) ?? 0) + 1;
  seen.set(orderNumber, next);
  return next;
}

const KEPT = ['unitId', 'fundingSource', 'purchasedOn', 'categoryId', 'originPlaceId'] as const;
const PART_OF = { unitId: 'unit', categoryId: 'category', originPlaceId: 'origin' } as const;

function place(
  plan: ImportPlan,
  line: ExternalLine,
  before: KnownLine | undefined,
  at: number,
  columns: Columns,
): void {
  const cell = (part: ExternalPart) => (columns[part] === undefined ? part : cellName(at, columns[part]));
  if (!before) {
    if (line.fen === 0) plan.empty += 1;
    else if (line.grams === 0) plan.faults.push({ path: cell('weight'), code: 'weightNeeded' });
    else plan.added.push(line);
    return;
  }
  const differing = KEPT.filter((field) => before[field] !== line[field]);
  for (const field of differing)
    plan.faults.push({
      path: cell(field in PART_OF ? PART_OF[field as 'unitId'] : (field as ExternalPart)),
      code: 'externalDiffers',
    });
  if (line.fen > before.fen) plan.faults.push({ path: cell('amount'), code: 'externalGrew' });
  if (line.grams > before.grams) plan.faults.push({ path: cell('weight'), code: 'externalGrew' });
  if (differing.length > 0 || line.fen > before.fen || line.grams > before.grams) return;
  if (line.fen === before.fen && line.grams === before.grams) plan.same += 1;
  else plan.lowered.push({ before, after: line });
}
