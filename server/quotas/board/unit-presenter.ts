import { pathTo } from '../../paths.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';
import type { Programme } from '../programme-list.ts';
import type { Purchases } from '../quota-policy.ts';
import type { UnitPageQuery } from '../quota-schemas.ts';
import type { Board } from './board.ts';
import { activeFilters } from './board-filters.ts';
import { boardPath, drillFrom, unitPath } from './board-links.ts';
import { presentCalendar, presentPart } from './board-overview.ts';
import {
  exemptText,
  nameOf,
  presentProgramme,
  presentProgress,
  presentTarget,
  type Reader,
  rowName,
} from './board-presenter.ts';
import { boardRows, sortRows } from './board-rows.ts';
import { presentEntries } from './entry-presenter.ts';
import type { EntryPage } from './entry-queries.ts';
import type { Amounts, ListedUnit, TargetChange } from './progress-queries.ts';
import { groupIdsOf } from './roll-up.ts';
import { presentGap } from './unit-gap.ts';
import type { Waiting } from './waiting-queries.ts';

export interface UnitPage {
  board: Board;
  unit: ListedUnit;
  programmes: readonly Programme[];
  query: UnitPageQuery;
  at: Day;
  asOf: Date;
  changes: readonly TargetChange[];
  entries: EntryPage;
  /** what the reader added as an employee of the unit; null: the reader is none */
  own: Amounts | null;
  /** what is placed and not counted; null: not the reader's to see, or of a past day */
  waiting: readonly Waiting[] | null;
  /** what the unit and those below helped to sell, never part of what they bought (rule 16); null: as `waiting` */
  helped: { fen: number; grams: number } | null;
  purchases: Purchases;
  /** the reader sees the whole programme, and so the board above this page */
  isWhole: boolean;
  /** the units whose orders the reader may open */
  answersFor: ReadonlySet<number>;
}

/** What views/quotas/unit.hbs shows of a unit, within what its reader may see (rule 31). */
export async function presentUnitPage(reader: Reader, page: UnitPage) {
  const { t } = reader;
  const { board, unit, query, isWhole, at } = page;
  const { programme } = board;
  const progress = board.roll.unit(unit);
  const seesParts = page.purchases === 'units_and_sums';
  const parent = unit.parentId === null ? undefined : board.byId.get(unit.parentId);
  const groups = programme.participants.filter(({ id }) => groupIdsOf(unit, board.byId).has(id));
  const drill = drillFrom(programme, query, { unit: unit.code });
  const total = presentProgress(reader, board, progress, seesParts ? drill : undefined);
  return {
    title: `${nameOf(reader, unit)} · ${t('quotas:board.title')}`,
    layout: 'work',
    currentPage: '/board',
    breadcrumbs: isWhole
      ? [{ label: t('quotas:board.title'), href: boardPath(programme, query) }, { label: nameOf(reader, unit) }]
      : undefined,
    programme: presentProgramme(reader, programme),
    programmes: page.programmes.map((one) => ({
      label: nameOf(reader, one),
      href: unitPath(one, unit, { at: query.at }),
      current: one.id === programme.id,
    })),
    unit: {
      code: unit.code,
      name: nameOf(reader, unit),
      parentName: parent && nameOf(reader, parent),
      parentHref: parent && isWhole ? unitPath(programme, parent, query) : undefined,
      groups: groups.map((group) => nameOf(reader, group)),
      dual: unit.groupIds.length > 1,
      exemptReason: exemptText(reader, unit, progress.state),
      hasBelow: board.roll.below(unit).length > 0,
    },
    at,
    asOf: page.asOf.toISOString(),
    isPast: query.at !== undefined,
    pickedDay: query.at,
    formPath: pathTo('boardUnit', { programmeCode: programme.code, unitCode: unit.code }),
    hidden: Object.entries({ ...query, at: undefined }).flatMap(([name, value]) => (value ? [{ name, value }] : [])),
    active: activeFilters(reader, board, { ...query, unitPlace: undefined }, (name) =>
      unitPath(programme, unit, { ...query, [name]: undefined }),
    ),
    clearHref: unitPath(programme, unit, { at: query.at }),
    total,
    gap: presentGap(reader, page, progress),
    targets: presentTargets(reader, page, seesParts ? drill : undefined),
    helped: page.helped?.fen ? page.helped : undefined,
    seesParts,
    ...(seesParts ? await presentParts(reader, page, progress, drill) : {}),
    own: page.own && { ...page.own, href: drill({}) },
    entries: {
      isOwn: page.purchases === 'own',
      rows: presentEntries(reader, { ...board, isOwn: !seesParts, answersFor: page.answersFor }, page.entries.entries),
      allHref: drill({}),
      hasMore: page.entries.nextId !== null,
    },
  };
}

/** The unit's targets as judged (with those below it), each with the versions of its own value. */
function presentTargets(
  reader: Reader,
  { board, unit, changes, at, query }: UnitPage,
  drill: ReturnType<typeof drillFrom> | undefined,
) {
  const own = board.targets.filter(({ unitId }) => unitId === unit.id);
  const versions = groupBy(changes, ({ targetId }) => targetId);
  return board.roll.unit(unit).targets.map((target) => {
    const mine = own.find(({ scopeKey, measure }) => scopeKey === target.scopeKey && measure === target.measure);
    const known = (mine && versions.get(mine.id)) ?? [];
    return {
      ...presentTarget(reader, board, target, drill),
      ownValue: mine && mine.value !== target.value ? mine.value : undefined,
      versions: known
        .filter((change) => query.at === undefined || dayOf(change.at) <= at)
        .map((change) => ({ ...change, at: change.at.toISOString() })),
    };
  });
}

/** The charts, where it came from, and who is below, for whoever may see more than the progress. */
async function presentParts(
  reader: Reader,
  page: UnitPage,
  progress: ReturnType<Board['roll']['unit']>,
  drill: ReturnType<typeof drillFrom>,
) {
  const { board, unit, query, at } = page;
  const sums = board.roll.sumsOf(unit);
  const counting = progress.headline ? board.roll.counting(progress.headline, sums) : sums;
  return {
    ...(await presentCalendar(reader, board, { progress, at, counting, drill })),
    parts: (['category', 'village', 'funding', 'channel'] as const).map((by) =>
      presentPart(reader, board, by, board.sums, query, unit.code),
    ),
    below: presentBelow(reader, page),
  };
}

function presentBelow(reader: Reader, { board, unit, query }: UnitPage) {
  const below = new Set(board.roll.below(unit).map(({ id }) => id));
  const rows = boardRows(board, 'unit').filter((row) => row.unit && below.has(row.unit.id));
  return sortRows(rows, 'attention').map((row) => ({
    ...presentProgress(reader, board, row, drillFrom(board.programme, query, { unit: row.key })),
    name: rowName(reader, row, 'unit'),
    href: row.unit ? unitPath(board.programme, row.unit, query) : undefined,
    exemptReason: row.unit && exemptText(reader, row.unit, row.state),
  }));
}
