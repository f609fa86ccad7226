export const SHEET_KINDS = ['goods', 'batches'] as const;
export type SheetKind = (typeof SHEET_KINDS)[number];

/** The columns of each kind of table, in their order; `goodsSheet:head.<name>` in every language. */
export const SHEET_COLUMNS = {
  goods: [
    ...(['code', 'name', 'nameEn', 'description', 'storage', 'spec', 'specEn', 'saleUnit', 'saleUnitEn'] as const),
    ...(['category', 'origin', 'netGrams', 'price', 'minQuantity', 'orderMultiple', 'caseQuantity'] as const),
    ...(['shelfLifeDays', 'coldChain', 'supplier'] as const),
  ],
  batches: ['code', 'producedOn', 'quantity', 'expiresOn', 'conformityNumber', 'note'],
} as const;

export type SheetColumn = (typeof SHEET_COLUMNS)[SheetKind][number];

/** Without these a table cannot be read; all others may be left out. */
export const NEEDED_COLUMNS: Record<SheetKind, readonly SheetColumn[]> = {
  goods: ['code', 'name', 'spec'],
  batches: ['code', 'producedOn', 'quantity'],
};

export const MOST_SHEET_ROWS = 300;
