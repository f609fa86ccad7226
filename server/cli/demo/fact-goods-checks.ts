import type { DemoProductFamily } from './fact-goods.ts';
import type { DemoSpecification } from './fact-specifications.ts';
import type { DemoFacts } from './facts.ts';
import { type KnownCodes, missing, repeated } from './known-codes.ts';

export function goodsFaults(facts: DemoFacts, known: KnownCodes): string[] {
  const specs = facts.products.flatMap((family) => family.specs);
  const certifications = [...facts.suppliers, ...specs].map((row) => row.certification);
  return [
    ...facts.categories.flatMap((category, at) => [
      ...missing(known, 'category', category.parent, category.code),
      ...(category.parent && !facts.categories.slice(0, at).some((row) => row.code === category.parent)
        ? [`${category.code}: stands before its parent`]
        : []),
    ]),
    ...facts.brands.flatMap((brand) => missing(known, 'place', brand.place, brand.code)),
    ...facts.suppliers.flatMap((supplier) => missing(known, 'place', supplier.place, supplier.code)),
    ...repeated(
      facts.suppliers.map((supplier) => supplier.creditCode),
      'credit codes',
    ),
    ...repeated(
      certifications.flatMap((row) => row.number ?? []),
      'certification numbers',
    ),
    ...repeated(
      facts.products.flatMap((family) => family.marks.map((mark) => `${mark.kind} ${mark.number}`)),
      'marks',
    ),
    ...facts.products.flatMap((family) => familyFaults(family, known)),
    ...specs.flatMap(specificationFaults),
  ];
}

function familyFaults(family: DemoProductFamily, known: KnownCodes): string[] {
  return [
    ...missing(known, 'supplier', family.supplier, family.code),
    ...missing(known, 'category', family.category, family.code),
    ...missing(known, 'brand', family.brand, family.code),
    ...missing(known, 'place', family.origin, family.code),
  ];
}

function specificationFaults(spec: DemoSpecification): string[] {
  const { code, minQuantity, orderMultiple, tiers, certification, state } = spec;
  const steps = [{ fromQuantity: minQuantity, priceFen: spec.priceFen }, ...tiers];
  const certified = certification.validFrom !== null;
  return [
    ...(minQuantity % orderMultiple === 0 ? [] : [`${code}: its minimum is no multiple`]),
    ...(tiers.every((tier) => tier.fromQuantity % orderMultiple === 0)
      ? []
      : [`${code}: a tier starts at no multiple`]),
    ...(steps.every((step, at) => {
      const before = steps[at - 1];
      return !before || (step.fromQuantity > before.fromQuantity && step.priceFen < before.priceFen);
    })
      ? []
      : [`${code}: its tiers do not rise in quantity and fall in price`]),
    ...((spec.seasonFrom === null) === (spec.seasonTo === null) ? [] : [`${code}: half a season`]),
    ...((spec.saleMode === 'by_weight') === spec.toleranceBp > 0 ? [] : [`${code}: tolerance belongs to weight alone`]),
    ...(certified === (certification.number !== null) ? [] : [`${code}: a certification is valid with a number only`]),
    ...(certified || state === 'draft' ? [] : [`${code}: on sale without a certification`]),
  ];
}
