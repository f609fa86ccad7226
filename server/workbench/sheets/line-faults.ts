import { type Fault, Refusal } from '../../shared/errors.ts';
import type { SheetLine } from './read-cells.ts';
import type { SheetColumn } from './sheet-columns.ts';

export interface LineFault {
  column: SheetColumn;
  code: string;
  values?: Fault['values'];
}

/** A refused line: its faults by column. */
export class LineFaults extends Error {
  readonly faults: readonly LineFault[];
  constructor(faults: readonly LineFault[]) {
    super('line faults');
    this.faults = faults;
  }
}

/** A use case's refusal by the columns that its fields come from. */
export async function byColumn<T>(
  work: Promise<T>,
  columnOf: (field: string) => SheetColumn,
  fallback: SheetColumn = 'code',
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.faults.length === 0) throw new LineFaults([{ column: fallback, code: error.code, values: error.values }]);
    throw new LineFaults(
      error.faults.map(({ path, code, values }) => ({ column: columnOf(path), code, values: values ?? {} })),
    );
  }
}

/** Only what a rule refused belongs to its line, and names a column that the table lacks; everything else ends the whole. */
export function faultsOfLine(error: unknown, lineOf: (column: SheetColumn) => SheetLine): Fault[] {
  if (!(error instanceof LineFaults)) {
    if (error instanceof Refusal)
      return [{ path: lineOf('code').cellOf('code'), code: error.code, values: error.values }];
    throw error;
  }
  return error.faults.map(({ column, code, values }) => {
    const { cells, cellOf } = lineOf(column);
    return column in cells
      ? { path: cellOf(column), code, values: values ?? {} }
      : { path: cellOf('code'), code: 'columnMissing', values: { column } };
  });
}
