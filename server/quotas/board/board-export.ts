import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { formatYuan } from '../../shared/money.ts';
import { weightText } from '../../web/handlebars.ts';
import { type BoardPage, rowsShown } from './board-page.ts';
import { nameOf, presentProgress, type Reader, rowName } from './board-presenter.ts';
import type { BoardRow } from './board-rows.ts';

const YUAN = '#,##0.00';
const KILOGRAMS = '#,##0.###';
const PERCENT = '0.0%';

/** The board as it is filtered and sorted, all its rows, as an Excel file whose figures can be summed; amounts in yuan, weights in kg. */
export function exportBoard(reader: Reader, page: BoardPage): Promise<Buffer> {
  const { t } = reader;
  const by = page.query.by ?? 'unit';
  const heads = [
    t('quotas:export.code'),
    t(`quotas:by.${by}`),
    ...(by === 'unit' ? [t('quotas:export.parent'), t('quotas:export.groups')] : []),
    ...['target', 'targetKilograms', 'placed', 'placedKilograms', 'counted', 'countedKilograms'].map((name) =>
      t(`quotas:export.${name}`),
    ),
    ...['share', 'expected', 'state', 'needed', 'projected', 'scoped'].map((name) => t(`quotas:export.${name}`)),
  ];
  const rows = rowsShown(page.rows, page.query).map((row) => cellsOf(reader, page, row));
  const { programme } = page.board;
  const sheet: SheetData = [
    [{ value: nameOf(reader, programme), fontWeight: 'bold' }],
    [t('quotas:export.asOf', { day: page.at })],
    heads.map((value): Cell => ({ value, fontWeight: 'bold', wrap: true })),
    ...rows,
  ];
  const columns = heads.map((_, index) => ({ width: index === 1 ? 32 : index === heads.length - 1 ? 60 : 15 }));
  return writeExcelFile(sheet, { columns, stickyRowsCount: 3, sheet: t('quotas:board.title') }).toBuffer();
}

function cellsOf(reader: Reader, page: BoardPage, row: BoardRow): Cell[] {
  const { t } = reader;
  const { unit } = row;
  const by = page.query.by ?? 'unit';
  const parent = unit?.parentId ? page.board.byId.get(unit.parentId) : undefined;
  const groups = page.board.programme.participants.filter(({ id }) => unit?.groupIds.includes(id));
  const needed =
    row.neededPerMonthGrams === null ? hundredths(row.neededPerMonthFen) : thousandths(row.neededPerMonthGrams);
  return [
    row.key,
    rowName(reader, row, by),
    ...(by === 'unit'
      ? [parent ? nameOf(reader, parent) : null, groups.map((group) => nameOf(reader, group)).join('; ')]
      : []),
    hundredths(row.targetFen),
    thousandths(row.targetGrams),
    hundredths(row.placedFen),
    thousandths(row.placedGrams),
    hundredths(row.countedFen),
    thousandths(row.countedGrams),
    percent(row.share),
    percent(row.expectedShare),
    t(`common:progressState.${row.state}`),
    needed,
    row.projectedDate,
    scopedText(reader, page, row),
  ];
}

function scopedText(reader: Reader, { board }: BoardPage, row: BoardRow): string {
  const { t } = reader;
  return presentProgress(reader, board, row)
    .scoped.map((target) => {
      const text = (amount: number) => (target.isWeight ? weightText(amount, t) : `¥${formatYuan(amount)}`);
      const state = t(`common:progressState.${target.state}`);
      return t('quotas:export.scopedText', {
        ...{ label: target.label, state },
        target: text(target.value),
        counted: text(target.counted),
      });
    })
    .join('; ');
}

/** A sheet's numbers are decimal: fen as yuan, grams as kilograms, converted at this last step. */
function hundredths(fen: number | null): Cell {
  return fen === null ? null : { value: fen / 100, type: Number, format: YUAN };
}

function thousandths(grams: number | null): Cell {
  return grams === null ? null : { value: grams / 1000, type: Number, format: KILOGRAMS };
}

function percent(share: number | null): Cell {
  return share === null ? null : { value: share, type: Number, format: PERCENT };
}
