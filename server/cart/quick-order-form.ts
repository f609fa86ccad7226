import { z } from 'zod';
import { BadInput } from '../shared/errors.ts';
import { read } from '../web/forms.ts';
import { type AskedRow, PUT_MODES } from './quick-order.ts';
import type { TypedRow } from './quick-order-text.ts';

/** The most rows of one list. */
export const MOST_ROWS = 300;
const MOST_TEXT = 60_000;

const mode = z.enum(PUT_MODES).default('add');

/** A list as it is pasted; the file comes beside it. */
export const listForm = z.object({ text: z.string().max(MOST_TEXT).default(''), mode });

const checkForm = z.object({ mode, act: z.string().max(20).default('check'), seen: z.string().max(64).default('') });
const rowForm = z.object({
  line: z.coerce.number().int().min(1).max(100_000).catch(1),
  product: z.string().trim().max(200).catch(''),
  typed: z.string().trim().catch(''),
  quantity: z.string().trim().max(20).catch(''),
  note: z.string().trim().max(1000).catch(''),
  chosen: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number)
    .nullable()
    .catch(null),
  skip: z.string().optional().catch(undefined),
});

/** Throws BadInput at `text` for a list without rows or with too many. */
export function checkedRows(rows: TypedRow[]): AskedRow[] {
  if (rows.length === 0) throw new BadInput([{ path: 'text', code: 'emptyList' }]);
  if (rows.length > MOST_ROWS)
    throw new BadInput([{ path: 'text', code: 'tooManyRows', values: { maximum: MOST_ROWS } }]);
  return rows.map((row) => ({
    ...row,
    product: row.product.slice(0, 200),
    quantity: row.quantity.slice(0, 20),
    chosenId: null,
  }));
}

/** The checked list as its page sends it back, without the rows that were left out; a choice ends when the name is typed anew. */
export function readCheck(body: Record<string, unknown>) {
  const form = read(checkForm, body);
  const rows: AskedRow[] = [];
  for (let index = 0; index < MOST_ROWS && body[`line.${index}`] !== undefined; index += 1) {
    const field = (name: string) => body[`${name}.${index}`];
    const { typed, chosen, skip, ...row } = read(rowForm, {
      ...{ line: field('line'), product: field('product'), typed: field('typed'), quantity: field('quantity') },
      ...{ note: field('note'), chosen: field('chosen') ?? null, skip: field('skip') },
    });
    if (skip === undefined) rows.push({ ...row, chosenId: typed === row.product ? chosen : null });
  }
  return { ...form, rows };
}

/** Rows as text that reads back as the same rows. */
export function textOfRows(rows: readonly TypedRow[]): string {
  return rows.map(({ product, quantity, note }) => [product, quantity, note].join('\t').trimEnd()).join('\n');
}
