import type { z } from 'zod';
import { faultsOf } from '../../web/forms.ts';
import { FIELD_OF } from './goods-texts.ts';
import { type LineFault, LineFaults } from './line-faults.ts';
import type { TypedTexts } from './read-goods-cells.ts';
import { NAMED_COLUMNS, type SheetChoices } from './sheet-choices.ts';
import { GOODS_COLUMNS, type GoodsColumn, type SheetColumn } from './sheet-columns.ts';

type Raw = Record<string, unknown>;

const COLUMN_OF = new Map<string, GoodsColumn>(GOODS_COLUMNS.map((column) => [FIELD_OF[column] ?? column, column]));

/** The column that a field of the forms is filled in from. */
export function columnOfField(field: string): SheetColumn {
  return COLUMN_OF.get(field) ?? 'code';
}

/** These cells as the fields of the forms: what is named by its id. */
export function rawTexts(choices: SheetChoices, typed: TypedTexts, columns: readonly GoodsColumn[]): Raw {
  const raw: Raw = {};
  for (const column of columns) {
    const text = typed[column];
    if (text === undefined) continue;
    const named = NAMED_COLUMNS.find((one) => one === column);
    const field = FIELD_OF[column] ?? column;
    if (named) raw[field] = String(choices[named].known.find(({ code }) => code === text)?.id ?? '');
    else raw[field] = column === 'coldChain' ? (text === 'yes' ? '1' : undefined) : text;
  }
  return raw;
}

/** Reads fields by the form's own rules. Throws LineFaults. */
export function parseTexts<T extends z.ZodType>(schema: T, raw: Raw): z.output<T> {
  const faults: LineFault[] = [];
  const read = collectTexts(schema, raw, faults);
  if (read === null) throw new LineFaults(faults);
  return read;
}

/** The same; faults are added to the others of the line, and null is the answer. */
export function collectTexts<T extends z.ZodType>(schema: T, raw: Raw, faults: LineFault[]): z.output<T> | null {
  const strings = Object.fromEntries(
    Object.entries(raw).map(([field, value]) => [field, value === undefined ? undefined : String(value)]),
  );
  const result = schema.safeParse(strings, { reportInput: true });
  if (result.success) return result.data;
  faults.push(
    ...faultsOf(result.error).map(({ path, code, values }) => ({
      column: columnOfField(path),
      code,
      values: values ?? {},
    })),
  );
  return null;
}
