import { type Actor, ownUnitId } from '../accounts/actor.ts';
import type { AddressRow } from '../accounts/address-queries.ts';
import { provinceChoices } from '../accounts/address-region.ts';
import type { Reader } from '../cart/cart-presenter.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { ShownPoint } from '../orders/pickup/pickup-points.ts';
import { formatYuan } from '../shared/money.ts';
import type { PayerRow } from '../units/unit-queries.ts';
import { NEW_ADDRESS } from './checkout-form.ts';

export interface TermsParts {
  actor: Actor;
  /** of a unit's purchase; null: an own one */
  unitId: number | null;
  addresses: AddressRow[];
  payers: PayerRow[];
  /** where it can be fetched instead; none: it is delivered */
  points?: ShownPoint[];
  fetched?: boolean;
}

/** The ways to get it, and with pick-up chosen the points: the data of `views/partials/checkout-ways.hbs`. */
function presentWays({ t, locale }: Reader, { actor, points = [], fetched = false, addresses }: TermsParts) {
  const own = addresses.find((address) => address.isDefault && address.unitId === null);
  return {
    fetched,
    offersPickup: points.length > 0 || fetched,
    pickupOptions: points.map((point) => ({
      value: String(point.id),
      label: inLanguage(locale, point.name, point.nameEn),
      tag: point.unitId === null ? undefined : t('pickup:checkout.ofUnit'),
      hint: `${point.region} ${point.address} · ${point.hours}`,
    })),
    firstPickup: {
      pickupPointId: points[0] && String(points[0].id),
      pickupName: own?.recipient ?? actor.name,
      pickupPhone: own?.phone ?? '',
    },
  };
}

/** Where it goes, what it counts for, who pays and how: the data of `views/partials/checkout-terms.hbs`. */
export function presentTerms({ t, locale }: Reader, page: TermsParts) {
  const { actor, unitId } = page;
  const unit = actor.grants.find((grant) => grant.unitId === (unitId ?? ownUnitId(actor)));
  const unitName = unit ? inLanguage(locale, unit.unitName ?? '', unit.unitNameEn) : null;
  const addresses = page.addresses.filter((address) => (unitId === null ? address.unitId === null : true));
  return {
    ...presentWays({ t, locale }, page),
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
    provinces: provinceChoices(),
    firstAddress:
      addresses.length > 0
        ? String((addresses.find((address) => address.isDefault && address.unitId === unitId) ?? addresses[0])?.id)
        : NEW_ADDRESS,
  };
}
