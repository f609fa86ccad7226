import { fold } from '../search/normalize-text.ts';
import { weightPhrases } from '../search/weight-phrases.ts';
import { amountIn, isCountingWord } from './counted-in.ts';

/** One line of a list as it was typed. */
export interface TypedRow {
  /** its number in the list, from 1 */
  line: number;
  /** code, name, pinyin or initials, with the specification if it was given */
  product: string;
  /** what stands for the quantity; '' when nothing does */
  quantity: string;
  note: string;
}

/** `12` at the end of a name without a space before it: after a sign of multiplication or a Chinese character. */
const GLUED = /^(.*?\p{Script=Han}|.+?(?=[x×*]))[x×*]?(\d{1,9})(\p{Script=Han}?)$/u;

/** The lines of a pasted list; empty ones count but are left out, as is a first line of headings. */
export function rowsOfText(text: string): TypedRow[] {
  const lines = text.normalize('NFKC').split(/\r\n|\r|\n/);
  return withoutHead(
    lines.flatMap((line, index) => {
      if (line.trim() === '') return [];
      const fields = splitFields(line);
      return [{ line: index + 1, ...(fields.length > 1 ? ofFields(fields) : ofWords(line.trim().split(/\s+/))) }];
    }),
  );
}

/** The same of a table's rows, whose first row may be headings; what stands beyond the note is not read. */
export function rowsOfTable(rows: readonly (readonly string[])[]): TypedRow[] {
  return withoutHead(
    rows.flatMap((cells, index) => {
      const fields = cells.map((cell) => cell.normalize('NFKC').trim());
      return fields.some(Boolean) ? [{ line: index + 1, ...ofFields(fields.slice(0, noteAfterQuantity(fields))) }] : [];
    }),
  );
}

/** The whole number of a quantity, whatever it counts; null when the text is none. */
export function quantityIn(text: string): number | null {
  const number = amountIn(text)?.number ?? '';
  return /^\d+$/.test(number) && Number(number) > 0 ? Number(number) : null;
}

/** The fields of a line by tab, semicolon or comma, whichever it uses; a quoted one may hold them. */
export function splitFields(line: string): string[] {
  const separator = line.includes('\t') ? '\t' : /[;]/.test(line) ? ';' : ',';
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      fields.push(field.trim());
      field = '';
    } else field += character;
  }
  return [...fields, field.trim()];
}

/** The first field that is a quantity ends the product's fields; the rest is the note. */
function ofFields(fields: readonly string[]): Omit<TypedRow, 'line'> {
  const at = fields.findIndex((field, index) => index > 0 && isQuantity(field));
  if (at > 0) {
    const [before, quantity] = [fields[at - 1] ?? '', fields[at] ?? ''];
    const unitFirst = at > 1 && /\d$/.test(quantity) && isCountingWord(before);
    return {
      product: joined(fields.slice(0, unitFirst ? at - 1 : at)),
      ...withWord(unitFirst ? `${quantity}${before}` : quantity, fields.slice(at + 1)),
    };
  }
  if (fields.length === 1) return ofWords((fields[0] ?? '').split(/\s+/));
  return { product: fields[0] ?? '', quantity: fields[1] ?? '', note: joined(fields.slice(2)) };
}

/** How many cells count: those up to the quantity and one for the note. */
function noteAfterQuantity(fields: readonly string[]): number {
  const at = fields.findIndex((field, index) => index > 0 && isQuantity(field));
  if (at < 0) return 3;
  return isCountingWord(fields[at + 1] ?? '') ? at + 3 : at + 2;
}

/** What stands behind a bare number is its unit where it can be one, else the note. */
function withWord(quantity: string, after: readonly string[]): Pick<TypedRow, 'quantity' | 'note'> {
  const [word = '', ...rest] = after;
  const isUnit = /\d$/.test(quantity) && isCountingWord(word);
  return isUnit ? { quantity: `${quantity}${word}`, note: joined(rest) } : { quantity, note: joined(after) };
}

/** Among words a bare number is the quantity, else the last number with a word of counting; weights belong to the product. */
function ofWords(words: readonly string[]): Omit<TypedRow, 'line'> {
  const [first = '', ...rest] = words;
  const bare = rest.findIndex((word) => /^[x×*]?-?\d+(\.\d+)?$/.test(word) && isQuantity(word));
  const at = bare >= 0 ? bare : rest.findLastIndex(isQuantity);
  if (at >= 0)
    return {
      product: joined([first, ...rest.slice(0, at)]),
      ...withWord(rest[at] ?? '', rest.slice(at + 1)),
    };
  if (rest.length > 0 && isQuantity(first) && !/^\d+$/.test(first))
    return { product: joined(rest), quantity: first, note: '' };
  const last = words.at(-1) ?? '';
  const glued = isWeightLast(last) ? null : GLUED.exec(last);
  if (glued)
    return { product: joined([...words.slice(0, -1), glued[1] ?? '']), quantity: `${glued[2]}${glued[3]}`, note: '' };
  return { product: joined(words), quantity: '', note: '' };
}

function withoutHead(rows: TypedRow[]): TypedRow[] {
  const [first, ...rest] = rows;
  const isHead =
    first && rest.length > 0 && first.quantity !== '' && !/\d/.test(`${first.product}${first.quantity}${first.note}`);
  return isHead ? rest : rows;
}

function isQuantity(text: string): boolean {
  return amountIn(text) !== null && !isWeightLast(text);
}

/** Whether a text ends in a weight, as “rice 5kg” does. */
function isWeightLast(text: string): boolean {
  const folded = fold(text);
  return weightPhrases(folded).some(({ end }) => end === folded.length);
}

const joined = (parts: readonly string[]) => parts.filter(Boolean).join(' ');
