import writeExcelFile, { type Cell } from 'write-excel-file/node';
import type { Translate } from '../web/i18n.ts';

/** The Excel file to fill in: nothing but headings, so that no example is ever ordered. */
export function quickOrderTemplate(t: Translate): Promise<Buffer> {
  const heads = ['product', 'quantity', 'note'].map(
    (name): Cell => ({ value: t(`lists:template.${name}`), fontWeight: 'bold' }),
  );
  const columns = [{ width: 40 }, { width: 12 }, { width: 40 }];
  return writeExcelFile([heads, []], { columns, stickyRowsCount: 1, sheet: t('lists:quick.title') }).toBuffer();
}
