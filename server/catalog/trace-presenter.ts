import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { placeName } from '../units/place-tree.ts';
import { type CatalogReader, hrefOfPlace, inLanguage, nameOf } from './catalog-reader.ts';
import { presentBenefit, presentCertifications } from './product-presenter.ts';
import type { Trace } from './trace-queries.ts';

/** The data of `views/trace/show.hbs`. */
export function presentTrace(reader: CatalogReader, trace: Trace, today: Day, mayRecall: boolean) {
  const { locale, categories, places } = reader;
  const { product, supplier } = trace;
  const category = categories.byId.get(product.categoryId);
  return {
    title: trace.code,
    code: trace.code,
    recall: trace.recall && {
      ...trace.recall,
      href: trace.recall.id === null ? undefined : pathTo('recall', { id: trace.recall.id }),
    },
    recallHref: mayRecall && !trace.recall ? pathTo('recallBatch', { id: trace.batchId }) : undefined,
    hasFailed: trace.hasFailed,
    isComing: trace.producedOn > today,
    isPast: trace.expiresOn !== null && trace.expiresOn <= today,
    producedOn: trace.producedOn,
    expiresOn: trace.expiresOn,
    quantity: trace.quantity,
    saleUnit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    conformityNumber: trace.conformityNumber,
    conformityHref: fileHref(trace.code, trace.conformityFileId),
    note: trace.note,
    product: {
      name: nameOf(locale, product),
      spec: inLanguage(locale, product.spec, product.specEn),
      netGrams: product.netGrams,
      href: pathTo('product', { id: product.id }),
      category: category?.illustration,
      categoryName: category ? nameOf(locale, category) : '',
      originName: placeName(places, product.placeId, locale),
      originHref: hrefOfPlace(reader, product.placeId),
    },
    supplier: {
      name: nameOf(locale, supplier),
      href: pathTo('supplier', { id: supplier.id }),
      placeName: placeName(places, supplier.placeId, locale),
    },
    certifications: presentCertifications(reader, trace.certifications, trace.marks),
    inspections: trace.inspections.map(({ fileId, ...inspection }) => ({
      ...inspection,
      href: fileHref(trace.code, fileId),
    })),
    journey: presentJourney(reader, trace, today),
    benefit: presentBenefit(reader, trace.benefits),
  };
}

function fileHref(code: string, id: number | null): string | undefined {
  return id === null ? undefined : pathTo('traceFile', { code, id });
}

/** What happened to the batch, earliest first; what is still to come stands last. */
function presentJourney({ t, locale, places }: CatalogReader, trace: Trace, today: Day) {
  const { producedOn, expiresOn, listedOn, firstOrderedOn, recall, product, conformityNumber } = trace;
  const place = placeName(places, product.placeId, locale);
  const happened: [Day | null, string, string?][] = [
    [producedOn, 'produced', place],
    ...trace.inspections.map(({ issuedOn, passed, lab }): [Day, string, string] => [
      issuedOn,
      passed ? 'inspected' : 'failed',
      lab,
    ]),
    [listedOn, 'listed', conformityNumber ? t('trace:journey.withConformity') : undefined],
    [firstOrderedOn, 'ordered'],
    [recall?.on ?? null, 'recalled'],
    [expiresOn, 'expires'],
  ];
  return happened
    .flatMap(([on, step, detail]) => (on ? [{ on, step, detail }] : []))
    .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))
    .map(({ on, step, detail }) => ({
      label: t(`trace:journey.${step}`),
      detail: [on, detail].filter(Boolean).join(' · '),
      state: on > today ? 'todo' : step === 'recalled' || step === 'failed' ? 'stopped' : 'done',
    }));
}
