import { pathTo } from '../paths.ts';
import { placeName } from '../units/place-tree.ts';
import { type CatalogReader, inLanguage, nameOf } from './catalog-reader.ts';
import { presentBenefit, presentCertifications } from './product-presenter.ts';
import type { Trace } from './trace-queries.ts';

/** The data of `views/trace/show.hbs`. */
export function presentTrace(reader: CatalogReader, trace: Trace, today: string) {
  const { locale, categories, places } = reader;
  const { product, supplier } = trace;
  const category = categories.byId.get(product.categoryId);
  return {
    title: trace.code,
    code: trace.code,
    recall: trace.recall,
    isComing: trace.producedOn > today,
    isPast: trace.expiresOn !== null && trace.expiresOn <= today,
    producedOn: trace.producedOn,
    expiresOn: trace.expiresOn,
    quantity: trace.quantity,
    saleUnit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    conformityNumber: trace.conformityNumber,
    note: trace.note,
    product: {
      name: nameOf(locale, product),
      spec: inLanguage(locale, product.spec, product.specEn),
      netGrams: product.netGrams,
      href: pathTo('product', { id: product.id }),
      category: category?.illustration,
      categoryName: category ? nameOf(locale, category) : '',
      originName: placeName(places, product.placeId, locale),
    },
    supplier: {
      name: nameOf(locale, supplier),
      href: pathTo('supplier', { id: supplier.id }),
      placeName: placeName(places, supplier.placeId, locale),
    },
    certifications: presentCertifications(reader, trace.certifications, trace.marks),
    inspections: trace.inspections,
    benefit: presentBenefit(reader, trace.benefits),
  };
}
