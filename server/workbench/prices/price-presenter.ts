import { type CatalogReader, inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { PriceChangeState } from '../../db/generated/enums.ts';
import { pathTo } from '../../paths.ts';
import { formatYuan, pricePerKg } from '../../shared/money.ts';
import type { Translate } from '../../web/i18n.ts';
import type { PriceBasis } from './judge-price.ts';
import type { pricesOf, ShownPrice } from './price-queries.ts';
import { readTierList } from './read-tier-list.ts';

const TONES: Record<PriceChangeState, string> = {
  ...{ effective: 'good', waiting: 'wait', asked: 'wait', refused: 'bad', withdrawn: 'off' },
};

type Change = Awaited<ReturnType<typeof pricesOf>>[number];

/** A line of a product's price history. */
export function presentChange({ t }: { t: Translate }, change: Change) {
  const isOpen = change.state === 'waiting' || change.state === 'asked';
  return {
    id: change.id,
    oldFen: change.oldFen || undefined,
    newFen: change.newFen,
    tiers: readTierList(change.tiers) ?? [],
    requestedAt: change.requestedAt,
    effectiveAt: change.effectiveAt,
    reason: change.reason,
    ...{ question: change.question, answer: change.answer },
    flags: flagTexts(t, change),
    stateTone: TONES[change.state],
    stateLabel: t(`workbench:price.state.${change.state}`),
    isAsked: change.state === 'asked',
    answerAction: change.state === 'asked' ? pathTo('priceAnswer', { id: change.id }) : undefined,
    withdrawAction: isOpen ? pathTo('priceWithdrawal', { id: change.id }) : undefined,
  };
}

/** A flagged price as the operator sees it. */
export function presentFlagged(reader: CatalogReader, change: ShownPrice) {
  const { locale } = reader;
  const { product } = change;
  const isOpen = change.state === 'waiting' || change.state === 'asked';
  return {
    ...presentChange(reader, change),
    name: nameOf(locale, product.family),
    spec: inLanguage(locale, product.spec, product.specEn),
    unit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    supplierName: nameOf(locale, product.supplier),
    supplierHref: pathTo('supplier', { id: product.supplier.id }),
    categoryName: nameOf(locale, product.category),
    productHref: pathTo('product', { id: product.id }),
    perKgFen: pricePerKg(change.newFen, product.netGrams),
    oldTiers: product.tiers,
    decideAction: isOpen ? pathTo('priceDecision', { id: change.id }) : undefined,
  };
}

/** Why it was flagged, in sentences with the figures that it was judged by. */
function flagTexts(t: Translate, { flag, basis }: Pick<Change, 'flag' | 'basis'>): string[] {
  if (!flag) return [];
  const facts = (typeof basis === 'string' ? JSON.parse(basis) : (basis ?? {})) as Partial<PriceBasis>;
  const { riseBp, limitBp, fromFen, perKgFen, likePerKgFen, like } = facts;
  const percent = (bp: number) => `${(bp / 100).toFixed(1)}%`;
  const isRise = riseBp != null && limitBp != null && riseBp > limitBp;
  const isFar = likePerKgFen != null && perKgFen != null && like;
  return [
    ...(isRise
      ? [
          t('workbench:price.rise', {
            ...{ rise: percent(riseBp), limit: percent(limitBp), from: `¥${formatYuan(fromFen ?? 0)}` },
          }),
        ]
      : []),
    ...(isFar && flag === 'above_the_like'
      ? [
          t('workbench:price.far', {
            own: `¥${formatYuan(perKgFen)}`,
            others: `¥${formatYuan(likePerKgFen)}`,
            count: like,
          }),
        ]
      : []),
  ];
}
