import type { Reader } from '../../cart/cart-presenter.ts';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { PoolState } from '../../db/generated/enums.ts';
import { pathTo } from '../../paths.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import type { ShownPool } from './pool-queries.ts';

const TONES: Record<PoolState, string> = { open: 'active', full: 'good', placed: 'done', failed: 'off' };

/** A pool as anybody sees it; quantities in units of sale. */
export function presentPool(reader: Reader, pool: ShownPool, now: Date) {
  const { t, locale } = reader;
  const { product, caseQuantity, takenQuantity, committedQuantity } = pool;
  const isOpen = pool.state === 'open' && pool.closesAt > now;
  const state = pool.state === 'open' && !isOpen ? 'failed' : pool.state;
  return {
    code: pool.code,
    href: pathTo('pool', { code: pool.code }),
    name: nameOf(locale, product.family),
    spec: inLanguage(locale, product.spec, product.specEn),
    unit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    category: product.category.illustration,
    productHref: pathTo('product', { id: product.id }),
    supplierName: nameOf(locale, product.supplier),
    priceFen: pool.unitPriceFen,
    freightFen: pool.unitFreightFen,
    singlePriceFen: product.priceFen > pool.unitPriceFen ? product.priceFen : undefined,
    ...{ caseQuantity, committed: committedQuantity, waiting: takenQuantity - committedQuantity },
    left: isOpen ? caseQuantity - takenQuantity : 0,
    missing: caseQuantity - committedQuantity,
    takenShare: takenQuantity / caseQuantity,
    committedShare: committedQuantity / caseQuantity,
    closesOn: addDays(dayOf(pool.closesAt), -1),
    contact: pool.contact,
    phone: pool.phone,
    region: pool.region,
    /** for who is signed in */
    place: `${pool.region} ${pool.address}`,
    note: pool.note,
    unitName: pool.unit ? nameOf(locale, pool.unit) : undefined,
    isOpen,
    stateTone: TONES[state],
    stateLabel: t(`pools:state.${state}`),
  };
}
