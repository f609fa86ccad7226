import type { Request } from 'express';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import type { CertificationFile } from '../suppliers/certification-history.ts';
import {
  EXPIRING_DAYS,
  type RegisterQuery,
  type RegisterRow,
  STANDINGS,
  type Standing,
  standingOf,
} from '../suppliers/certification-register.ts';
import { mayHappenToCertification } from '../suppliers/certification-states.ts';
import type { ToldYear } from '../suppliers/farmer-benefits.ts';
import { type PlaceTree, placeName } from '../units/place-tree.ts';
import type { FormView } from '../web/form-view.ts';

type Reader = Pick<Request, 't' | 'locale'>;

const TONES: Record<Standing, string> = {
  valid: 'good',
  expiring: 'wait',
  coming: 'wait',
  expired: 'off',
  suspended: 'bad',
  revoked: 'bad',
  pending: 'active',
  refused: 'off',
};

const ALWAYS_SHOWN: readonly Standing[] = ['valid', 'expiring', 'expired', 'suspended'];

interface Register {
  query: RegisterQuery;
  rows: readonly RegisterRow[];
  nextCursor: string | null;
  counts: Record<Standing | 'all', number>;
}

/** The data of `views/admin/certifications.hbs`. */
export function presentRegister(reader: Reader, places: PlaceTree, today: Day, register: Register) {
  const { t } = reader;
  const { query, rows, nextCursor, counts } = register;
  const { standing, of, q } = query;
  const shown = STANDINGS.filter((one) => ALWAYS_SHOWN.includes(one) || one === standing || counts[one] > 0);
  return {
    title: t('certifications:list.title'),
    tabs: [undefined, ...shown].map((one) => ({
      label: t(`certifications:standing.${one ?? 'all'}`, { days: EXPIRING_DAYS }),
      href: pathTo('certifications', { standing: one, of, q }),
      current: one === standing,
      count: counts[one ?? 'all'],
    })),
    filters: {
      standing,
      q,
      of: of ?? '',
      ofChoices: (['supplier', 'product'] as const).map((value) => ({ value, label: t(`certifications:of.${value}`) })),
      clearHref: of || q ? pathTo('certifications', { standing }) : undefined,
    },
    rows: rows.map((row) => ({
      ...presentRow(reader, places, today, row),
      href: pathTo('certification', { id: row.id }),
    })),
    nextHref: nextCursor ? pathTo('certifications', { standing, of, q, cursor: nextCursor }) : undefined,
  };
}

function presentRow({ t, locale }: Reader, places: PlaceTree, today: Day, row: RegisterRow) {
  const standing = standingOf(row, today);
  const isProduct = row.productId !== null;
  return {
    ...row,
    name: nameIn(locale, row.name, row.nameEn),
    supplierName: isProduct ? nameIn(locale, row.supplierName, row.supplierNameEn) : undefined,
    ofLabel: t(isProduct ? 'certifications:of.product' : 'certifications:of.supplier'),
    placeName: placeName(places, row.placeId, locale),
    standing,
    standingTone: TONES[standing],
    standingLabel: t(standing === 'pending' ? `certifications:state.${row.state}` : `certifications:short.${standing}`),
  };
}

interface ShownFile {
  file: CertificationFile;
  benefits: readonly ToldYear[];
  /** certifiers see who objected, and may act */
  mayAct: boolean;
  form: FormView;
}

/** The data of `views/admin/certification.hbs`. */
export function presentFile(
  reader: Reader,
  places: PlaceTree,
  today: Day,
  { file, benefits, mayAct, form }: ShownFile,
) {
  const { t } = reader;
  const row = presentRow(reader, places, today, file);
  const isOver = row.standing === 'expired';
  return {
    title: row.name,
    breadcrumbs: [{ label: t('certifications:list.title'), href: pathTo('certifications') }, { label: row.name }],
    certification: {
      ...row,
      subjectHref: file.isReachable ? subjectHref(file) : undefined,
      supplierHref: row.productId === null ? undefined : pathTo('supplier', { id: file.supplierId }),
    },
    productsOnSale: file.productsOnSale,
    benefits: benefits.map(({ year, modes, evidenceName }) => ({
      ...{ year: String(year), evidenceName },
      modes: modes.map(({ mode, ...told }) => ({ ...told, label: t(`catalog:benefit.${mode}`) })),
      evidenceHref: evidenceName === null ? undefined : pathTo('benefitEvidence', { id: file.supplierId, year }),
    })),
    events: file.events.map(({ state, reason, at, actorName }) => ({
      label: t(`certifications:state.${state}`),
      at: at.toISOString(),
      detail: [actorName, reason].filter(Boolean).join(t('certifications:show.joiner')),
      state: ['suspended', 'revoked', 'disqualified', 'refused'].includes(state) ? 'stopped' : 'done',
    })),
    appliedAt: file.appliedAt,
    interruptions: file.interruptions.map(({ kind, ...rest }) => ({
      ...rest,
      kindLabel: t(`certifications:interruption.${kind}`),
      isOneDay: rest.since === rest.until,
    })),
    notices: file.notices.map(({ objections, ...notice }) => ({
      ...notice,
      objections: objections.map(({ at, name, contact, upheld, ...objection }) => ({
        ...objection,
        at: at.toISOString(),
        from: mayAct ? [name, contact].filter(Boolean).join(' ') : '',
        resultLabel: upheld === null ? undefined : t(`certifications:show.${upheld ? 'upheld' : 'notUpheld'}`),
      })),
    })),
    acts: {
      suspendHref:
        mayAct && !isOver && mayHappenToCertification(file.state, 'suspend')
          ? pathTo('certificationSuspension', { id: file.id })
          : undefined,
      liftHref:
        mayAct && mayHappenToCertification(file.state, 'lift')
          ? pathTo('certificationLifting', { id: file.id })
          : undefined,
      revokeHref:
        mayAct && mayHappenToCertification(file.state, 'revoke')
          ? pathTo('certificationRevocation', { id: file.id })
          : undefined,
    },
    form,
    isRevoking: form.errors?.revocationReason !== undefined || form.errors?.revocationPublicReason !== undefined,
  };
}

function subjectHref({ productId, supplierId }: RegisterRow): string {
  return productId === null ? pathTo('supplier', { id: supplierId }) : pathTo('product', { id: productId });
}

function nameIn(locale: string, zh: string, en: string): string {
  return (locale === 'en' && en) || zh;
}
