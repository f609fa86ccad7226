import type { Request } from 'express';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { BuyableProduct } from '../catalog/shelf-products.ts';
import { formatYuan } from '../shared/money.ts';
import { flash } from '../web/flash.ts';
import type { PutResult } from './list-into-cart.ts';

/** Leaves sentences for the next page: how many lines are in the cart, and which products are gone, short or have another price. */
export function tellPut(req: Request, { put, gone, soldOut, short, repriced }: PutResult): void {
  const { t, locale } = req;
  const nameOf = (product: BuyableProduct) =>
    t('lists:put.product', {
      name: inLanguage(locale, product.familyName, product.nameEn),
      spec: inLanguage(locale, product.spec, product.specEn),
    });
  const names = (products: readonly BuyableProduct[]) => products.map(nameOf).join(t('lists:put.comma'));
  flash(req, put > 0 ? 'success' : 'error', t(put > 0 ? 'lists:put.done' : 'lists:put.nothing', { count: put }));
  if (gone.length > 0) flash(req, 'info', t('lists:put.gone', { names: names(gone) }));
  if (soldOut.length > 0) flash(req, 'info', t('lists:put.soldOut', { names: names(soldOut) }));
  if (short.length > 0)
    flash(
      req,
      'info',
      t('lists:put.short', {
        names: short
          .map((product) =>
            t('lists:put.shortOne', {
              name: nameOf(product),
              available: product.available,
              unit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
            }),
          )
          .join(t('lists:put.comma')),
      }),
    );
  if (repriced.length > 0)
    flash(
      req,
      'info',
      t('lists:put.repriced', {
        names: repriced
          .map(({ product, formerFen, fen }) =>
            t('lists:put.repricedOne', {
              ...{ name: nameOf(product), former: `¥${formatYuan(formerFen)}`, now: `¥${formatYuan(fen)}` },
            }),
          )
          .join(t('lists:put.comma')),
      }),
    );
}
