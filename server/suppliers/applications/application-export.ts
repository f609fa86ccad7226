import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { instantText } from '../../web/handlebars.ts';
import type { PresentedRow, Reader } from './application-presenter.ts';

/** A list of applications as an Excel file. */
export function exportApplications({ t }: Pick<Reader, 't'>, rows: readonly PresentedRow[]) {
  const heads = ['subject', 'kind', 'place', 'state', 'waits', 'at'] as const;
  const sheet: SheetData = [
    heads.map((head): Cell => ({ value: t(`applications:list.${head}`), fontWeight: 'bold' })),
    ...rows.map((row): Cell[] => [
      row.name,
      row.isRenewal ? `${row.subjectLabel} · ${t('applications:renewal')}` : row.subjectLabel,
      row.placeName,
      row.stateLabel,
      row.waits ?? '',
      instantText(row.at),
    ]),
  ];
  const columns = heads.map((head) => ({ width: head === 'subject' || head === 'place' ? 36 : 20 }));
  return writeExcelFile(sheet, { columns, stickyRowsCount: 1, sheet: t('applications:list.title') }).toBuffer();
}
