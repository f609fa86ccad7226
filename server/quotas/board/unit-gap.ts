import { pathTo } from '../../paths.ts';
import { nameOf, type Reader } from './board-presenter.ts';
import type { RowProgress } from './roll-up.ts';
import type { UnitPage } from './unit-presenter.ts';
import { AWAITED } from './waiting-queries.ts';

const ORDERS_SHOWN = 6;

/**
 * What is missing to the target and what would close it: first what is bought already and only waits to count, then what is still to
 * be bought, by month. In the measure of the target that is judged; what waits, in a scope of its own, is not told apart by scope and so
 * is set against a target for everything alone.
 */
export function presentGap(reader: Reader, { board, waiting, answersFor, unit }: UnitPage, progress: RowProgress) {
  const { headline } = progress;
  const isWeight = headline?.measure === 'grams';
  const missing = headline === null ? null : Math.max(0, headline.value - headline.counted);
  const onItsWay = headline === null ? 0 : Math.max(0, headline.placed - headline.counted);
  const toBuy = missing === null ? null : Math.max(0, missing - onItsWay);
  const county = board.places.pathOf(board.programme.assistedPlaceId)[0];
  return {
    isWeight,
    missing,
    onItsWay: missing === null ? 0 : Math.min(onItsWay, missing),
    toBuy,
    neededPerMonth: headline?.neededPerMonth || undefined,
    shopHref: pathTo('products', { place: county?.code }),
    shopPlace: county && nameOf(reader, county),
    reasons: AWAITED.flatMap((awaited) => {
      const same = (waiting ?? []).filter((one) => one.awaited === awaited);
      if (same.length === 0) return [];
      const sum = (of: 'fen' | 'grams' | 'orders') => same.reduce((total, one) => total + one[of], 0);
      const label = reader.t(`board:awaited.${awaited}`);
      return [{ label, fen: sum('fen'), grams: sum('grams'), orders: sum('orders'), since: same[0]?.since }];
    }),
    orders: (waiting ?? [])
      .filter(({ orderId }) => orderId !== null)
      .slice(0, ORDERS_SHOWN)
      .map((one) => ({
        ...one,
        label: reader.t(`board:awaited.${one.awaited}`),
        unitName: one.unitName === null ? '' : nameOf(reader, { name: one.unitName, nameEn: one.unitNameEn }),
        href: answersFor.has(unit.id) && one.orderId !== null ? pathTo('order', { id: one.orderId }) : undefined,
      })),
  };
}
