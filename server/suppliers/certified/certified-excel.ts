import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import type { PresentedRow, Reader } from './certified-presenter.ts';

const HEADS = ['name', 'kind', 'supplier', 'place', 'number', 'issuer', 'from', 'until', 'standing', 'why'] as const;
const WIDE: readonly (typeof HEADS)[number][] = ['name', 'supplier', 'place', 'why'];

/** The public register as it is filtered, as an Excel file; `note` stands below when it was cut. */
export function exportCertified({ t }: Pick<Reader, 't'>, rows: readonly PresentedRow[], note: string | undefined) {
  const sheet: SheetData = [
    HEADS.map((head): Cell => ({ value: t(`certified:head.${head}`), fontWeight: 'bold' })),
    ...rows.map((row): Cell[] => [
      ...[row.name, row.ofLabel, row.supplierName ?? row.name, row.placeName, row.number, row.issuer],
      ...[row.validFrom, row.validUntil, row.standingLabel, row.why ?? ''],
    ]),
    ...(note ? [[note]] : []),
  ];
  const columns = HEADS.map((head) => ({ width: WIDE.includes(head) ? 36 : 16 }));
  return writeExcelFile(sheet, { columns, stickyRowsCount: 1, sheet: t('certified:title') }).toBuffer();
}
