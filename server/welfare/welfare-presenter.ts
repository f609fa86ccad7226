import { inLanguage } from '../catalog/catalog-reader.ts';
import { pathTo } from '../paths.ts';
import { dayFromColumn } from '../shared/days.ts';
import type { Translate } from '../web/i18n.ts';
import type { PreviewedOrder } from './preview-orders.ts';
import type { WholePackage, WholeRun } from './run-queries.ts';
import { DEAD } from './run-states.ts';

export interface Reader {
  t: Translate;
  locale: 'zh' | 'en';
}

const TONES = { draft: 'off', choosing: 'active', ordered: 'wait', distributed: 'active', closed: 'done' } as const;

export const runState = (t: Translate, state: keyof typeof TONES) => ({
  stateTone: TONES[state],
  stateLabel: t(`welfare:state.${state}`),
});

export function presentPackage({ locale }: Reader, one: WholePackage) {
  const items = one.items.map(({ product, quantity }) => ({
    name: inLanguage(locale, product.family.name, product.family.nameEn),
    spec: inLanguage(locale, product.spec, product.specEn),
    saleUnit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    ...{ quantity, category: product.category.illustration },
  }));
  return {
    ...{ id: one.id, name: one.name, capacity: one.capacity, chosen: one.chosen, isDefault: one.isDefault, items },
    category: items[0]?.category,
    fen: one.items.reduce((sum, { product, quantity }) => sum + product.priceFen * quantity, 0),
    left: one.capacity === null ? null : Math.max(0, one.capacity - one.chosen),
    gone: one.capacity !== null && one.chosen >= one.capacity,
  };
}

/** Where goods go is said only where they go to several places. */
export function presentOrders({ t, locale }: Reader, run: WholeRun, placeOf: (addressId: number) => string) {
  return run.orders.map(({ order, supplier, refund, addressId }) => ({
    place: run.deliveries.length > 0 ? placeOf(addressId) : undefined,
    ...{ href: pathTo('order', { id: order.id }), number: order.id, totalFen: order.totalFen },
    supplier: inLanguage(locale, supplier.name, supplier.nameEn),
    stateLabel: t(`orders:orderState.${order.state}`),
    dead: DEAD.includes(order.state),
    received: order.fulfilments.every(({ state }) => state === 'received'),
    refund: refund ? { href: pathTo('refund', { id: refund.id }), fen: refund.goodsFen } : null,
  }));
}

/** What was ordered beyond what was chosen, of the orders that stand. */
export function presentSurplus({ locale }: Reader, run: WholeRun) {
  const standing = new Set(run.orders.map(({ orderId }) => orderId));
  return run.surplus
    .filter(({ orderId }) => standing.has(orderId))
    .map(({ product, quantity, orderId }) => ({
      name: inLanguage(locale, product.family.name, product.family.nameEn),
      ...{ quantity, number: orderId },
    }));
}

export function presentPreview(
  { t, locale }: Reader,
  orders: readonly PreviewedOrder[],
  placeOf: (addressId: number) => string,
) {
  const several = orders.some(({ addressId }) => addressId !== 0);
  return orders.map(({ supplierName, supplierNameEn, addressId, goods, totalFen, faults }) => ({
    place: several ? placeOf(addressId) : undefined,
    supplierName: inLanguage(locale, supplierName, supplierNameEn),
    goods: goods.map((one) => ({ ...one, name: inLanguage(locale, one.name, one.nameEn) })),
    totalFen,
    faults: faults.map(({ code, values, packages }) => ({
      text: t(`faults:${code}`, values),
      packages: t('welfare:order.inPackages', { names: packages.join(locale === 'en' ? ', ' : '、') }),
    })),
  }));
}

export function presentHead(
  { t, locale }: Reader,
  run: Pick<WholeRun, 'id' | 'name' | 'state' | 'perHeadFen' | 'chooseUntil'> & {
    unit: { name: string; nameEn: string };
  },
) {
  return {
    ...{ id: run.id, name: run.name, state: run.state, perHeadFen: run.perHeadFen },
    chooseUntil: dayFromColumn(run.chooseUntil),
    unitName: inLanguage(locale, run.unit.name, run.unit.nameEn),
    ...runState(t, run.state),
  };
}
