import { randomUUID } from 'node:crypto';
import { type Actor, ownUnitId } from '../accounts/actor.ts';
import type { AddressRow } from '../accounts/address-queries.ts';
import type { PricedCart } from '../cart/cart-page.ts';
import { faultText, presentCart, presentExpected, productIn, type Reader } from '../cart/cart-presenter.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import { pathTo } from '../paths.ts';
import type { Fault } from '../shared/errors.ts';
import { formatYuan } from '../shared/money.ts';
import type { PayerRow } from '../units/unit-queries.ts';
import { type FormView, formView } from '../web/form-view.ts';
import { CHECKOUT_FIELDS, lineField, NEW_ADDRESS } from './checkout-form.ts';

const ADDRESS_FIELDS = ['recipient', 'phone', 'region', 'detail'];

export interface CheckoutPage {
  actor: Actor;
  unitId: number | null;
  unitCode: string | undefined;
  cart: PricedCart;
  addresses: AddressRow[];
  payers: PayerRow[];
}

/** The data of `views/checkout/show.hbs`, without the form's state. */
export function presentCheckout(reader: Reader, page: CheckoutPage) {
  const { t, locale } = reader;
  const { actor, unitId, unitCode } = page;
  const { quoted, wishes, counts } = page.cart;
  const unit = actor.grants.find((grant) => grant.unitId === (unitId ?? ownUnitId(actor)));
  const unitName = unit ? inLanguage(locale, unit.unitName ?? '', unit.unitNameEn) : null;
  const addresses = page.addresses.filter((address) => (unitId === null ? address.unitId === null : true));
  return {
    title: t('checkout:title'),
    breadcrumbs: [{ label: t('cart:title'), href: pathTo('cart', { unit: unitCode }) }, { label: t('checkout:title') }],
    action: pathTo('checkout', { unit: unitCode }),
    cartHref: pathTo('cart', { unit: unitCode }),
    isUnitPurchase: unitId !== null,
    unitName,
    countOptions:
      unitId === null && unit
        ? [
            {
              value: String(unit.unitId),
              label: t('checkout:countForUnit', { unit: unitName }),
              hint: t('checkout:countForUnitHint'),
            },
            { value: '', label: t('checkout:countForNone') },
          ]
        : null,
    fundingOptions: page.payers.map((payer) => ({
      value: payer.fundingSource,
      label: t(`common:funding.${payer.fundingSource}`),
      hint: t('checkout:payerTitle', {
        title: payer.title,
        tax: payer.taxNumber ?? '—',
        threshold: formatYuan(payer.approvalThresholdFen),
      }),
    })),
    paymentOptions:
      unitId === null
        ? null
        : [
            { value: 'on_account', label: t('checkout:onAccount'), hint: t('checkout:onAccountHint') },
            { value: 'stripe', label: t('checkout:prepaid'), hint: t('checkout:prepaidHint') },
          ],
    addressOptions: [
      ...addresses.map((address) => ({
        value: String(address.id),
        label: `${address.recipient} ${address.phone}`,
        hint: `${address.region} ${address.detail}`,
      })),
      { value: NEW_ADDRESS, label: t('checkout:newAddress') },
    ],
    firstAddress:
      addresses.length > 0
        ? String((addresses.find((address) => address.isDefault && address.unitId === unitId) ?? addresses[0])?.id)
        : NEW_ADDRESS,
    ...presentCart(reader, quoted, wishes, unitCode),
    counts: countsInWords(reader, page, unitName ?? ''),
    countsNothing: unit !== undefined && counts.length === 0,
    expectedTotalFen: quoted.totalFen,
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
