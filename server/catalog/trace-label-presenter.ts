import { pathTo } from '../paths.ts';
import { dayFromColumn } from '../shared/days.ts';
import { type PlaceTree, placeName } from '../units/place-tree.ts';
import { weightText } from '../web/handlebars.ts';
import type { Translate } from '../web/i18n.ts';
import { type CatalogReader, inLanguage, nameOf } from './catalog-reader.ts';
import type { LabelBatch } from './trace-label-queries.ts';
import { LABEL_LAYOUTS, type LabelLayout, type LabelWish } from './trace-label-schemas.ts';

/** A batch in the list of those that labels can be printed for, and on its own page. */
export function presentLabelBatch({ t, locale }: CatalogReader, batch: LabelBatch) {
  const { product } = batch;
  const state = batch.recalledAt ? 'recalled' : batch.coming ? 'coming' : null;
  return {
    code: batch.traceCode,
    name: nameOf(locale, product.family),
    spec: inLanguage(locale, product.spec, product.specEn),
    saleUnit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    producedOn: dayFromColumn(batch.producedOn),
    expiresOn: batch.expiresOn && dayFromColumn(batch.expiresOn),
    quantity: batch.quantity,
    available: batch.available,
    hasConformity: Boolean(batch.conformityNumber),
    href: pathTo('traceLabel', { id: batch.id }),
    traceHref: pathTo('trace', { code: batch.traceCode }),
    state: state && { tone: state === 'recalled' ? 'bad' : 'wait', label: t(`traceLabels:state.${state}`) },
    recallHref: state === null ? pathTo('recallBatch', { id: batch.id }) : undefined,
    mayPrint: state === null,
  };
}

/** The choices of the form; `perPage` limits where the first label may stand. */
export function layoutChoices({ t }: CatalogReader) {
  return (Object.keys(LABEL_LAYOUTS) as LabelLayout[]).map((layout) => ({
    value: layout,
    label: t(`traceLabels:layout.${layout}`),
  }));
}

/** The data of `views/trace/label-sheet.hbs`. `t` is Chinese: what stands on a package is, whoever prints it. */
export function presentLabelSheet(t: Translate, places: PlaceTree, batch: LabelBatch, wish: LabelWish) {
  const { product, traceCode } = batch;
  const expiresOn = batch.expiresOn && dayFromColumn(batch.expiresOn);
  const isSingle = wish.layout === 'single';
  const label = {
    name: product.family.name,
    lines: [
      t('traceLabels:on.net', { weight: weightText(product.netGrams, t) }),
      t('traceLabels:on.origin', { place: placeName(places, product.placeId, 'zh') }),
      t('traceLabels:on.producedOn', { day: dayFromColumn(batch.producedOn) }),
      ...(isSingle && expiresOn ? [t('traceLabels:on.expiresOn', { day: expiresOn })] : []),
      ...(isSingle ? [t('traceLabels:on.supplier', { name: product.supplier.name })] : []),
    ],
    code: t('traceLabels:on.batch', { code: traceCode }),
    scan: isSingle ? t('traceLabels:on.scan') : undefined,
    qrSrc: pathTo('traceQr', { code: traceCode }),
  };
  return { sheet: wish.layout, pages: pagesOf(label, LABEL_LAYOUTS[wish.layout], wish.copies, wish.start) };
}

/** Labels page by page; null where one was used up before. */
function pagesOf<T>(label: T, perPage: number, copies: number, start: number): (T | null)[][] {
  const cells = [...Array<null>(start - 1).fill(null), ...Array<T>(copies).fill(label)];
  const pages: (T | null)[][] = [];
  for (let at = 0; at < cells.length; at += perPage) pages.push(cells.slice(at, at + perPage));
  return pages;
}
