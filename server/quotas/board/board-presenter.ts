import { placeName } from '../../units/place-tree.ts';
import type { Locale, Translate } from '../../web/i18n.ts';
import type { Programme } from '../programme-list.ts';
import type { Board } from './board.ts';
import { type Drill, type Narrower, scopeFilter } from './board-links.ts';
import type { BoardRow, RowsBy } from './board-rows.ts';
import type { ProgressState } from './progress.ts';
import type { ListedUnit } from './progress-queries.ts';
import type { RowProgress, ScopedProgress } from './roll-up.ts';

export interface Reader {
  t: Translate;
  locale: Locale;
}

/** A programme with the rule by which purchases count, in words (rule 2). */
export function presentProgramme(reader: Reader, programme: Programme) {
  const { t } = reader;
  const { countIndividualBy, countPrepaidBy, countOnAccountBy, countUntil } = programme;
  return {
    ...programme,
    name: nameOf(reader, programme),
    rule: {
      placed: t('quotas:rule.placed'),
      counted: t('quotas:rule.counted', {
        individual: t(`quotas:rule.by.${countIndividualBy}`),
        prepaid: t(`quotas:rule.by.${countPrepaidBy}`),
        onAccount: t(`quotas:rule.by.${countOnAccountBy === 'payment' ? 'settlement' : countOnAccountBy}`),
      }),
      until: t('quotas:rule.until', { day: countUntil }),
    },
  };
}

/** A row's name in the reader's language; funding sources and channels are words of the messages, months speak for themselves. */
export function rowName(reader: Reader, { key, name, nameEn }: BoardRow, by: RowsBy): string {
  if (key === '') return reader.t('board:rows.noPlace');
  if (name !== null) return nameOf(reader, { name, nameEn });
  return by === 'funding' || by === 'channel' ? reader.t(`quotas:${by}.${key}`) : key;
}

export function nameOf({ locale }: { locale: Locale }, row: { name: string; nameEn: string | null }): string {
  return (locale === 'en' && row.nameEn) || row.name;
}

/**
 * Figures as partials/progress-bar and the tables want them. What is judged stands first, in its own measure and scope; `rest` is what
 * was bought altogether, where that is something else.
 */
export function presentProgress(reader: Reader, board: Board, progress: RowProgress, drill?: Drill) {
  const { targets, headline, share, ...told } = progress;
  const isScoped = headline !== null && headline.scopeKey !== 'all';
  const isWeight = headline?.measure === 'grams';
  const ofHeadline = isScoped ? scopeFilter(board, headline) : {};
  return {
    ...told,
    ...hrefs(drill, ofHeadline),
    countedShare: share,
    isWeight,
    target: headline?.value,
    placed: headline?.placed ?? told.placedFen,
    counted: headline?.counted ?? told.countedFen,
    neededPerMonth: headline?.neededPerMonth || undefined,
    rest:
      isWeight || isScoped
        ? { placedFen: told.placedFen, countedFen: told.countedFen, ...hrefs(drill, {}) }
        : undefined,
    targetLabel: isScoped ? scopeName(reader, board, headline) : undefined,
    scoped: targets
      .filter((target) => target !== headline)
      .map((target) => presentTarget(reader, board, target, drill)),
  };
}

export function presentTarget(reader: Reader, board: Board, target: ScopedProgress, drill?: Drill) {
  const { share, ...told } = target;
  return {
    ...told,
    countedShare: share,
    isWeight: target.measure === 'grams',
    ...hrefs(drill, scopeFilter(board, target)),
    label: scopeName(reader, board, target),
  };
}

/** Where the entries are that the placed and the counted figure add up. */
export function hrefs(drill: Drill | undefined, of: Narrower) {
  return { placedHref: drill?.({ ...of, event: 'placed' }), countedHref: drill?.({ ...of, event: 'counted' }) };
}

/** What a target is for: everything, or a category, an origin, a funding source, or several of these. */
export function scopeName(reader: Reader, { categories, places }: Board, target: ScopedProgress): string {
  const category = target.categoryId === null ? undefined : categories.byId.get(target.categoryId);
  const parts = [
    category && nameOf(reader, category),
    target.placeId === null ? undefined : placeName(places, target.placeId, reader.locale, true),
    target.fundingSource === null ? undefined : reader.t(`quotas:funding.${target.fundingSource}`),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' · ') : reader.t('quotas:board.everything');
}

/** Why a unit is exempt, where it is: what was said when it was exempted, or that it has no canteen. */
export function exemptText({ t }: Reader, unit: ListedUnit, state: ProgressState): string | undefined {
  if (unit.exemptReason !== null) return unit.exemptReason;
  return state === 'exempt' ? t('quotas:unit.noCanteen') : undefined;
}
