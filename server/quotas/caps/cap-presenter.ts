import type { NamedProduct } from '../../catalog/products-named.ts';
import { pathTo } from '../../paths.ts';
import type { Day } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import { unitWord } from '../../shared/unit-words.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import { CAP_KINDS } from './cap-forms.ts';
import type { CapShare, ListedCap } from './cap-queries.ts';
import type { MemberUnit } from './share-out-cap.ts';

/** A cap as its row and its page show it; values in words, union funds in yuan. */
export function presentCap(reader: Reader, cap: ListedCap, today: Day) {
  const { t, locale } = reader;
  const subject =
    cap.productId === null
      ? nameOf(reader, { name: cap.programmeName ?? '', nameEn: cap.programmeNameEn })
      : nameOf(reader, { name: cap.productName ?? '', nameEn: cap.productNameEn });
  const state = cap.endsOn < today ? 'ended' : cap.startsOn > today ? 'coming' : 'running';
  return {
    id: cap.id,
    href: pathTo('cap', { id: cap.id }),
    kind: cap.kind,
    kindLabel: t(`caps:kind.${cap.kind}`),
    subject,
    spec: (locale === 'en' && cap.specEn) || cap.spec,
    productHref: cap.productId === null ? undefined : pathTo('product', { id: cap.productId }),
    limit: t(`caps:limitText.${cap.kind}`, { value: valueText(reader, cap, cap.limitValue) }),
    used: valueText(reader, cap, cap.used),
    startsOn: cap.startsOn,
    endsOn: cap.endsOn,
    state,
    stateLabel: t(`caps:state.${state}`),
    stateTone: { running: 'active', coming: 'wait', ended: 'off' }[state],
    holders: t(`caps:holders.${cap.kind === 'person_product' ? 'persons' : 'units'}`, { count: cap.holders }),
    atLimit: cap.atLimit > 0 ? t('caps:atLimit', { count: cap.atLimit }) : undefined,
  };
}

/** Units of sale with their word, or yuan. */
export function valueText({ t, locale }: Reader, cap: ListedCap, value: number): string {
  if (cap.kind === 'employee_union_year') return `¥${formatYuan(value)}`;
  return t('caps:quantity', {
    value,
    unit: unitWord(value, (locale === 'en' && cap.saleUnitEn) || cap.saleUnit || ''),
  });
}

/** What is typed into the fields of a cap that is there. */
export function capValues(cap: ListedCap) {
  return {
    kind: cap.kind,
    limit: plainValue(cap, cap.limitValue),
    startsOn: cap.startsOn,
    endsOn: cap.endsOn,
  };
}

function plainValue(cap: ListedCap, value: number): string {
  return cap.kind === 'employee_union_year' ? formatYuan(value).replaceAll(',', '') : String(value);
}

/** The units of a cap, those with a share or a use first, then the other units that may be given a share. */
export function presentShares(
  reader: Reader,
  cap: ListedCap,
  shares: readonly CapShare[],
  members: readonly MemberUnit[],
) {
  const mayShare = new Set(members.map(({ unitId }) => unitId));
  const known = new Set(shares.map(({ unitId }) => unitId));
  return [
    ...shares.map((share) => ({
      name: nameOf(reader, share),
      employees: share.employees,
      used: valueText(reader, cap, share.used),
      limit: valueText(reader, cap, share.limit),
      width: share.limit > 0 ? Math.min(1, Math.max(0, share.used) / share.limit) : 1,
      isFull: share.used >= share.limit,
      field: mayShare.has(share.unitId) ? `share-${share.unitId}` : undefined,
      value: share.share === null ? '' : plainValue(cap, share.share),
    })),
    ...members
      .filter(({ unitId }) => !known.has(unitId))
      .map((member) => ({
        name: nameOf(reader, member),
        employees: member.employees,
        used: valueText(reader, cap, 0),
        limit: valueText(reader, cap, cap.limitValue * (cap.kind === 'employee_union_year' ? member.employees : 1)),
        width: 0,
        isFull: false,
        field: `share-${member.unitId}`,
        value: '',
      })),
  ];
}

export function presentProductChoices({ locale }: Reader, products: readonly NamedProduct[]) {
  return products.map((product) => ({
    value: String(product.id),
    label: (locale === 'en' && product.nameEn) || product.name,
    hint: [(locale === 'en' && product.specEn) || product.spec, product.supplierName, product.code].join(' · '),
  }));
}

/** The kinds that somebody may set, each leading to its own form. */
export function kindTabs({ t }: Reader, mayGoods: boolean, mayUnion: boolean, current: string) {
  return CAP_KINDS.filter((kind) => (kind === 'employee_union_year' ? mayUnion : mayGoods)).map((kind) => ({
    label: t(`caps:kind.${kind}`),
    href: pathTo('newCap', { kind }),
    current: kind === current,
  }));
}
