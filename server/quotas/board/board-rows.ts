import { groupBy } from '../../shared/group-by.ts';
import type { Board } from './board.ts';
import { countiesOf } from './counties.ts';
import { PROGRESS_STATES } from './progress.ts';
import type { Dimension, ListedUnit, Part } from './progress-queries.ts';
import { chainOf, type RowProgress } from './roll-up.ts';

export const ROWS_BY = [
  ...(['unit', 'group', 'county', 'unit_place'] as const),
  ...(['village', 'category', 'funding', 'channel', 'month'] as const),
] as const;
export type RowsBy = (typeof ROWS_BY)[number];

export const SORTS = ['attention', 'tree', 'share', 'target', 'counted'] as const;
export type Sort = (typeof SORTS)[number];

const DIMENSION_OF: Partial<Record<RowsBy, Dimension>> = {
  village: 'originPlaceId',
  category: 'categoryId',
  funding: 'fundingSource',
  channel: 'channel',
  month: 'month',
};

/** What entries must be summed by for such rows. */
export function dimensionsFor(by: RowsBy): Dimension[] {
  const dimension = DIMENSION_OF[by];
  return dimension ? [dimension] : [];
}

export interface BoardRow extends RowProgress {
  /** the code of what the row is about; a month as YYYY-MM */
  key: string;
  /** null: the key itself is a word of the messages, or a month */
  name: string | null;
  nameEn: string | null;
  unit: ListedUnit | null;
  /** how many units above it are on this board */
  depth: number;
}

/**
 * The rows of a board in their own order: units as a tree, groups and places as listed, months as they passed. Parts of what was bought
 * come from sums that were asked for by that dimension, the board's own unless others are given.
 */
export function boardRows(board: Board, by: RowsBy, sums: readonly Part[] = board.sums): BoardRow[] {
  if (by === 'unit') return unitRows(board);
  if (by === 'group')
    return board.programme.participants.map((group) => ({ ...headOf(group), ...board.roll.groups([group.id]) }));
  if (by === 'county')
    return countiesOf(board.programme, board.places).map(({ place, groupIds }) => ({
      ...headOf(place),
      ...board.roll.groups(groupIds),
    }));
  if (by === 'unit_place') return unitPlaceRows(board);
  const parts = groupBy(sums, partOf(by));
  return [...parts]
    .map(([part, same]) => ({ ...named(board, by, part), unit: null, depth: 0, ...board.roll.part(same) }))
    .sort((a, b) => (by === 'month' ? a.key.localeCompare(b.key) : b.placedFen - a.placedFen));
}

function unitRows(board: Board): BoardRow[] {
  const shown = new Set(board.units.map(({ id }) => id));
  const below = groupBy(board.units, ({ parentId }) => (parentId !== null && shown.has(parentId) ? parentId : null));
  const rows: BoardRow[] = [];
  const add = (unit: ListedUnit, depth: number) => {
    if (!shown.delete(unit.id)) return;
    const { code, name, nameEn } = unit;
    rows.push({ key: code, name, nameEn, unit, depth, ...board.roll.unit(unit) });
    for (const child of below.get(unit.id) ?? []) add(child, depth + 1);
  };
  for (const unit of below.get(null) ?? []) add(unit, 0);
  // Units in a circle have no root.
  for (const unit of board.units) add(unit, chainOf(unit, board.byId).length - 1);
  return rows;
}

function headOf({ code, name, nameEn }: Pick<ListedUnit, 'code' | 'name' | 'nameEn'>) {
  return { key: code, name, nameEn, unit: null, depth: 0 };
}

/** The units' own counties; those without any place are a row of their own, without a key. */
function unitPlaceRows(board: Board): BoardRow[] {
  const countyOf = ({ placeId }: ListedUnit) => (placeId === null ? undefined : board.places.pathOf(placeId)[0]);
  return [...groupBy(board.units, (unit) => countyOf(unit)?.id ?? null).values()].map((units) => ({
    ...headOf(countyOf(units[0] as ListedUnit) ?? { code: '', name: '', nameEn: '' }),
    ...board.roll.alone(units),
  }));
}

function partOf(by: RowsBy): (sum: Part) => string | number {
  return (sum) => {
    if (by === 'village') return sum.originPlaceId ?? 0;
    if (by === 'category') return sum.categoryId ?? 0;
    if (by === 'funding') return sum.fundingSource ?? '';
    if (by === 'channel') return sum.channel ?? '';
    return (sum.month ?? '').slice(0, 7);
  };
}

function named(
  { places, categories }: Board,
  by: RowsBy,
  part: string | number,
): Pick<BoardRow, 'key' | 'name' | 'nameEn'> {
  const node =
    by === 'village'
      ? places.byId.get(Number(part))
      : by === 'category'
        ? categories.byId.get(Number(part))
        : undefined;
  return node
    ? { key: node.code, name: node.name, nameEn: node.nameEn }
    : { key: String(part), name: null, nameEn: null };
}

/** Sorts rows; `attention` puts first who needs it most, and among them whoever lacks most to the calendar. */
export function sortRows(rows: readonly BoardRow[], sort: Sort): BoardRow[] {
  if (sort === 'tree') return [...rows];
  const sorted = [...rows];
  if (sort === 'share') return sorted.sort((a, b) => (a.share ?? Infinity) - (b.share ?? Infinity));
  if (sort === 'target') return sorted.sort((a, b) => (b.targetFen ?? -1) - (a.targetFen ?? -1));
  if (sort === 'counted') return sorted.sort((a, b) => b.countedFen - a.countedFen);
  const rank = (row: BoardRow) => PROGRESS_STATES.indexOf(row.state);
  const behind = (row: BoardRow) => (row.expectedShare ?? 0) - (row.share ?? 0);
  return sorted.sort((a, b) => rank(a) - rank(b) || behind(b) - behind(a) || b.placedFen - a.placedFen);
}
