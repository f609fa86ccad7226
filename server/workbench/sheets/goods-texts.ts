import type { Tx } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { textsOf } from '../../shared/json-texts.ts';
import { familyValues, priceValues, specificationValues } from '../goods/goods-form.ts';
import { GOODS_COLUMNS, type GoodsColumn } from './sheet-columns.ts';

const shown = {
  tiers: { orderBy: { fromQuantity: 'asc' } },
  family: { include: { brand: { select: { code: true } } } },
  category: { select: { code: true } },
  place: { select: { code: true } },
  supplier: { select: { id: true, code: true } },
} satisfies Prisma.ProductInclude;

export type SheetGood = Prisma.ProductGetPayload<{ include: typeof shown }>;

/** Goods of these suppliers as sheets write and compare them, the oldest first. */
export function goodsForSheet(db: Pick<Tx, 'product'>, where: Prisma.ProductWhereInput, take?: number) {
  return db.product.findMany({ where, orderBy: { id: 'asc' }, take, include: shown });
}

/** What stands in each cell of a line, whatever the language: codes of what is named, yuan with two decimals; none is ''. */
export type GoodsTexts = Record<GoodsColumn, string>;

export const FIELD_OF: Partial<Record<GoodsColumn, string>> = {
  ...{ category: 'categoryId', origin: 'placeId', brand: 'brandId', price: 'priceFen' },
};

/** A good as its line in the sheet says it. */
export function textsOfGood(good: SheetGood): GoodsTexts {
  const { family } = good;
  const values: Record<string, unknown> = {
    ...familyValues(family),
    ...specificationValues(good),
    ...priceValues(good),
  };
  const texts = Object.fromEntries(
    GOODS_COLUMNS.map((column) => [column, plainText(String(values[FIELD_OF[column] ?? column] ?? ''))]),
  ) as GoodsTexts;
  return {
    ...texts,
    ...{ code: good.code, category: good.category.code, origin: good.place.code, supplier: good.supplier.code },
    ...{ brand: family.brand?.code ?? '', coldChain: good.coldChain ? 'yes' : 'no', priceReason: '' },
    aliases: aliasText(textsOf(family.aliases).join('、')),
  };
}

/** Words that are parted by any of the signs that the form takes. */
export function aliasText(text: string): string {
  return [...new Set(text.split(/[,，、;；\n]/).map((word) => word.trim()))].filter(Boolean).join('、');
}

/** Line ends as Excel writes them, whatever a browser sent. */
export function plainText(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim();
}
