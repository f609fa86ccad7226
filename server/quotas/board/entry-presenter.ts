import { pathTo } from '../../paths.ts';
import type { Day } from '../../shared/days.ts';
import { encodeCursor } from '../../shared/pagination.ts';
import { placeName } from '../../units/place-tree.ts';
import { type EntriesPageQuery, keptOf } from '../quota-schemas.ts';
import type { Board } from './board.ts';
import { activeFilters } from './board-filters.ts';
import { boardPath, entriesPath, unitPath } from './board-links.ts';
import { nameOf, presentProgramme, type Reader } from './board-presenter.ts';
import type { Entry, EntryFilter, EntryPage } from './entry-queries.ts';
import type { Amounts } from './progress-queries.ts';

export interface EntriesPage extends Pick<Board, 'programme' | 'places' | 'categories' | 'byId'> {
  query: EntriesPageQuery;
  filter: EntryFilter;
  /** the reader sees the own purchases alone */
  isOwn: boolean;
  /** the units whose orders the reader may open */
  answersFor: ReadonlySet<number>;
  at: Day;
  asOf: Date;
  entries: EntryPage;
  sum: Amounts;
}

/** What views/quotas/entries.hbs shows: what was chosen, its sum, and the entries that add up to it. */
export function presentEntriesPage(reader: Reader, page: EntriesPage) {
  const { t } = reader;
  const { programme, query, entries, isOwn, sum, filter } = page;
  const unit = [...page.byId.values()].find(({ code }) => code === query.unit);
  const link = (change: Partial<EntriesPageQuery>) =>
    entriesPath(programme, { ...query, cursor: undefined, ...change });
  const file = (name: 'boardEntriesCsv' | 'boardEntriesExcel') =>
    pathTo(name, { ...query, cursor: undefined, programmeCode: programme.code });
  return {
    title: `${t('quotas:entries.title')} · ${nameOf(reader, programme)}`,
    layout: 'work',
    currentPage: '/board',
    breadcrumbs: [
      { label: t('quotas:board.title'), href: boardPath(programme, keptOf(query)) },
      ...(unit ? [{ label: nameOf(reader, unit), href: unitPath(programme, unit, query) }] : []),
      { label: t('quotas:entries.title') },
    ],
    programme: presentProgramme(reader, programme),
    at: page.at,
    asOf: page.asOf.toISOString(),
    isPast: query.at !== undefined,
    isOwn,
    isPartial: filter.groupIds !== undefined,
    active: activeFilters(reader, page, query, (name) =>
      link({ [name]: undefined, ...(name === query.only ? { only: undefined } : {}) }),
    ),
    clearHref: link(Object.fromEntries(Object.keys(query).map((name) => [name, undefined]))),
    events: (['placed', 'counted'] as const).map((event) => ({
      label: t(`quotas:event.${event}`),
      fen: event === 'placed' ? sum.placedFen : sum.countedFen,
      grams: event === 'placed' ? sum.placedGrams : sum.countedGrams,
      event,
      href: link({ event: query.event === event ? undefined : event }),
      current: query.event === event,
      isShown: query.event === undefined || query.event === event,
    })),
    hidden: Object.entries({ ...query, at: undefined, cursor: undefined })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ({ name, value })),
    pickedDay: query.at,
    formPath: pathTo('boardEntries', { programmeCode: programme.code }),
    rows: presentEntries(reader, page, entries.entries),
    exportHrefs: { csv: file('boardEntriesCsv'), xlsx: file('boardEntriesExcel') },
    prevHref: query.cursor === undefined ? undefined : link({}),
    nextHref: entries.nextId === null ? undefined : link({ cursor: encodeCursor([entries.nextId]) }),
  };
}

type Told = Pick<EntriesPage, 'places' | 'categories' | 'answersFor' | 'isOwn' | 'byId'>;

/** Entries in words; an order is linked for whoever answers for its unit, or bought it. */
export function presentEntries(reader: Reader, page: Told, entries: readonly Entry[]) {
  const unitIds = new Map([...page.byId.values()].map(({ id, code }) => [code, id]));
  const opens = (unitCode: string) => page.isOwn || page.answersFor.has(unitIds.get(unitCode) ?? 0);
  return entries.map((entry) => ({
    ...entry,
    ...inWords(reader, page, entry),
    orderHref: opens(entry.unitCode) ? orderHref(entry) : undefined,
    moveHref: page.isOwn ? undefined : moveHref(entry),
  }));
}

function orderHref({ orderId, source }: Entry): string | undefined {
  return orderId === null || source === 're_attribution' ? undefined : pathTo('order', { id: orderId });
}

/** Where to ask that a unit's purchase count for another one; an individual's buyer asks on the order's page. */
function moveHref({ event, isPersonal, orderId, lineId, channel, fen }: Entry): string | undefined {
  if (event !== 'placed' || fen <= 0 || isPersonal) return undefined;
  if (orderId !== null) return pathTo('newReAttribution', { order: orderId });
  return pathTo('newReAttribution', { [channel === 'external' ? 'external' : 'offlineLine']: lineId ?? undefined });
}

function inWords(reader: Reader, { categories, places }: Pick<Told, 'categories' | 'places'>, entry: Entry) {
  const { t, locale } = reader;
  const category = categories.byId.get(entry.categoryId);
  return {
    eventLabel: t(`quotas:event.${entry.event}`),
    sourceLabel: t(`quotas:source.${entry.source}`),
    fundingLabel: t(`quotas:funding.${entry.fundingSource}`),
    channelLabel: t(`quotas:channel.${entry.channel}`),
    goods: category ? nameOf(reader, category) : String(entry.categoryId),
    origin: placeName(places, entry.originPlaceId, locale, true),
    supplier:
      entry.supplierName === null
        ? undefined
        : nameOf(reader, { name: entry.supplierName, nameEn: entry.supplierNameEn }),
    unitName: nameOf(reader, { name: entry.unitName, nameEn: entry.unitNameEn }),
  };
}

const COLUMNS = [
  'day',
  'placedOn',
  'unit',
  'event',
  'source',
  'category',
  'origin',
  'supplier',
  'funding',
  'channel',
] as const;
const FIGURES = ['yuan', 'kilograms', 'count', 'adjustment'] as const;

/** Columns of an export, their heads and an entry's cells, in words; amounts as numbers in yuan and kilograms, divided at this last step. */
export function tellEntry(reader: Reader, page: Pick<Told, 'categories' | 'places'>) {
  const { t } = reader;
  return {
    heads: [...COLUMNS, ...FIGURES].map((name) => t(`board:column.${name}`)),
    cells: (entry: Entry): (string | number)[] => {
      const told = inWords(reader, page, entry);
      return [
        ...[
          entry.onDay,
          entry.placedOn ?? '',
          told.unitName,
          told.eventLabel,
          told.sourceLabel,
          told.goods,
          told.origin,
        ],
        ...[told.supplier ?? '', told.fundingLabel, told.channelLabel],
        ...[entry.fen / 100, entry.grams / 1000, entry.entries],
        entry.isAdjustment ? t('quotas:entries.adjustment') : '',
      ];
    },
  };
}
