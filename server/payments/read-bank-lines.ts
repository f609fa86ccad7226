import { createHash } from 'node:crypto';
import { type Day, parseDay } from '../shared/days.ts';
import { BadInput } from '../shared/errors.ts';
import { parseYuan } from '../shared/money.ts';
import type { NewTransfer } from './record-transfer.ts';

/** What heads of a bank's list are called, by what stands below them, and how its sums begin; a head that contains one of the words is it. */
export type HeadWords = Record<(typeof COLUMNS)[number] | 'total' | 'out', readonly string[]>;
export const COLUMNS = ['date', 'amount', 'payer', 'account', 'remark', 'serial', 'direction'] as const;

const NEEDED = ['date', 'amount', 'account', 'remark'] as const;
const MOST_LINES = 5000;

/** A line that brought money; which statement it pays is looked for among the codes that its remark may mean. */
export interface BankLine extends Omit<NewTransfer, 'referenceCode' | 'bankReference'> {
  remark: string;
  codes: string[];
  bankReference: string;
}

/** Why a line was left out: a sum, nothing that came in, or an amount or day that a person has to read. */
export const SKIP_REASONS = ['total', 'none', 'amount', 'day'] as const;
export interface SkippedLine {
  line: number;
  reason: (typeof SKIP_REASONS)[number];
  text: string;
}

/**
 * The transfers of a bank's list as CSV, in UTF-8 or GBK, with a head anywhere in its first 20 lines. Lines that brought nothing are
 * left out and told by number. Where the bank gives no serial number, date, amount, account, remark and how often that came before
 * stand for it, so that the same list again is known again. Throws BadInput at `field` for a file that cannot be read.
 */
export function readBankLines(
  bytes: Buffer,
  words: HeadWords,
  today: Day,
  field: string,
): { lines: BankLine[]; skipped: SkippedLine[] } {
  const rows = parseCsv(decoded(bytes, field));
  const headAt = rows.slice(0, 20).findIndex((row) => NEEDED.every((name) => columnsOf(row, words)[name] >= 0));
  const head = rows[headAt];
  if (!head) throw new BadInput([{ path: field, code: 'noBankHead' }]);
  const at = columnsOf(head, words);
  const seen = new Map<string, number>();
  const lines: BankLine[] = [];
  const skipped: SkippedLine[] = [];
  for (const [index, row] of rows.entries()) {
    if (index <= headAt || row.every((cell) => cell === '')) continue;
    const cell = (name: (typeof COLUMNS)[number]) => row[at[name]] ?? '';
    const skip = (reason: SkippedLine['reason'], text: string) => skipped.push({ line: index + 1, reason, text });
    const day = dayIn(cell('date'));
    const amount = cell('amount').replace(/^[¥￥+]/, '');
    const amountFen = parseYuan(amount);
    if (day === null && row.some((text) => startsWithOne(text, words.total))) skip('total', '');
    else if (isNothing(amount) || isOut(cell('direction'), words)) skip('none', '');
    else if (amountFen === null) skip('amount', amount);
    else if (day === null || day > today) skip('day', cell('date'));
    else {
      const remark = cell('remark').slice(0, 255);
      const key = [day, amountFen, cell('account'), remark].join('\n');
      seen.set(key, (seen.get(key) ?? 0) + 1);
      lines.push({
        ...{ paidOn: day, amountFen, remark, codes: codesIn(cell('remark')) },
        payerName: cell('payer').slice(0, 128) || null,
        payerAccount: cell('account').slice(0, 64),
        bankReference: cell('serial').slice(0, 64) || hashOf(`${key}\n${seen.get(key)}`),
      });
    }
  }
  if (lines.length + skipped.length === 0) throw new BadInput([{ path: field, code: 'noBankLines' }]);
  if (lines.length > MOST_LINES)
    throw new BadInput([{ path: field, code: 'tooManyRows', values: { maximum: MOST_LINES } }]);
  return { lines, skipped };
}

/**
 * The codes that a remark may mean, likeliest first: as it stands there, then with spaces, hyphens and dots left out, where other
 * numbers may follow without a gap, so that each shorter one is named too. In any case and in full-width characters.
 */
export function codesIn(remark: string): string[] {
  const text = remark.normalize('NFKC').toUpperCase();
  const written = [...text.matchAll(/DZ(\d{12,16})(?!\d)/g)].map(([code]) => code);
  const run = [...text.replace(/[\s\-_.]/g, '').matchAll(/DZ(\d{12,16})/g)].map(([, digits = '']) => digits);
  const cut = run.flatMap((digits) => [16, 15, 14, 13, 12].map((length) => `DZ${digits.slice(0, length)}`));
  return [...new Set([...written, ...cut])];
}

/** Nothing, zero, a dash, or money that went out. */
function isNothing(amount: string): boolean {
  return /^[-−–—(（]/.test(amount) || /^[0,.]*$/.test(amount);
}

function isOut(direction: string, words: HeadWords): boolean {
  return startsWithOne(direction, words.out) || direction.toUpperCase() === 'D';
}

function startsWithOne(text: string, words: readonly string[]): boolean {
  const folded = text.toLowerCase().replace(/\s/g, '');
  return words.some((word) => folded.startsWith(word.replace(/\s/g, '')));
}

function decoded(bytes: Buffer, field: string): string {
  if (bytes.includes(0)) throw new BadInput([{ path: field, code: 'notACsv' }]);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gbk').decode(bytes);
  }
}

/** RFC 4180 with commas or tabs; cells trimmed. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const delimiter = text.includes('\t') && !text.slice(0, 2000).includes(',') ? '\t' : ',';
  const cells = new RegExp(`(?:"((?:[^"]|"")*)"|([^${delimiter}\\r\\n]*))(${delimiter}|\\r?\\n|\\r|$)`, 'g');
  for (const [whole, quoted, plain, end] of text.matchAll(cells)) {
    rows.at(-1)?.push((quoted?.replaceAll('""', '"') ?? plain ?? '').trim());
    if (end !== delimiter && end !== '') rows.push([]);
    if (end === '' && whole === '') break;
  }
  return rows;
}

/** Where each column stands, −1 for none; one that says the direction is not taken for an amount. */
function columnsOf(row: readonly string[], words: HeadWords): Record<(typeof COLUMNS)[number], number> {
  const direction = columnOf(row, words.direction);
  const others = row.map((cell, index) => (index === direction ? '' : cell));
  const at = Object.fromEntries(COLUMNS.map((name) => [name, columnOf(others, words[name])]));
  return { ...at, direction } as Record<(typeof COLUMNS)[number], number>;
}

function columnOf(row: readonly string[], words: readonly string[]): number {
  for (const word of words) {
    const at = row.findIndex((cell) => cell.toLowerCase().includes(word));
    if (at >= 0) return at;
  }
  return -1;
}

/** 2026-05-06, 2026/5/6 or 20260506, a time behind it left out. */
function dayIn(text: string): Day | null {
  const match = /^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?!\d)/.exec(text);
  if (!match) return null;
  const [, year, month = '', day = ''] = match;
  return parseDay(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
}

function hashOf(text: string): string {
  return `csv-${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}
