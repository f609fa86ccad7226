import { type Actor, ownUnitId } from '../accounts/actor.ts';
import type { AddressRow } from '../accounts/address-queries.ts';
import { provinceChoices } from '../accounts/address-region.ts';
import type { Reader } from '../cart/cart-presenter.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { FundingSource } from '../db/generated/enums.ts';
import { approvalsText, type ExpectedApprovals } from '../orders/approval/expected-approvals.ts';
import { hoursText, windowText } from '../orders/delivery/delivery-text.ts';
import type { ShownPoint } from '../orders/pickup/pickup-points.ts';
import type { Day } from '../shared/days.ts';
import { windowOn } from '../units/canteens/canteen-hours.ts';
import type { CanteenRow } from '../units/canteens/canteen-queries.ts';
import type { PayerRow } from '../units/unit-queries.ts';
import { canteenChoice, NEW_ADDRESS } from './checkout-form.ts';

export interface TermsParts {
  actor: Actor;
  /** of a unit's purchase; null: an own one */
  unitId: number | null;
  addresses: AddressRow[];
  payers: PayerRow[];
  /** where it can be fetched instead; none: it is delivered */
  points?: ShownPoint[];
  fetched?: boolean;
  /** which approvals it would need from each funding source */
  approvals?: ExpectedApprovals;
  /** the unit's canteens and when each can receive what is ordered now */
  canteens?: CanteenChoice[];
}

export interface CanteenChoice {
  canteen: CanteenRow;
  earliest: Day | null;
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

/** The canteens among the places where it can go, and the first day on which each can receive. */
function presentCanteens(reader: Reader, canteens: readonly CanteenChoice[]) {
  return canteens.map(({ canteen, earliest }) => {
    const window = earliest && windowOn(canteen.hours, earliest);
    return {
      value: canteenChoice(canteen.id),
      label: `${canteen.name} · ${canteen.recipient} ${canteen.phone}`,
      hint: [
        `${canteen.region} ${canteen.detail}`,
        hoursText(reader, canteen.hours),
        earliest && window
          ? reader.t('delivery:checkout.earliest', { window: windowText(reader, earliest, window) })
          : reader.t('delivery:checkout.never'),
      ].join(' · '),
    };
  });
}

/** Where it goes, what it counts for, who pays and how: the data of `views/partials/checkout-terms.hbs`. */
export function presentTerms({ t, locale }: Reader, page: TermsParts) {
  const { actor, unitId, canteens = [], approvals = new Map() } = page;
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
        approvals: approvalsText({ t, locale }, approvals.get(payer.fundingSource) ?? []),
      }),
    })),
    paymentOptions:
      unitId === null
        ? null
        : [
            { value: 'on_account', label: t('checkout:onAccount'), hint: t('checkout:onAccountHint') },
            { value: 'stripe', label: t('checkout:prepaid'), hint: t('checkout:prepaidHint') },
          ],
    hasCanteens: canteens.length > 0,
    firstDay: canteens[0]?.earliest ?? '',
    addressOptions: [
      ...presentCanteens({ t, locale }, canteens),
      ...addresses.map((address) => ({
        value: String(address.id),
        label: `${address.recipient} ${address.phone}`,
        hint: `${address.region} ${address.detail}`,
      })),
      { value: NEW_ADDRESS, label: t('checkout:newAddress') },
    ],
    provinces: provinceChoices(),
    firstAddress: canteens[0]
      ? canteenChoice(canteens[0].canteen.id)
      : addresses.length > 0
        ? String((addresses.find((address) => address.isDefault && address.unitId === unitId) ?? addresses[0])?.id)
        : NEW_ADDRESS,
  };
}

/** What pressing the button does for a unit: wait for approval, or bind at once or with the payment where none is needed. */
export function presentUnitRule({ t }: Reader, approvals: ExpectedApprovals, chosen: Record<string, unknown>): string {
  const needed = approvals.get(chosen.fundingSource as FundingSource) ?? [];
  if (needed.length > 0) return t('checkout:unitRule');
  return t(chosen.payment === 'stripe' ? 'checkout:unitRulePrepaid' : 'checkout:unitRuleAtOnce');
}
