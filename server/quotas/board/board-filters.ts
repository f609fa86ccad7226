import type { Channel, FundingSource } from '../../db/generated/enums.ts';
import type { Tree, TreeRow } from '../../shared/tree.ts';
import { placeName } from '../../units/place-tree.ts';
import type { Programme } from '../programme-list.ts';
import type { EntriesPageQuery, KeptQuery } from '../quota-schemas.ts';
import type { Board } from './board.ts';
import { nameOf, type Reader } from './board-presenter.ts';
import { countiesOf } from './counties.ts';

const FUNDING: readonly FundingSource[] = ['canteen_budget', 'union_funds', 'individual'];
const CHANNELS: readonly Channel[] = ['market', 'pavilion', 'unit_zone', 'theme', 'cabinet', 'offline', 'external'];

interface Choice {
  value: string;
  label: string;
}

type Filtered = Pick<Board, 'programme' | 'places' | 'categories'> & { byId: Board['byId'] };

/** The filters' fields, the chosen values set; what would offer a single choice is left out. The three places apart (rule 7). */
export function filterFields(reader: Reader, board: Filtered, query: KeptQuery) {
  const { t, locale } = reader;
  const { programme, places, categories, byId } = board;
  const all = { value: '', label: t('quotas:board.all') };
  const field = (name: keyof KeptQuery, choices: Choice[]) =>
    choices.length > 1 || query[name] !== undefined
      ? [{ name, value: query[name] ?? '', label: t(`board:filter.${name}`), choices: [all, ...choices] }]
      : [];
  const unitPlaces = new Set([...byId.values()].flatMap(({ placeId }) => (placeId === null ? [] : [placeId])));
  const county = places.pathOf(programme.assistedPlaceId)[0];
  return [
    ...field(
      'group',
      programme.participants.map((group) => ({ value: group.code, label: nameOf(reader, group) })),
    ),
    ...field(
      'county',
      countiesOf(programme, places).map(({ place }) => ({ value: place.code, label: nameOf(reader, place) })),
    ),
    ...field(
      'unitPlace',
      [...unitPlaces].flatMap((id) => {
        const place = places.byId.get(id);
        return place ? [{ value: place.code, label: placeName(places, id, locale, true) }] : [];
      }),
    ),
    ...field('originPlace', county ? asChoices(places, [county], (place) => nameOf(reader, place)) : []),
    ...field(
      'category',
      asChoices(categories, categories.roots, (category) => nameOf(reader, category)),
    ),
    ...field(
      'funding',
      FUNDING.map((value) => ({ value, label: t(`quotas:funding.${value}`) })),
    ),
    ...field(
      'channel',
      CHANNELS.map((value) => ({ value, label: t(`quotas:channel.${value}`) })),
    ),
  ];
}

const INDENT = '\u3000';

function asChoices<T extends TreeRow>(
  tree: Tree<T>,
  nodes: readonly T[],
  label: (node: T) => string,
  depth = 0,
): Choice[] {
  return nodes.flatMap((node) => [
    { value: node.code, label: INDENT.repeat(depth) + label(node) },
    ...asChoices(tree, tree.childrenOf(node.id), label, depth + 1),
  ]);
}

/** What is chosen now, in words, each with the address of the page without it. */
export function activeFilters(
  reader: Reader,
  board: Filtered,
  query: KeptQuery & Pick<EntriesPageQuery, 'unit' | 'month' | 'event' | 'only'>,
  without: (name: keyof EntriesPageQuery) => string,
) {
  const { t, locale } = reader;
  const { programme, places, categories } = board;
  const placeOf = (code: string) => {
    const place = places.byCode.get(code);
    return place ? placeName(places, place.id, locale, true) : code;
  };
  const named = (row: Pick<Programme, 'name' | 'nameEn'> | undefined, code: string) =>
    row ? nameOf(reader, row) : code;
  const words: Partial<Record<keyof EntriesPageQuery, (value: string) => string>> = {
    unit: (code) =>
      named(
        [...board.byId.values()].find((unit) => unit.code === code),
        code,
      ),
    group: (code) =>
      named(
        programme.participants.find((group) => group.code === code),
        code,
      ),
    county: placeOf,
    unitPlace: placeOf,
    originPlace: (code) => onlyThis(reader, placeOf(code), query.only === 'originPlace'),
    category: (code) => onlyThis(reader, named(categories.byCode.get(code), code), query.only === 'category'),
    funding: (value) => t(`quotas:funding.${value}`),
    channel: (value) => t(`quotas:channel.${value}`),
    month: (value) => value,
    event: (value) => t(`quotas:event.${value}`),
  };
  return Object.entries(words).flatMap(([key, inWords]) => {
    const name = key as keyof EntriesPageQuery;
    const value = query[name as keyof typeof query];
    return value ? [{ label: t(`board:filter.${name}`), text: inWords(value), removeHref: without(name) }] : [];
  });
}

function onlyThis({ t }: Reader, name: string, alone: boolean): string {
  return alone ? t('board:filter.onlyThis', { name }) : name;
}
