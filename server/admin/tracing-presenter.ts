import type { Request } from 'express';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { BareBatch, SupplierGap, UntracedMark } from '../catalog/trace-gaps.ts';
import type { Part, TraceShares } from '../catalog/trace-shares.ts';
import { pathTo } from '../paths.ts';

type Reader = Pick<Request, 't' | 'locale'>;

/** Rule 18: all holders of certificates, four of five batches of edible goods. */
const WANTED = { enrolledHolders: 1, conformBatches: 0.8 };

/** The two figures of rule 18, as the operator's pages show them. */
export function presentShares({ t }: Pick<Reader, 't'>, { enrolledHolders, conformBatches }: TraceShares) {
  return [
    { ...presentShare(enrolledHolders, WANTED.enrolledHolders), label: t('admin:shares.holders') },
    { ...presentShare(conformBatches, WANTED.conformBatches), label: t('admin:shares.batches') },
  ];
}

function presentShare({ count, of }: Part, wanted: number) {
  const share = of === 0 ? null : count / of;
  return { count, of, share, wanted, isShort: share !== null && share < wanted };
}

export function presentMark({ t, locale }: Reader, mark: UntracedMark) {
  return {
    supplierName: inLanguage(locale, mark.supplierName, mark.supplierNameEn),
    supplierHref: pathTo('supplier', { id: mark.supplierId }),
    kind: t(`catalog:marks.${mark.kind}`),
    number: mark.number,
    validUntil: mark.validUntil,
    goods: mark.familyName ? inLanguage(locale, mark.familyName, mark.familyNameEn) : t('tracing:allGoods'),
  };
}

export function presentBareBatch({ locale }: Reader, batch: BareBatch) {
  return {
    code: batch.traceCode,
    href: pathTo('trace', { code: batch.traceCode }),
    producedOn: batch.producedOn,
    available: batch.available,
    name: inLanguage(locale, batch.name, batch.nameEn),
    spec: inLanguage(locale, batch.spec, batch.specEn),
    supplierName: inLanguage(locale, batch.supplierName, batch.supplierNameEn),
    supplierHref: pathTo('supplier', { id: batch.supplierId }),
  };
}

export function presentGap({ locale }: Reader, gap: SupplierGap, chosen: number | null) {
  return {
    name: inLanguage(locale, gap.supplierName, gap.supplierNameEn),
    bare: gap.bare,
    batches: gap.batches,
    share: 1 - gap.bare / gap.batches,
    href: pathTo('tracing', { supplier: gap.supplierId }),
    isChosen: gap.supplierId === chosen,
  };
}
