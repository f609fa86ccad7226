import type { Request } from 'express';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import { pathTo } from '../../paths.ts';
import { type Day, dayFromColumn, daysBetween } from '../../shared/days.ts';
import { BATCH_PARTS, type BatchPage, type BatchPart, type StockedBatch } from './batch-queries.ts';

type Reader = Pick<Request, 't' | 'locale'>;

/** A batch as the stock list shows it. */
export function presentStocked({ t, locale }: Reader, batch: StockedBatch, { today, soon }: { today: Day; soon: Day }) {
  const { expiresOn } = batch;
  const isExpired = expiresOn !== null && expiresOn <= today;
  return {
    id: batch.id,
    href: pathTo('supplierBatch', { id: batch.id }),
    code: batch.traceCode,
    name: nameOf(locale, batch),
    spec: inLanguage(locale, batch.spec, batch.specEn),
    unit: inLanguage(locale, batch.saleUnit, batch.saleUnitEn),
    productHref: pathTo('supplierSpecification', { id: batch.productId }),
    ...{
      producedOn: batch.producedOn,
      expiresOn,
      quantity: batch.quantity,
      available: batch.isRecalled ? 0 : batch.available,
    },
    lacksCertificate: batch.conformityNumber === null,
    mark: markOf(t, { ...batch, isExpired }, today, soon),
  };
}

interface Marked {
  expiresOn: Day | null;
  isExpired: boolean;
  isRecalled: boolean;
  hasFailed: boolean;
  available: number;
}

function markOf(
  t: Reader['t'],
  { expiresOn, isExpired, isRecalled, hasFailed, available }: Marked,
  today: Day,
  soon: Day,
) {
  if (isRecalled) return { tone: 'bad', label: t('batches:mark.recalled') };
  if (hasFailed) return { tone: 'bad', label: t('batches:mark.failed') };
  if (available === 0) return { tone: 'off', label: t('batches:mark.gone') };
  if (isExpired) return { tone: 'bad', label: t('batches:mark.expired') };
  if (expiresOn !== null && expiresOn <= soon)
    return { tone: 'wait', label: t('batches:mark.soon', { days: daysBetween(today, expiresOn) }) };
  return { tone: 'good', label: t('batches:mark.good') };
}

export function presentParts({ t }: Reader, part: BatchPart) {
  return BATCH_PARTS.map((one) => ({
    label: t(`batches:part.${one}`),
    href: pathTo('supplierStock', one === 'stocked' ? {} : { part: one }),
    current: one === part,
  }));
}

/** A batch's page at the workbench. */
export function presentBatch({ t, locale }: Reader, batch: BatchPage, { today, soon }: { today: Day; soon: Day }) {
  const { product, traceCode } = batch;
  const expiresOn = batch.expiresOn && dayFromColumn(batch.expiresOn);
  const isRecalled = batch.recalledAt !== null;
  const hasFailed = batch.failedAt !== null;
  const isExpired = expiresOn !== null && expiresOn <= today;
  const fileHref = (id: number | null) => (id === null ? undefined : pathTo('traceFile', { code: traceCode, id }));
  return {
    id: batch.id,
    code: traceCode,
    traceHref: pathTo('trace', { code: traceCode }),
    ...(isRecalled || batch.coming
      ? {}
      : { labelHref: pathTo('traceLabel', { id: batch.id }), recallHref: pathTo('recallBatch', { id: batch.id }) }),
    name: nameOf(locale, product.family),
    spec: inLanguage(locale, product.spec, product.specEn),
    unit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    supplierName: nameOf(locale, product.supplier),
    productHref: pathTo('supplierSpecification', { id: product.id }),
    producedOn: dayFromColumn(batch.producedOn),
    expiresOn,
    ...{
      quantity: batch.quantity,
      available: isRecalled ? 0 : batch.available,
      note: batch.note,
      isComing: batch.coming,
    },
    isStopped: hasFailed && !isRecalled,
    mark: markOf(t, { expiresOn, isExpired, isRecalled, hasFailed, available: batch.available }, today, soon),
    conformityNumber: batch.conformityNumber,
    conformityHref: fileHref(batch.conformityFileId),
    inspections: batch.inspections.map((report) => ({
      ...{ lab: report.lab, number: report.number, summary: report.summary },
      issuedOn: dayFromColumn(report.issuedOn),
      passed: report.passed,
      href: fileHref(report.fileId),
    })),
    movements: batch.movements.map((movement) => ({
      at: movement.at,
      label: t(`batches:event.${movement.event}`),
      quantity: movement.quantity > 0 ? `+${movement.quantity}` : String(movement.quantity),
      reason: movement.reason,
    })),
  };
}
