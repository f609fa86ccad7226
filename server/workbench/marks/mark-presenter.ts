import { inLanguage } from '../../catalog/catalog-reader.ts';
import { pathTo } from '../../paths.ts';
import { addDays, type Day, dayFromColumn } from '../../shared/days.ts';
import type { Locale, Translate } from '../../web/i18n.ts';
import { MARK_KINDS } from './mark-form.ts';
import type { ShownMark } from './mark-queries.ts';

interface Reader {
  t: Translate;
  locale: Locale;
}

const EXPIRING_DAYS = 60;
const TONES = {
  submitted: 'wait',
  confirmed: 'good',
  refused: 'bad',
  withdrawn: 'off',
  expired: 'off',
  expiring: 'wait',
} as const;

/** A certificate as its supplier and its certifiers see it. */
export function presentMark({ t, locale }: Reader, mark: ShownMark, today: Day) {
  const { id, supplier, family, file } = mark;
  const standing = standingOf(mark, today);
  return {
    ...{ id, number: mark.number, issuer: mark.issuer, reason: mark.reason },
    kind: t(`catalog:marks.${mark.kind}`),
    ...{ validFrom: dayFromColumn(mark.validFrom), validUntil: dayFromColumn(mark.validUntil) },
    supplierName: inLanguage(locale, supplier.name, supplier.nameEn),
    supplierHref: pathTo('supplier', { id: supplier.id }),
    goods: family ? inLanguage(locale, family.name, family.nameEn) : t('marks:allGoods'),
    submittedAt: mark.submittedAt,
    submittedBy: mark.submittedBy?.name,
    fileHref: file && pathTo('markFile', { id }),
    fileName: file?.name,
    picture: file?.mime.startsWith('image/') ? pathTo('markFile', { id }) : undefined,
    ...{ stateTone: TONES[standing], stateLabel: t(`marks:state.${standing}`) },
    isOpen: mark.state === 'submitted',
    holds: mark.state === 'confirmed',
  };
}

function standingOf({ state, validUntil }: ShownMark, today: Day) {
  if (state !== 'confirmed') return state;
  const until = dayFromColumn(validUntil);
  if (until < today) return 'expired';
  return until < addDays(today, EXPIRING_DAYS) ? 'expiring' : 'confirmed';
}

/** The kinds for a form's choice. */
export function kindChoices(t: Translate) {
  return MARK_KINDS.map((value) => ({ value, label: t(`catalog:marks.${value}`) }));
}
