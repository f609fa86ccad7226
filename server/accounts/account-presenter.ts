import type { Locale, Translate } from '../web/i18n.ts';
import type { HeldRight, Profile } from './account-queries.ts';
import { SCOPES } from './account-schemas.ts';
import type { AddressRow } from './address-queries.ts';
import type { ListedToken } from './api-tokens.ts';

interface Named {
  name: string;
  nameEn: string;
}

const nameIn = (locale: Locale, named: Named | null) =>
  named ? (locale === 'en' && named.nameEn) || named.name : null;

/** What /account shows of a person: names and rights in the reader's language. */
export function presentAccount(t: Translate, locale: Locale, profile: Profile, rights: readonly HeldRight[]) {
  return {
    profile,
    rights: rights.map(({ role, of, since }) => ({
      role,
      label: t(`accounts:roles.${role}`),
      of: nameIn(locale, of),
      since,
    })),
  };
}

/** An address for pages; `unitName` is null for the person's own. */
export function presentAddress(locale: Locale, address: AddressRow) {
  const { id, recipient, phone, region, detail, isDefault, unit } = address;
  return { id, recipient, phone, region, detail, isDefault, unitName: nameIn(locale, unit) };
}

/** Own addresses first, then a group for each unit bought for. */
export function presentAddresses(t: Translate, locale: Locale, addresses: readonly AddressRow[]) {
  const groups = new Map<number, { title: string; addresses: ReturnType<typeof presentAddress>[] }>();
  for (const address of addresses) {
    const key = address.unitId ?? 0;
    const group = groups.get(key) ?? {
      title: nameIn(locale, address.unit) ?? t('accounts:addresses.own'),
      addresses: [],
    };
    group.addresses.push(presentAddress(locale, address));
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** An address as the API names it. */
export function addressJson({ id, recipient, phone, region, detail, isDefault, unit }: AddressRow) {
  return { id, recipient, phone, region, detail, isDefault, unit };
}

export function presentToken(t: Translate, token: ListedToken) {
  return { ...token, rights: token.scopes.map((scope) => t(`accounts:scopes.${scope}`)) };
}

/** The choices of scopes, ticked as they were. */
export function scopeChoices(t: Translate, chosen: unknown) {
  const ticked = [chosen].flat();
  return SCOPES.map((scope) => ({
    value: scope,
    label: t(`accounts:scopes.${scope}`),
    checked: ticked.includes(scope),
  }));
}
