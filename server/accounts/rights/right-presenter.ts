import type { Request } from 'express';
import { pathTo } from '../../paths.ts';
import type { Actor } from '../actor.ts';
import { ROLES, SCOPE_OF } from './right-policy.ts';
import type { ShownRight } from './right-queries.ts';

type Reader = Pick<Request, 't' | 'locale'>;

/** A row of `partials/rights-table`. */
export function presentRight({ t, locale }: Reader, right: ShownRight) {
  const { id, role, person, of, since, until, holds } = right;
  return {
    ...{ id, role, since, until, holds },
    login: person.login,
    personName: person.name,
    personHref: pathTo('personRights', { id: person.id }),
    roleLabel: t(`accounts:roles.${role}`),
    ofName: of ? (locale === 'en' && of.nameEn) || of.name : t('accounts:show.wholeMarket'),
    ofCode: of?.code,
    tone: holds ? 'good' : 'off',
    stateLabel: t(`rights:${holds ? 'holds' : 'ended'}`),
    endHref: holds ? pathTo('right', { id }) : undefined,
  };
}

/** Every role with what it needs: `采购员（单位）`. */
export function roleChoices({ t }: Reader) {
  return ROLES.map((role) => ({
    value: role,
    label: t('rights:roleOf', {
      role: t(`accounts:roles.${role}`),
      of: t(`rights:scopes.${SCOPE_OF[role] ?? 'market'}`),
    }),
  }));
}

/** The rights that a unit's approver and a supplier's people give themselves. */
export function ownChoices(
  { t, locale }: Reader,
  actor: Actor,
  suppliers: readonly { code: string; name: string; nameEn: string }[],
) {
  const inReader = (name: string | null, nameEn: string | null) => (locale === 'en' && nameEn) || name || '';
  const label = (role: string, name: string) => t('rights:roleOf', { role: t(`accounts:roles.${role}`), of: name });
  const units = actor.grants.filter(({ role, unitId }) => role === 'approver' && unitId !== null);
  return [
    ...units.flatMap(({ unitCode, unitName, unitNameEn }) =>
      (['buyer', 'approver'] as const).map((role) => ({
        value: `${role}:${unitCode}`,
        label: label(role, inReader(unitName, unitNameEn)),
      })),
    ),
    ...suppliers.map(({ code, name, nameEn }) => ({
      value: `supplier:${code}`,
      label: label('supplier', inReader(name, nameEn)),
    })),
  ];
}
