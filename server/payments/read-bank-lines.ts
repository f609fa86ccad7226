import { createHash } from 'node:crypto';
import { type Day, parseDay } from '../shared/days.ts';
import { BadInput, type Fault } from '../shared/errors.ts';
import { parseYuan } from '../shared/money.ts';
import type { NewTransfer } from './record-transfer.ts';

/** What heads of a bank's list are called, by what stands below them; a head that contains one of the words is it. */
export type HeadWords = Record<(typeof COLUMNS)[number], readonly string[]>;
export const COLUMNS = ['date', 'amount', 'payer', 'account', 'remark', 'serial'] as const;

const NEEDED = ['date', 'amount', 'account', 'remark'] as const;
const MOST_LINES = 5000;
const MOST_FAULTS = 50;

/**
 * The transfers of a bank's list as CSV, in UTF-8 or GBK, with a head anywhere in its first 20 lines. The reference code is looked for
 * in the remark. Where the bank gives no serial number, date, amount, account, remark and how often that came before stand for it, so
 * that the same list again is known again. Throws BadInput at `field` with every fault by its line.
 */
export function readBankLines(bytes: Buffer, words: HeadWords, today: Day, field: string): NewTransfer[] {
  const rows = parseCsv(decoded(bytes, field));
  const headAt = rows.slice(0, 20).findIndex((row) => NEEDED.every((name) => columnOf(row, words[name]) >= 0));
  const head = rows[headAt];
  if (!head) throw new BadInput([{ path: field, code: 'noBankHead' }]);
  const at = Object.fromEntries(COLUMNS.map((name) => [name, columnOf(head, words[name])])) as Record<string, number>;
  const faults: Fault[] = [];
  const seen = new Map<string, number>();
  const transfers: NewTransfer[] = [];
  for (const [index, row] of rows.entries()) {
    if (index <= headAt || row.every((cell) => cell === '')) continue;
    const cell = (name: string) => row[at[name] ?? -1] ?? '';
    const fault = (code: string, text: string) => faults.push({ path: field, code, values: { line: index + 1, text } });
    const day = dayIn(cell('date'));
    const paidOn = day !== null && day <= today ? day : null;
    const amountFen = parseYuan(cell('amount').replace(/^[¥+]/, ''));
    if (paidOn === null) fault('bankLineDay', cell('date'));
    if (!amountFen) fault('bankLineAmount', cell('amount'));
    if (cell('account') === '') fault('bankLineAccount', '');
    if (paidOn === null || !amountFen) continue;
    const remark = cell('remark').slice(0, 255);
    const key = [paidOn, amountFen, cell('account'), remark].join('\n');
    seen.set(key, (seen.get(key) ?? 0) + 1);
    transfers.push({
      ...{ paidOn, amountFen, remark, referenceCode: referenceCodeIn(remark) },
      payerName: cell('payer').slice(0, 128) || null,
      payerAccount: cell('account').slice(0, 64),
      bankReference: cell('serial').slice(0, 64) || hashOf(`${key}\n${seen.get(key)}`),
    });
  }
  if (faults.length > 0) throw new BadInput(faults.slice(0, MOST_FAULTS));
  if (transfers.length === 0) throw new BadInput([{ path: field, code: 'noBankLines' }]);
  if (transfers.length > MOST_LINES)
    throw new BadInput([{ path: field, code: 'tooManyRows', values: { maximum: MOST_LINES } }]);
  return transfers;
}

/** A statement's reference code in a remark as people type it: in small letters, with spaces or hyphens, in full-width characters. */
export function referenceCodeIn(remark: string): string | null {
  const text = remark
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-_.]/g, '');
  return /DZ\d{12,16}/.exec(text)?.[0] ?? null;
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
