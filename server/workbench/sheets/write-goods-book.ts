import type { Request } from 'express';
import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { MAX_QUANTITY } from '../../catalog/shelf-products.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { SheetContext } from './apply-sheet.ts';
import { type ColumnRule, withRules } from './excel-rules.ts';
import { goodsForSheet, textsOfGood } from './goods-texts.ts';
import { labelsOf, NAMED_COLUMNS } from './sheet-choices.ts';
import { GOODS_COLUMNS, type GoodsColumn, MOST_SHEET_ROWS } from './sheet-columns.ts';

type Reader = Pick<Request, 't' | 'locale'>;

const WIDTHS: Partial<Record<GoodsColumn, number>> = {
  ...{ code: 22, name: 24, nameEn: 24, aliases: 24, brand: 16, description: 40, descriptionEn: 40, storage: 26 },
  ...{ storageEn: 26, origin: 18, category: 14, saleMode: 18, supplier: 30, priceReason: 22 },
};
/** What a line without a code cannot do without. */
const NEEDED: readonly GoodsColumn[] = [
  'name',
  'description',
  'spec',
  'saleUnit',
  'category',
  'origin',
  'netGrams',
  'price',
];
const LISTED = [...NAMED_COLUMNS, 'saleMode', 'coldChain', 'seasonFrom', 'seasonTo'] as const;
type ListedColumn = (typeof LISTED)[number];
const EMPTIED: readonly GoodsColumn[] = ['brand', 'seasonFrom', 'seasonTo'];
const YUAN = '#,##0.00';
const [NEEDED_FILL, FILL] = ['#FBE3D3', '#E9EEF2'];

/** All own goods as the table that can be changed and uploaded again; without any, the empty table to fill in. */
export async function writeGoodsBook(
  db: PrismaClient,
  reader: Reader,
  context: SheetContext,
  withGoods: boolean,
): Promise<Buffer> {
  const supplierId = { in: context.suppliers.map(({ id }) => id) };
  const goods = withGoods ? await goodsForSheet(db, { supplierId }, MOST_SHEET_ROWS.goods) : [];
  const { t } = reader;
  const lists = listsOf(reader, context);
  const rows = goods.map((good) => {
    const texts = textsOfGood(good);
    return GOODS_COLUMNS.map((column) => cellOf(column, lists.get(column)?.labels.get(texts[column]) ?? texts[column]));
  });
  const sheets = [
    {
      data: [GOODS_COLUMNS.map((column) => headOf(reader, column)), ...rows],
      sheet: t('goodsSheet:title.goods'),
      columns: GOODS_COLUMNS.map((column) => ({ width: WIDTHS[column] ?? 12 })),
      ...{ stickyRowsCount: 1, stickyColumnsCount: 2 },
    },
    {
      data: instructions(reader),
      sheet: t('goodsSheet:helpTitle'),
      columns: [{ width: 26 }, { width: 14 }, { width: 90 }],
    },
    { data: listSheet(reader, lists), sheet: t('goodsSheet:names'), columns: LISTED.map(() => ({ width: 26 })) },
  ];
  return writeExcelFile(sheets, { features: [withRules(rulesOf(reader, lists), MOST_SHEET_ROWS.goods)] }).toBuffer();
}

function headOf({ t }: Reader, column: GoodsColumn): Cell {
  const backgroundColor = NEEDED.includes(column) ? NEEDED_FILL : FILL;
  return { value: wordOf(t, column), fontWeight: 'bold', wrap: true, backgroundColor };
}

function wordOf(t: Reader['t'], column: GoodsColumn): string {
  return t(`goodsSheet:head.${column}`).split('|')[0] ?? column;
}

/** Numbers as numbers, so that they can be calculated with. */
function cellOf(column: GoodsColumn, text: string): Cell {
  if (text === '') return null;
  if (column === 'price' || column.startsWith('tierPrice')) return { value: Number(text), type: Number, format: YUAN };
  const isNumber = column in BOUNDS || column === 'seasonFrom' || column === 'seasonTo';
  return isNumber ? { value: Number(text), type: Number } : { value: text, type: String };
}

interface List {
  /** how each is written, by its code */
  labels: ReadonlyMap<string, string>;
  offered: readonly string[];
}

function listsOf({ t, locale }: Reader, { choices }: SheetContext): Map<GoodsColumn, List> {
  const words = (key: string) => t(key).split('|')[0] ?? key;
  const fixed = (pairs: readonly [string, string][]): List => ({
    labels: new Map(pairs),
    offered: pairs.map(([, label]) => label),
  });
  const months = fixed(Array.from({ length: 12 }, (_, month) => [String(month + 1), String(month + 1)]));
  return new Map<GoodsColumn, List>([
    ...NAMED_COLUMNS.map((column): [GoodsColumn, List] => {
      const labels = labelsOf(locale, choices[column]);
      return [column, { labels, offered: choices[column].offered.map(({ code }) => labels.get(code) ?? code) }];
    }),
    ['saleMode', fixed((['by_piece', 'by_weight'] as const).map((mode) => [mode, words(`goodsSheet:mode.${mode}`)]))],
    ['coldChain', fixed((['yes', 'no'] as const).map((word) => [word, words(`goodsSheet:${word}`)]))],
    ['seasonFrom', months],
    ['seasonTo', months],
  ]);
}

/** What may be chosen, a column each; the drop-down lists point here. */
function listSheet({ t }: Reader, lists: ReadonlyMap<GoodsColumn, List>): SheetData {
  const columns = LISTED.map((column) => listedIn(t, column, lists));
  const longest = Math.max(...columns.map((column) => column.length));
  return [
    LISTED.map((column): Cell => ({ value: wordOf(t, column), fontWeight: 'bold' })),
    ...Array.from({ length: longest }, (_, row) => columns.map((column): Cell => column[row] ?? null)),
  ];
}

function listedIn(t: Reader['t'], column: ListedColumn, lists: ReadonlyMap<GoodsColumn, List>): string[] {
  const offered = lists.get(column)?.offered ?? [];
  return EMPTIED.includes(column) ? [t('goodsSheet:clear').split('|')[0] ?? '', ...offered] : [...offered];
}

const GRAMS = 50_000_000;
const MANY = 100_000;
const MOST_YUAN = 20_000_000;
const BOUNDS: Partial<Record<GoodsColumn, { type: 'whole' | 'decimal'; least: number; most: number; lenient?: true }>> =
  {
    netGrams: { type: 'whole', least: 1, most: GRAMS },
    tolerance: { type: 'decimal', least: 0, most: 30, lenient: true },
    price: { type: 'decimal', least: 0.01, most: MOST_YUAN },
    ...Object.fromEntries(
      [1, 2, 3, 4, 5].flatMap((row) => [
        [`tierFrom${row}`, { type: 'whole', least: 2, most: MAX_QUANTITY, lenient: true }],
        [`tierPrice${row}`, { type: 'decimal', least: 0.01, most: MOST_YUAN, lenient: true }],
      ]),
    ),
    minQuantity: { type: 'whole', least: 1, most: MAX_QUANTITY },
    orderMultiple: { type: 'whole', least: 1, most: MANY },
    caseQuantity: { type: 'whole', least: 1, most: MANY },
    shelfLifeDays: { type: 'whole', least: 1, most: 3650, lenient: true },
  };

function rulesOf({ t }: Reader, lists: ReadonlyMap<GoodsColumn, List>): ColumnRule[] {
  return GOODS_COLUMNS.flatMap((column, at): ColumnRule[] => {
    const told = { column: at, title: wordOf(t, column), text: aboutOf(t, column) };
    const listed = LISTED.find((one) => one === column);
    if (listed) {
      const most = listedIn(t, listed, lists).length + 1;
      if (most < 2) return [];
      const letter = String.fromCharCode(65 + LISTED.indexOf(listed));
      const list = `'${t('goodsSheet:names')}'!$${letter}$2:$${letter}$${most}`;
      return [{ ...told, allows: { list }, lenient: false }];
    }
    const bound = BOUNDS[column];
    return bound ? [{ ...told, allows: bound, lenient: bound.lenient ?? false }] : [];
  });
}

function aboutOf(t: Reader['t'], column: GoodsColumn): string {
  return t(`goodsSheet:about.${column.startsWith('tier') ? 'tiers' : column}`);
}

/** What the table is for, and what goes into each column. */
function instructions({ t }: Reader): SheetData {
  const steps = t('goodsSheet:steps').split('\n');
  const head = ['column', 'needed', 'what'].map(
    (part): Cell => ({ value: t(`goodsSheet:guide.${part}`), fontWeight: 'bold', backgroundColor: FILL }),
  );
  const shown = GOODS_COLUMNS.filter((column) => !column.startsWith('tier') || column === 'tierFrom1');
  return [
    ...steps.map((step): Cell[] => [{ value: step, wrap: true, columnSpan: 3 }, null, null]),
    [],
    head,
    ...shown.map((column): Cell[] => [
      column === 'tierFrom1' ? t('goodsSheet:guide.tiers') : wordOf(t, column),
      NEEDED.includes(column) ? t('goodsSheet:guide.forNew') : null,
      { value: aboutOf(t, column), wrap: true },
    ]),
  ];
}
