import type { Request } from 'express';
import { pathTo } from '../../paths.ts';
import type { Day } from '../../shared/days.ts';
import { type PlaceNode, type PlaceTree, placeName } from '../../units/place-tree.ts';
import {
  EXPIRING_DAYS,
  PUBLIC_STANDINGS,
  type PublicStanding,
  type Standing,
  standingOf,
} from '../certification-register.ts';
import type { PublicRow } from './public-register.ts';

export type Reader = Pick<Request, 't' | 'locale'>;

/** The filters of the public register as they were asked for. */
export interface CertifiedFilters {
  standing?: PublicStanding;
  of?: 'supplier' | 'product';
  /** a place's code, which may name no place */
  place?: string;
  q?: string;
}

const TONES: Partial<Record<Standing, string>> = {
  ...{ valid: 'good', expiring: 'good', coming: 'wait', expired: 'off' },
  ...{ suspended: 'bad', revoked: 'bad' },
};

const ALWAYS_SHOWN: readonly PublicStanding[] = ['valid', 'expiring', 'expired', 'suspended', 'revoked'];

interface Register {
  filters: CertifiedFilters;
  place: PlaceNode | undefined;
  rows: readonly PublicRow[];
  nextCursor: string | null;
  counts: Record<Standing | 'all', number>;
}

/** The data of `views/suppliers/certified.hbs`. */
export function presentCertified(reader: Reader, places: PlaceTree, today: Day, register: Register) {
  const { t, locale } = reader;
  const { filters, place, rows, nextCursor, counts } = register;
  const { standing, ...others } = filters;
  const shown = PUBLIC_STANDINGS.filter((one) => ALWAYS_SHOWN.includes(one) || one === standing || counts[one] > 0);
  return {
    title: t('certified:title'),
    isUnknownPlace: filters.place !== undefined && place === undefined,
    tabs: [undefined, ...shown].map((one) => ({
      label: t(`certified:tab.${one ?? 'all'}`, { days: EXPIRING_DAYS }),
      href: pathTo('certified', { ...others, standing: one }),
      current: one === standing,
      count: counts[one ?? 'all'],
    })),
    filters: {
      ...{ standing, q: filters.q ?? '', of: filters.of ?? '', place: filters.place ?? '' },
      ofChoices: (['supplier', 'product'] as const).map((value) => ({ value, label: t(`certified:of.${value}`) })),
      placeChoices: placeChoices(places, locale),
      clearHref: filters.of || filters.q || filters.place ? pathTo('certified', { standing }) : undefined,
    },
    rows: presentRows(reader, places, today, rows),
    nextHref: nextCursor ? pathTo('certified', { ...filters, cursor: nextCursor }) : undefined,
    excelHref: pathTo('certifiedExcel', { ...filters }),
    sheetHref: pathTo('certifiedSheet', { ...filters }),
  };
}

/** Every county with its townships, and these with their villages, in this order. */
function placeChoices(places: PlaceTree, locale: Request['locale']) {
  const below = (node: PlaceNode): PlaceNode[] => [node, ...places.childrenOf(node.id).flatMap(below)];
  return places.roots.flatMap(below).map(({ id, code }) => ({ value: code, label: placeName(places, id, locale) }));
}

/** The filters in words, for the head of a printed list. */
export function toldFilters({ t, locale }: Reader, places: PlaceTree, filters: CertifiedFilters): string {
  const { standing, of, place: code, q } = filters;
  const place = code === undefined ? undefined : places.byCode.get(code);
  return [
    standing && t(`certified:tab.${standing}`, { days: EXPIRING_DAYS }),
    of && t(`certified:of.${of}`),
    place && placeName(places, place.id, locale),
    q && t('certified:searched', { q }),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Certifications as the register lists them, here, on paper and in Excel. */
export function presentRows(reader: Reader, places: PlaceTree, today: Day, rows: readonly PublicRow[]) {
  return rows.map((row) => presentRow(reader, places, today, row));
}

export type PresentedRow = ReturnType<typeof presentRow>;

/** One certification; `why` tells why it does not hold, or from when on, as far as anyone may know. */
export function presentRow({ t, locale }: Reader, places: PlaceTree, today: Day, row: PublicRow) {
  const { id, number, issuer, validFrom, validUntil, productId, supplierId } = row;
  const standing = standingOf(row, today);
  const inLanguage = (zh: string, en: string) => (locale === 'en' && en) || zh;
  const isProduct = productId !== null;
  return {
    ...{ id, number: number ?? '', issuer, validFrom, validUntil, standing },
    name: inLanguage(row.name, row.nameEn),
    supplierName: isProduct ? inLanguage(row.supplierName, row.supplierNameEn) : undefined,
    ofLabel: t(`certified:of.${isProduct ? 'product' : 'supplier'}`),
    subjectLabel: t(`certified:verify.subjectOf.${isProduct ? 'product' : 'supplier'}`),
    placeName: placeName(places, row.placeId, locale),
    standingTone: TONES[standing] ?? 'off',
    standingLabel: t(`suppliers:certificate.standing.${standing}`),
    why: whyOf(t, standing, row),
    certificateHref: pathTo('certificate', { number: number ?? '' }),
    subjectHref: row.isReachable
      ? isProduct
        ? pathTo('product', { id: productId })
        : pathTo('supplier', { id: supplierId })
      : undefined,
  };
}

function whyOf(t: Request['t'], standing: Standing, { interruption, validFrom, validUntil }: PublicRow) {
  if (standing === 'coming') return t('certified:why.coming', { day: validFrom });
  if (standing === 'expired') return t('certified:why.expired', { day: validUntil });
  if (!interruption || (standing !== 'suspended' && standing !== 'revoked')) return undefined;
  const { kind, since: day, publicReason } = interruption;
  const fact = t(`certified:why.${kind}`, { day });
  return publicReason ? t('certified:why.because', { fact, reason: publicReason }) : fact;
}
