import { pathTo } from '../../paths.ts';
import type { Programme } from '../programme-list.ts';
import { type BoardQuery, type EntriesPageQuery, type KeptQuery, keptOf } from '../quota-schemas.ts';
import type { Board } from './board.ts';
import type { BoardRow, RowsBy } from './board-rows.ts';
import type { ListedUnit } from './progress-queries.ts';
import type { ScopedProgress } from './roll-up.ts';

/** What a figure is of, narrower than the page that it stands on. */
export type Narrower = Partial<Omit<EntriesPageQuery, 'cursor'>>;

type WithCode = Pick<Programme, 'code'>;

export function boardPath({ code }: WithCode, query: Partial<BoardQuery>): string {
  const { assistedPlace: _, ...rest } = query;
  return pathTo('board', { ...rest, programme: code });
}

/** A unit's page within the same filters; a group's is the board's alone. */
export function unitPath({ code }: WithCode, unit: Pick<ListedUnit, 'code'>, query: KeptQuery = {}): string {
  const { unitPlace: _, ...kept } = keptOf(query);
  return pathTo('boardUnit', { ...kept, programmeCode: code, unitCode: unit.code });
}

export function entriesPath({ code }: WithCode, query: Partial<EntriesPageQuery>): string {
  return pathTo('boardEntries', { ...query, programmeCode: code });
}

/** Where the entries are that a figure of a page with these filters adds up. */
export function drillFrom(programme: WithCode, query: KeptQuery, of: Narrower = {}) {
  return (narrower: Narrower): string => entriesPath(programme, { ...keptOf(query), ...of, ...narrower });
}

export type Drill = ReturnType<typeof drillFrom>;

/** A target's scope as a filter. */
export function scopeFilter({ categories, places }: Board, scope: ScopedProgress): Narrower {
  return {
    ...(scope.categoryId === null ? {} : { category: categories.byId.get(scope.categoryId)?.code }),
    ...(scope.placeId === null ? {} : { originPlace: places.byId.get(scope.placeId)?.code }),
    ...(scope.fundingSource === null ? {} : { funding: scope.fundingSource as Narrower['funding'] }),
  };
}

/**
 * A row as a filter. A category or origin of a row is itself alone: where the tree goes on below it, that is said, since the filter
 * alone would take everything below as well.
 */
export function rowFilter({ categories, places }: Board, row: Pick<BoardRow, 'key'>, by: RowsBy): Narrower {
  const { key } = row;
  const isBranch = (tree: Board['categories'] | Board['places']) => {
    const node = tree.byCode.get(key);
    return node !== undefined && tree.childrenOf(node.id).length > 0;
  };
  switch (by) {
    case 'unit':
      return { unit: key };
    case 'group':
      return { group: key };
    case 'county':
      return { county: key };
    case 'unit_place':
      return { unitPlace: key };
    case 'village':
      return { originPlace: key, only: isBranch(places) ? 'originPlace' : undefined };
    case 'category':
      return { category: key, only: isBranch(categories) ? 'category' : undefined };
    case 'funding':
      return { funding: key as Narrower['funding'] };
    case 'channel':
      return { channel: key as Narrower['channel'] };
    case 'month':
      return { month: key };
  }
}
