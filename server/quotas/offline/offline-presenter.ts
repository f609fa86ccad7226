import type { Actor } from '../../accounts/actor.ts';
import type { DeclaredState } from '../../db/generated/enums.ts';
import { pathTo } from '../../paths.ts';
import { dayFromColumn, dayOf, daysBetween } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import { formatKilograms } from '../../shared/weight.ts';
import { type PlaceTree, placeName } from '../../units/place-tree.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import { LINE_PARTS } from './offline-form.ts';
import { mayCorrect, maySee, mayVerify, type Reach } from './offline-policy.ts';
import type { Effect, NamedSupplier, OtherDeclaration, WholePurchase } from './offline-queries.ts';
import { DECLARED_STATES, type OfflineListQuery } from './offline-schemas.ts';

export const STATE_TONES: Record<DeclaredState, string> = {
  declared: 'wait',
  verified: 'done',
  returned: 'bad',
  withdrawn: 'off',
};

export function totalOf(purchase: Pick<WholePurchase, 'lines'>): { fen: number; grams: number } {
  const sum = (of: 'fen' | 'grams') => purchase.lines.reduce((total, line) => total + line[of], 0);
  return { fen: sum('fen'), grams: sum('grams') };
}

interface ListPage {
  now: Date;
  query: OfflineListQuery;
  reach: Reach;
  rows: readonly WholePurchase[];
  counts: ReadonlyMap<DeclaredState, number>;
  nextCursor?: string;
}

/** What views/quotas/purchases/offline-list.hbs shows. */
export function presentOfflineList(reader: Reader, { now, query, reach, rows, counts, nextCursor }: ListPage) {
  const { t } = reader;
  const link = (change: Partial<OfflineListQuery>) =>
    pathTo('offlinePurchases', { ...query, cursor: undefined, ...change });
  return {
    title: t('offline:list.title'),
    layout: 'work',
    mayDeclare: reach.units.length > 0,
    tabs: [
      ...DECLARED_STATES.map((state) => ({
        label: t(`offline:state.${state}`),
        href: link({ state }),
        current: query.state === state,
        count: counts.get(state) ?? 0,
      })),
      {
        label: t('offline:state.all'),
        href: link({ state: 'all' }),
        current: query.state === 'all',
        count: [...counts.values()].reduce((a, b) => a + b, 0),
      },
    ],
    filters: {
      ...{ state: query.state, unit: query.unit, q: query.q },
      units:
        reach.units.length > 1 ? reach.units.map((unit) => ({ value: unit.code, label: nameOf(reader, unit) })) : [],
      clearHref: query.unit || query.q ? link({ unit: undefined, q: undefined }) : undefined,
    },
    rows: rows.map((row) => ({ ...presentRow(reader, row, now), href: pathTo('offlinePurchase', { id: row.id }) })),
    nextHref: nextCursor && pathTo('offlinePurchases', { ...query, cursor: nextCursor }),
  };
}

function presentRow(reader: Reader, row: WholePurchase, now: Date) {
  const { t } = reader;
  const waited = daysBetween(dayOf(row.declaredAt), dayOf(now));
  return {
    id: row.id,
    unitName: nameOf(reader, row.unit),
    sellerName: row.sellerName,
    goods: row.lines.map(({ goods }) => goods).join(t('offline:list.comma')),
    ...totalOf(row),
    purchasedOn: dayFromColumn(row.purchasedOn),
    fundingLabel: t(`quotas:funding.${row.fundingSource}`),
    stateTone: STATE_TONES[row.state],
    stateLabel: t(`offline:state.${row.state}`),
    waited: row.state === 'declared' ? t('offline:list.waited', { count: waited }) : undefined,
    reason: row.state === 'returned' ? row.reason : undefined,
    lacksEvidence: row.state === 'declared' && row.evidence.length === 0,
  };
}

export interface ShowPage {
  actor: Actor;
  reach: Reach;
  purchase: WholePurchase;
  places: PlaceTree;
  suppliers: ReadonlyMap<number, NamedSupplier>;
  effects: readonly Effect[];
  doubles: readonly OtherDeclaration[];
  mayConfirm: boolean;
}

/** What views/quotas/purchases/offline-show.hbs shows: the papers beside the figures, and what may be done. */
export function presentOfflinePurchase(reader: Reader, page: ShowPage) {
  const { t, locale } = reader;
  const { actor, reach, purchase, places, suppliers } = page;
  const { id, state } = purchase;
  const answers = mayCorrect(reach, actor, purchase);
  const checks = mayVerify(reach, actor, purchase);
  const title = t('offline:show.title', { seller: purchase.sellerName });
  return {
    title,
    layout: 'work',
    currentPage: pathTo('offlinePurchases'),
    breadcrumbs: [{ label: t('offline:list.title'), href: pathTo('offlinePurchases') }, { label: title }],
    purchase: {
      ...presentRow(reader, purchase, purchase.declaredAt),
      ...{
        sellerTaxNumber: purchase.sellerTaxNumber,
        invoiceNumber: purchase.invoiceNumber,
        invoiceFen: purchase.invoiceFen,
      },
      ...{ isFromFarmer: purchase.isFromFarmer, note: purchase.note, reason: purchase.reason },
      declaredAt: purchase.declaredAt.toISOString(),
      decidedAt: purchase.decidedAt?.toISOString(),
      confirmedAt: purchase.confirmedAt?.toISOString(),
      isConfirmed: purchase.confirmedAt !== null || purchase.evidence.some((paper) => paper.isVillagePaper),
      isReturned: state === 'returned',
      isWaiting: state === 'declared',
      lines: purchase.lines.map((line) => {
        const supplier = suppliers.get(line.supplierId ?? 0);
        return {
          ...{ goods: line.goods, fen: line.fen, grams: line.grams },
          category: nameOf(reader, line.category),
          origin: placeName(places, line.originPlaceId, locale),
          supplier: supplier && { name: nameOf(reader, supplier), isCertified: supplier.isCertified },
        };
      }),
    },
    evidence: purchase.evidence.map(({ file, isVillagePaper }) => ({
      name: file.name,
      isVillagePaper,
      isPicture: file.mime.startsWith('image/'),
      href: pathTo('offlineEvidence', { id, fileId: file.id }),
    })),
    effects: page.effects.map((effect) => presentEffect(reader, effect)),
    doubles: presentDoubles(reader, page),
    acts: {
      verifyHref: checks && state === 'declared' ? pathTo('offlineVerification', { id }) : undefined,
      returnHref:
        checks && (state === 'declared' || state === 'verified') ? pathTo('offlineReturn', { id }) : undefined,
      correctHref: answers && state === 'returned' ? pathTo('offlineCorrection', { id }) : undefined,
      withdrawHref:
        answers && (state === 'declared' || state === 'returned') ? pathTo('offlineWithdrawal', { id }) : undefined,
      evidenceHref: answers && state === 'declared' ? pathTo('offlineNewEvidence', { id }) : undefined,
      confirmHref:
        page.mayConfirm && state === 'declared' && !purchase.confirmedAt
          ? pathTo('offlineConfirmation', { id })
          : undefined,
      isOwn: state === 'declared' && reach.organized.has(purchase.unitId) && purchase.declaredById === actor.id,
      takesBack: state === 'verified',
    },
  };
}

/** Where the unit stands in a programme without this purchase and with it. */
function presentEffect(reader: Reader, effect: Effect) {
  const { placedFen, placedGrams, countedFen, unitCountedFen, targetFen } = effect;
  const share = (fen: number) => (targetFen ? fen / targetFen : null);
  const without = unitCountedFen - countedFen;
  return {
    name: nameOf(reader, effect),
    ...{ placedFen, placedGrams, countedFen, targetFen },
    ...{ withoutFen: without, withFen: without + placedFen },
    ...{ withoutShare: share(without), withShare: share(without + placedFen) },
  };
}

/** Another unit's declaration is told without its name or link to whoever may not see it. */
function presentDoubles(reader: Reader, { purchase, doubles, reach }: ShowPage) {
  const { t } = reader;
  const sameInvoice = doubles.filter(({ isSameInvoice, state }) => isSameInvoice && state !== 'returned');
  const shared = sameInvoice.reduce((sum, { fen }) => sum + fen, 0);
  return {
    sharedFen: shared,
    isShared: sameInvoice.length > 0,
    leftFen: Math.max(
      0,
      (purchase.invoiceFen ?? 0) -
        shared -
        (['declared', 'verified'].includes(purchase.state) ? totalOf(purchase).fen : 0),
    ),
    rows: doubles.map((other) => ({
      why: t(other.isSameInvoice ? 'offline:doubles.sameInvoice' : 'offline:doubles.likely'),
      unitName: maySee(reach, other)
        ? nameOf(reader, { name: other.unitName, nameEn: other.unitNameEn })
        : t('offline:doubles.elsewhere'),
      href: maySee(reach, other) ? pathTo('offlinePurchase', { id: other.id }) : undefined,
      ...{ fen: other.fen, purchasedOn: other.purchasedOn },
      stateTone: STATE_TONES[other.state],
      stateLabel: t(`offline:state.${other.state}`),
    })),
  };
}

/** A purchase as its form would have been filled, for correcting it. */
export function typedOf(
  purchase: WholePurchase,
  codes: { place: (id: number) => string; supplier: (id: number) => string },
) {
  const lines = purchase.lines.flatMap((line, row) => {
    const values: Record<(typeof LINE_PARTS)[number], string> = {
      category: line.category.code,
      origin: codes.place(line.originPlaceId),
      supplier: line.supplierId === null ? '' : codes.supplier(line.supplierId),
      goods: line.goods,
      amount: formatYuan(line.fen).replaceAll(',', ''),
      weight: formatKilograms(line.grams).replaceAll(',', ''),
    };
    return LINE_PARTS.map((part) => [`lines.${row}.${part}`, values[part]] as const);
  });
  return {
    ...{ unit: purchase.unit.code, fundingSource: purchase.fundingSource, sellerName: purchase.sellerName },
    ...{ sellerKind: purchase.isFromFarmer ? 'farmer' : 'invoice', purchasedOn: dayFromColumn(purchase.purchasedOn) },
    ...{
      sellerTaxNumber: purchase.sellerTaxNumber ?? '',
      invoiceNumber: purchase.invoiceNumber ?? '',
      note: purchase.note ?? '',
    },
    invoiceFen: purchase.invoiceFen === null ? '' : formatYuan(purchase.invoiceFen).replaceAll(',', ''),
    ...Object.fromEntries(lines),
  };
}
