import type { Actor } from '../../accounts/actor.ts';
import type { Tx } from '../../db/client.ts';
import { dayInCell } from '../../quotas/sheets/sheet-cells.ts';
import { Refusal } from '../../shared/errors.ts';
import { faultsOf } from '../../web/forms.ts';
import { batchForm } from '../batches/batch-schemas.ts';
import { addBatch } from '../batches/create-batch.ts';
import type { LineOutcome, SheetContext } from './apply-sheet.ts';
import { LineFaults } from './line-faults.ts';
import type { SheetLine } from './read-cells.ts';
import type { SheetColumn } from './sheet-columns.ts';

const COLUMNS: readonly string[] = ['producedOn', 'quantity', 'expiresOn', 'conformityNumber', 'note'];

/** A line is a new batch of the specification that its code names. */
export async function applyBatchLine(
  tx: Tx,
  actor: Actor,
  context: SheetContext,
  { cells }: SheetLine,
  at: Date,
): Promise<Omit<LineOutcome, 'row'>> {
  const product = await tx.product.findUnique({
    where: { code: cells.code ?? '' },
    select: { id: true, supplierId: true, spec: true, specEn: true, family: { select: { name: true, nameEn: true } } },
  });
  if (!product || !context.suppliers.some(({ id }) => id === product.supplierId))
    throw new LineFaults([{ column: 'code', code: 'noSuchProduct' }]);
  const dayOrText = (text = '') => dayInCell(text) ?? text;
  const read = batchForm.safeParse(
    { ...cells, producedOn: dayOrText(cells.producedOn), expiresOn: dayOrText(cells.expiresOn) },
    { reportInput: true },
  );
  if (!read.success) throw new LineFaults(faultsOf(read.error).map(atColumn));
  try {
    await addBatch(tx, actor, product.id, read.data, at);
  } catch (error) {
    if (error instanceof Refusal && error.faults.length > 0) throw new LineFaults(error.faults.map(atColumn));
    throw error;
  }
  return {
    ...{
      what: 'new',
      ...product.family,
      spec: product.spec,
      specEn: product.specEn,
      priceFen: null,
      priceFlagged: false,
    },
    ...{ quantity: read.data.quantity, changes: [] },
  };
}

function atColumn({ path, code, values }: { path: string; code: string; values?: Record<string, string | number> }) {
  const column = (COLUMNS.includes(path) ? path : 'code') as SheetColumn;
  return { column, code, values: values ?? {} };
}
