import type { Request } from 'express';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { type PlaceTree, placeName } from '../units/place-tree.ts';
import type { Certificate } from './certificate-queries.ts';
import { standingOf } from './certification-register.ts';

/** The data of `views/suppliers/certificate.hbs`. */
export function presentCertificate(
  { t, locale }: Pick<Request, 't' | 'locale'>,
  places: PlaceTree,
  certificate: Certificate,
  today: Day,
  address: string,
) {
  const { productId, supplierId } = certificate;
  const isProduct = productId !== null;
  const kind = isProduct ? 'product' : 'supplier';
  const inLanguage = (zh: string, en: string) => (locale === 'en' && en) || zh;
  const standing = standingOf(certificate, today);
  const tones: Record<string, string> = { valid: 'good', expiring: 'good', coming: 'wait', expired: 'off' };
  return {
    title: t(`suppliers:certificate.titleOf.${kind}`),
    layout: 'print',
    backHref: isProduct ? pathTo('product', { id: productId }) : pathTo('supplier', { id: supplierId }),
    certificate: {
      ...certificate,
      name: inLanguage(certificate.name, certificate.nameEn),
      supplierName: isProduct ? inLanguage(certificate.supplierName, certificate.supplierNameEn) : undefined,
      ofLabel: t(`applications:subject.${kind}`),
      placeName: placeName(places, certificate.placeId, locale),
      standingTone: tones[standing] ?? 'bad',
      standingLabel: t(`suppliers:certificate.standing.${standing}`),
      interruptions: certificate.interruptions.map(({ kind, ...days }) => ({
        ...days,
        kindLabel: t(`certifications:interruption.${kind}`),
      })),
    },
    text: t(`suppliers:certificate.textOf.${kind}`),
    // As it is read, and typed from paper: not percent-encoded.
    verifyText: t('suppliers:certificate.verify', { address: decodeURI(address) }),
  };
}
