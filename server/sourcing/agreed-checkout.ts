import { randomUUID } from 'node:crypto';
import { type Actor, ownUnitId } from '../accounts/actor.ts';
import { addressesFor } from '../accounts/address-queries.ts';
import type { AgreedTerms } from '../cart/agreed-terms.ts';
import type { PricedCart } from '../cart/cart-page.ts';
import { presentCart, presentExpected, type Reader } from '../cart/cart-presenter.ts';
import { quote, type Wish } from '../cart/quote.ts';
import { findBuyableProducts } from '../catalog/shelf-products.ts';
import { canteenChoices } from '../checkout/canteen-choices.ts';
import { checkoutFaults } from '../checkout/checkout-form.ts';
import { presentCheckoutForm } from '../checkout/checkout-presenter.ts';
import { presentTerms, presentUnitRule } from '../checkout/checkout-terms.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { expectedApprovals } from '../orders/approval/expected-approvals.ts';
import { expectedCounts } from '../quotas/tally/expected-counts.ts';
import { dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { findPayers } from '../units/unit-queries.ts';

export interface AgreedPurchase {
  actor: Actor;
  /** of a unit's purchase; null: an own one */
  unitId: number | null;
  lines: Wish[];
  agreed: AgreedTerms;
  /** where the page posts to, and where it leads back to */
  action: string;
  backHref: string;
  title: string;
  breadcrumbs: { label: string; href?: string }[];
  /** what must be known before it is ordered */
  lead?: string;
  /** where the goods are handed over, when that is settled */
  pickUp?: string;
  typed: Record<string, unknown>;
  faults: readonly Fault[];
}

/** The data of `views/checkout/show.hbs` for goods that are bought on agreed terms and not out of the cart. */
export async function presentAgreedCheckout(db: PrismaClient, reader: Reader, purchase: AgreedPurchase, now: Date) {
  const { actor, unitId, lines, agreed, action, backHref, title, breadcrumbs, lead, pickUp, typed, faults } = purchase;
  const [products, addresses, payers] = await Promise.all([
    findBuyableProducts(
      fast(db),
      lines.map((line) => line.productId),
      dayOf(now),
    ),
    addressesFor(db, actor),
    unitId === null ? [] : findPayers(db, unitId),
  ]);
  const quoted = quote(lines, products, [], agreed);
  const countsFor = unitId ?? ownUnitId(actor);
  const goods = quoted.parcels
    .flatMap((parcel) => parcel.lines)
    .map(({ product: { categoryId, placeId }, payableFen: fen, grams }) => ({ categoryId, placeId, fen, grams }));
  const counts = countsFor === null ? [] : await expectedCounts(db, countsFor, goods, dayOf(now));
  const suppliers = quoted.parcels.map(({ supplierId }) => supplierId);
  const canteens = pickUp ? [] : await canteenChoices(db, unitId, suppliers, now, agreed);
  const approvals = await expectedApprovals(db, payers, quoted.totalFen, dayOf(now));
  const terms = presentTerms(reader, { actor, unitId, addresses, payers, approvals, canteens });
  const ruleOf = (count: (typeof counts)[number]) =>
    unitId === null ? `individual_${count.countIndividualBy}` : `on_account_${count.countOnAccountBy}`;
  const cart: PricedCart = { wishes: lines, quoted, countsFor, counts };
  const values = {
    addressId: terms.firstAddress,
    countFor: terms.countOptions?.[0]?.value ?? '',
    fundingSource: payers[0]?.fundingSource ?? 'individual',
    payment: unitId === null ? 'stripe' : 'on_account',
    ...typed,
  };
  return {
    ...{ title, breadcrumbs, action, cartHref: backHref, lead, pickUp },
    ...terms,
    ...presentCart(reader, quoted, lines, undefined),
    counts: presentExpected(reader, terms.unitName ?? '', counts, ruleOf),
    countsNothing: countsFor !== null && counts.length === 0,
    expectedTotalFen: quoted.totalFen,
    unitRule: unitId === null ? undefined : presentUnitRule(reader, approvals, values),
    restFen: quoted.totalFen,
    checkoutKey: typeof typed.checkoutKey === 'string' ? typed.checkoutKey : randomUUID(),
    ...presentCheckoutForm(reader, cart, values, checkoutFaults(faults, lines)),
  };
}
