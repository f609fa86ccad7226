import type { Actor } from '../../accounts/actor.ts';
import type { CategoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { TallyEvent } from '../../db/generated/enums.ts';
import type { Day } from '../../shared/days.ts';
import { idsBelow, type Tree, type TreeRow } from '../../shared/tree.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import { ownUnits, type Programme } from '../programme-list.ts';
import { type AskedFilter, filterOf } from '../quota-filter.ts';
import { guestGroups, purchasesOf, seesWhole } from '../quota-policy.ts';
import { within } from './board.ts';
import type { EntryFilter } from './entry-queries.ts';
import { type ListedUnit, loadUnits } from './progress-queries.ts';

export interface AskedEntries extends AskedFilter {
  /** YYYY-MM */
  month?: string;
  event?: TallyEvent;
  at?: Day;
  /** the category or origin itself, without what lies below it */
  only?: 'category' | 'originPlace';
}

interface Asked {
  db: PrismaClient;
  actor: Actor;
  programme: Programme;
  places: PlaceTree;
  categories: CategoryTree;
  asked: AskedEntries;
  today: Day;
}

/**
 * The entries that were asked for, within what the actor may read: whoever organizes only a group of somebody else's programme reads
 * that group's, an employee the own ones (rule 31). Refuses as filterOf does. Also says which units the programme has.
 */
export async function findEntryFilter({ db, actor, programme, places, categories, asked, today }: Asked) {
  const filter = filterOf(actor, programme, { places, categories }, asked);
  const units = await loadUnits(db, programme.id, within(programme, asked.at ?? today), null);
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const { originPlaceId, categoryId } = filter;
  const found: EntryFilter = {
    programmeId: programme.id,
    until: asked.at ?? null,
    groupId: filter.groupId,
    countyGroupIds: filter.countyGroupIds,
    unitIds: filter.units?.(byId),
    unitPlaceIds: filter.unitPlaceId === undefined ? undefined : idsBelow(places, filter.unitPlaceId),
    originPlaceIds: idsIn(places, originPlaceId, asked.only === 'originPlace'),
    categoryIds: idsIn(categories, categoryId, asked.only === 'category'),
    fundingSource: filter.fundingSource,
    channel: filter.channel,
    event: asked.event,
    month: asked.month && `${asked.month}-01`,
    ...limitsOf(actor, programme, asked.unit, byId),
  };
  return { filter: found, byId };
}

function idsIn<T extends TreeRow>(tree: Tree<T>, id: number | undefined, alone: boolean): number[] | undefined {
  return id === undefined ? undefined : alone ? [id] : idsBelow(tree, id);
}

function limitsOf(
  actor: Actor,
  programme: Programme,
  unitCode: string | undefined,
  byId: ReadonlyMap<number, ListedUnit>,
): Pick<EntryFilter, 'groupIds' | 'buyerId' | 'unitIds'> {
  if (seesWhole(actor, programme)) {
    const groups = guestGroups(actor, programme);
    return groups === null ? {} : { groupIds: groups.map(({ id }) => id) };
  }
  const unit = [...byId.values()].find(({ code }) => code === unitCode);
  if (unit) return purchasesOf(actor, programme, unit, byId) === 'own' ? { buyerId: actor.id } : {};
  const answeredFor = ownUnits(actor, ['approver', 'buyer']);
  return answeredFor.length > 0 ? { unitIds: answeredFor } : { buyerId: actor.id };
}
