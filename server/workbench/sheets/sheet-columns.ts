export const SHEET_KINDS = ['goods', 'batches'] as const;
export type SheetKind = (typeof SHEET_KINDS)[number];

/** What a line says of its good, and so of all its specifications; named as the fields of the form, brand by its name. */
export const FAMILY_COLUMNS = [
  ...(['name', 'nameEn', 'aliases', 'brand', 'description', 'descriptionEn', 'storage', 'storageEn'] as const),
] as const;

export const SPECIFICATION_COLUMNS = [
  ...(['spec', 'specEn', 'saleUnit', 'saleUnitEn', 'category', 'origin', 'netGrams', 'saleMode', 'tolerance'] as const),
  ...([
    'minQuantity',
    'orderMultiple',
    'caseQuantity',
    'shelfLifeDays',
    'seasonFrom',
    'seasonTo',
    'coldChain',
  ] as const),
] as const;

/**
 * Five pairs of quantity and price, a number a cell: people fill them down and calculate with them, and Excel makes times of day of
 * what looks like 10:57.00.
 */
export const TIER_COLUMNS = [
  ...(['tierFrom1', 'tierPrice1', 'tierFrom2', 'tierPrice2', 'tierFrom3', 'tierPrice3'] as const),
  ...(['tierFrom4', 'tierPrice4', 'tierFrom5', 'tierPrice5'] as const),
] as const;

export const GOODS_COLUMNS = [
  ...(['code', ...FAMILY_COLUMNS] as const),
  ...(['spec', 'specEn', 'saleUnit', 'saleUnitEn', 'category', 'origin', 'netGrams', 'saleMode', 'tolerance'] as const),
  ...(['price', ...TIER_COLUMNS, 'priceReason', 'minQuantity', 'orderMultiple', 'caseQuantity'] as const),
  ...(['shelfLifeDays', 'seasonFrom', 'seasonTo', 'coldChain', 'supplier'] as const),
] as const;
export type GoodsColumn = (typeof GOODS_COLUMNS)[number];

/** The columns of each kind of table, in their order; `goodsSheet:head.<name>` in every language. */
export const SHEET_COLUMNS = {
  goods: GOODS_COLUMNS,
  batches: ['code', 'producedOn', 'quantity', 'expiresOn', 'conformityNumber', 'note'],
} as const;

export type SheetColumn = (typeof SHEET_COLUMNS)[SheetKind][number];

/** Without these a table cannot be read; all others may be left out. */
export const NEEDED_COLUMNS: Record<SheetKind, readonly SheetColumn[]> = {
  goods: ['code', 'name', 'spec'],
  batches: ['code', 'producedOn', 'quantity'],
};

/** Of goods all of a large supplier: lines that change nothing cost nothing. Each of a batch is written. */
export const MOST_SHEET_ROWS: Record<SheetKind, number> = { goods: 2000, batches: 300 };
/** Lines of goods that are written in one go; their rows are held meanwhile. */
export const MOST_WRITTEN = 150;
