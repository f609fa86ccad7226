import type { Reader } from '../../cart/cart-presenter.ts';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { HarvestState } from '../../db/generated/enums.ts';
import { pathTo } from '../../paths.ts';
import { addDays, dayFromColumn, dayOf } from '../../shared/days.ts';
import type { ShownHarvest } from './harvest-queries.ts';

const TONES: Record<HarvestState, string> = {
  ...{ open: 'active', closed: 'wait', sharing: 'wait', harvested: 'done', failed: 'bad' },
};

/** A coming batch as buyers and its supplier see it; quantities in units of sale. */
export function presentHarvest(reader: Reader, harvest: ShownHarvest, now: Date) {
  const { t, locale } = reader;
  const { product, batch, expectedQuantity, minimumQuantity } = harvest;
  const isOpen = harvest.state === 'open' && harvest.closesAt > now;
  const state = harvest.state === 'open' && !isOpen ? 'closed' : harvest.state;
  const ordered = state === 'open' || state === 'closed' ? expectedQuantity - batch.available : undefined;
  return {
    id: harvest.id,
    href: pathTo('harvest', { id: harvest.id }),
    ownHref: pathTo('supplierHarvest', { id: harvest.id }),
    name: nameOf(locale, product.family),
    spec: inLanguage(locale, product.spec, product.specEn),
    unit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    category: product.category.illustration,
    productHref: pathTo('product', { id: product.id }),
    supplierName: nameOf(locale, harvest.supplier),
    supplierHref: pathTo('supplier', { id: harvest.supplierId }),
    priceFen: harvest.priceFen,
    listPriceFen: product.priceFen > harvest.priceFen ? product.priceFen : undefined,
    expectedOn: dayFromColumn(harvest.expectedOn),
    closesOn: addDays(dayOf(harvest.closesAt), -1),
    ...{ expectedQuantity, minimumQuantity, ordered },
    left: isOpen ? batch.available : 0,
    orderedShare: ordered === undefined ? undefined : ordered / expectedQuantity,
    stillToMinimum: ordered === undefined ? 0 : Math.max(0, minimumQuantity - ordered),
    note: harvest.note,
    harvestedQuantity: harvest.harvestedQuantity ?? undefined,
    reason: harvest.reason,
    isOpen,
    stateTone: TONES[state],
    stateLabel: t(`harvests:state.${state}`),
  };
}
