import { pathTo } from '../../paths.ts';
import { unitWord } from '../../shared/unit-words.ts';
import type { FormView } from '../../web/form-view.ts';
import { kindsToGo, nextToGo } from '../cold-chain.ts';
import { inReaderLanguage, parcelNumber, type Reader } from '../order-labels.ts';
import type { SupplierFulfilment } from '../order-queries.ts';
import { isPurpose, type Purpose } from './link-purposes.ts';
import type { findLinksOf, findShortage } from './link-queries.ts';
import { type Answers, answersBeside, type ShipStep } from './ship-steps.ts';

type Found = Awaited<ReturnType<typeof findLinksOf>>;

interface HandOut extends Found {
  /** what can be done with the parcel now */
  purposes: readonly Purpose[];
  urlOf: (link: Found['links'][number]) => string;
  now: Date;
}

/** The data of `views/links/hand-out.hbs`. */
export function presentHandOut(reader: Reader, { parcel, links, purposes, urlOf, now }: HandOut) {
  const { t } = reader;
  const { id } = parcel;
  return {
    title: t('links:handOut.title'),
    breadcrumbs: [
      { label: t('supplier:list.title'), href: pathTo('supplierFulfilments') },
      { label: parcelNumber(parcel), href: pathTo('supplierFulfilment', { id }) },
      { label: t('links:handOut.title') },
    ],
    parcelNumber: parcelNumber(parcel),
    supplierName: inReaderLanguage(reader, parcel.supplier.name, parcel.supplier.nameEn),
    goods: parcel.lines.map(
      (line) =>
        `${inReaderLanguage(reader, line.name, line.nameEn)} × ${line.quantity} ${unitWord(line.quantity, inReaderLanguage(reader, line.saleUnit, line.saleUnitEn))}`,
    ),
    action: pathTo('parcelLinks', { id }),
    purposes: purposes.map((purpose) => ({ purpose, label: t(`links:issue.${purpose}`) })),
    links: links.map((link) => {
      const isOver = endOf(link, purposes, now);
      return {
        url: isOver ? '' : urlOf(link),
        isOpen: isOver === null,
        label: isPurpose(link.purpose) ? t(`links:purpose.${link.purpose}`) : link.purpose,
        expiresAt: link.expiresAt,
        stateTone: isOver ? 'off' : 'active',
        stateLabel: t(`links:state.${isOver ?? 'open'}`),
        revokeAction: isOver ? undefined : pathTo('linkRevocation', { id, linkId: link.id }),
      };
    }),
  };
}

interface Shipping {
  parcel: SupplierFulfilment;
  form: FormView;
  step: ShipStep;
  answers: Answers;
  action: string;
}

/** What `views/links/ship.hbs` needs of a question: which, what was answered beside it, and where one goes back to. */
export function presentStep({ t }: Reader, { parcel, form, step, answers, action }: Shipping) {
  const kept = answersBeside(parcel, step, answers);
  const before: Record<string, string> =
    step === 'rest' || (step === 'slip' && kept.some(({ name }) => name !== 'only')) ? { step: 'part' } : {};
  const query = new URLSearchParams({ ...before, ...Object.fromEntries(kept.map(({ name, value }) => [name, value])) });
  const labels = { carrier: t('links:ship.slip.carrier'), trackingNumber: t('links:ship.slip.number') };
  return {
    form: { ...form, labels: { ...form.labels, ...labels } },
    step,
    title: t(`links:ship.${step}.title`),
    kept,
    backHref: `${action}?${query}`,
    ...presentWays(parcel, answers.only, action),
  };
}

/** Where one goes on with all or a part of what goes next, and with what goes apart from it. */
function presentWays(parcel: SupplierFulfilment, wish: unknown, action: string) {
  const kinds = kindsToGo(parcel);
  const next = nextToGo(parcel, wish);
  const only = kinds.length > 1 ? `&only=${next}` : '';
  return {
    allHref: `${action}?step=all${only}`,
    partHref: `${action}?step=part${only}`,
    otherHref: only && `${action}?only=${kinds.find((kind) => kind !== next)}`,
  };
}

/** Why a link opens no more; null while it does. */
function endOf(link: Found['links'][number], purposes: readonly Purpose[], now: Date) {
  if (link.usedAt) return 'used';
  if (link.revokedAt) return 'revoked';
  if (link.expiresAt <= now) return 'expired';
  const mayStill = link.purpose === 'shortage' || purposes.some((purpose) => purpose === link.purpose);
  return mayStill ? null : 'needless';
}

/** The data of `views/links/shortage.hbs`. */
export function presentShortage(reader: Reader, receipt: Awaited<ReturnType<typeof findShortage>>) {
  return {
    title: reader.t('links:shortage.title'),
    at: receipt.at,
    lines: receipt.lines
      .filter((line) => line.shortQuantity + line.damagedQuantity > 0)
      .map(({ line, acceptedQuantity, shortQuantity, damagedQuantity, note }) => ({
        name: inReaderLanguage(reader, line.name, line.nameEn),
        spec: inReaderLanguage(reader, line.spec, line.specEn),
        unit: inReaderLanguage(reader, line.saleUnit, line.saleUnitEn),
        ...{ acceptedQuantity, shortQuantity, damagedQuantity, note },
      })),
  };
}
