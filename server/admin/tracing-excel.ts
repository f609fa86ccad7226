import type { Request } from 'express';
import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import type { presentBareBatch, presentMark } from './tracing-presenter.ts';

/** What tracing lacks, a sheet for certificates and one for batches. */
export function writeTracingExcel(
  { t }: Pick<Request, 't'>,
  marks: readonly ReturnType<typeof presentMark>[],
  batches: readonly ReturnType<typeof presentBareBatch>[],
): Promise<Buffer> {
  const heads = (...names: string[]) =>
    names.map((name): Cell => ({ value: t(`tracing:column.${name}`), fontWeight: 'bold', wrap: true }));
  const certificates: SheetData = [
    heads('supplier', 'kind', 'number', 'goods', 'validUntil'),
    ...marks.map((mark): Cell[] => [mark.supplierName, mark.kind, mark.number, mark.goods, mark.validUntil]),
  ];
  const bare: SheetData = [
    heads('supplier', 'product', 'spec', 'batch', 'producedOn', 'available'),
    ...batches.map((batch): Cell[] => [
      ...[batch.supplierName, batch.name, batch.spec, batch.code, batch.producedOn],
      batch.available,
    ]),
  ];
  const columns = [30, 24, 22, 22, 14, 12].map((width) => ({ width }));
  return writeExcelFile([
    { data: bare, columns, stickyRowsCount: 1, sheet: t('tracing:sheet.batches') },
    { data: certificates, columns, stickyRowsCount: 1, sheet: t('tracing:sheet.marks') },
  ]).toBuffer();
}
