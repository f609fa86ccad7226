import { randomUUID } from 'node:crypto';
import { ownUnitId } from '../accounts/actor.ts';
import type { PricedCart } from '../cart/cart-page.ts';
import { faultText, presentCart, presentExpected, productIn, type Reader } from '../cart/cart-presenter.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { Fault } from '../shared/errors.ts';
import { type FormView, formView } from '../web/form-view.ts';
import type { Basket } from './checkout-basket.ts';
import { CHECKOUT_FIELDS, lineField } from './checkout-form.ts';
import { type ChosenTenders, presentTenders, quotedWith } from './checkout-tenders.ts';
import { presentTerms, type TermsParts } from './checkout-terms.ts';

const ADDRESS_FIELDS = ['recipient', 'phone', 'province', 'city', 'county', 'detail'];

export interface CheckoutPage extends TermsParts, Omit<Basket, 'wishes'> {
  cart: PricedCart;
  /** of an own purchase */
  tenders: ChosenTenders | null;
}

/** The data of `views/checkout/show.hbs`, without the form's state. */
export function presentCheckout(reader: Reader, page: CheckoutPage) {
  const { t, locale } = reader;
  const { actor, unitId, unitCode } = page;
  const { quoted: unpaid, wishes, counts } = page.cart;
  const quoted = quotedWith(unpaid, page.tenders);
  const unit = actor.grants.find((grant) => grant.unitId === (unitId ?? ownUnitId(actor)));
  const unitName = unit ? inLanguage(locale, unit.unitName ?? '', unit.unitNameEn) : null;
  return {
    title: t('checkout:title'),
    breadcrumbs: [
      { label: page.atOnce ? t('checkout:backToProduct') : t('cart:title'), href: page.backPath },
      { label: t('checkout:title') },
    ],
    action: page.path,
    cartHref: page.backPath,
    atOnce: page.atOnce,
    ...presentTerms(reader, page),
    ...presentCart(reader, quoted, wishes, unitCode),
    counts: countsInWords(reader, page, unitName ?? ''),
    countsNothing: unit !== undefined && counts.length === 0,
    expectedTotalFen: unpaid.totalFen,
    tenders: presentTenders(reader, page.tenders, quoted),
    restFen: quoted.totalFen - quoted.allowanceFen,
    checkoutKey: randomUUID(),
  };
}

/** Unit purchases may count differently on account and prepaid; both are said where they differ. */
function countsInWords(reader: Reader, { cart, unitId }: CheckoutPage, unitName: string) {
  if (unitId === null)
    return presentExpected(reader, unitName, cart.counts, (count) => `individual_${count.countIndividualBy}`);
  const onAccount = presentExpected(reader, unitName, cart.counts, (count) => `on_account_${count.countOnAccountBy}`);
  const prepaid = presentExpected(reader, unitName, cart.counts, (count) => `prepaid_${count.countPrepaidBy}`);
  return onAccount.map((count, index) => ({ ...count, otherRule: prepaid[index]?.rule }));
}

/** The form with its faults in words; those of a line stand by the line, and in the summary with the product's name. */
export function presentCheckoutForm(
  reader: Reader,
  { quoted, wishes }: PricedCart,
  values: Record<string, unknown>,
  faults: readonly Fault[],
): { form: FormView; lineProblems: Record<string, string> } {
  const ofFields = faults.filter((fault) => !fault.path.startsWith('line-'));
  const form: FormView = {
    ...formView(reader.t, CHECKOUT_FIELDS, values, ofFields),
    labels: Object.fromEntries(ADDRESS_FIELDS.map((field) => [field, reader.t(`accounts:addresses.${field}`)])),
  };
  const lineProblems: Record<string, string> = {};
  for (const { productId } of wishes) {
    const field = lineField(productId);
    const fault = faults.find((candidate) => candidate.path === field);
    const product = productIn(quoted, productId);
    if (!fault || !product) continue;
    const name = inLanguage(reader.locale, product.familyName, product.nameEn);
    const text = faultText(reader, fault, product);
    lineProblems[field] = text;
    form.errors = {
      ...form.errors,
      [field]: text.includes(name) ? text : reader.t('checkout:lineFault', { name, text }),
    };
  }
  return { form, lineProblems };
}
