import type { Actor } from '../accounts/actor.ts';
import type { CategoryTree } from '../catalog/category-tree.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Channel, FundingSource } from '../db/generated/enums.ts';
import type { Day } from '../shared/days.ts';
import { BadInput, NotAllowed, NotFound } from '../shared/errors.ts';
import { idsBelow, type Tree, type TreeRow } from '../shared/tree.ts';
import type { PlaceTree } from '../units/place-tree.ts';
import type { BoardFilter } from './board/board.ts';
import { countiesOf } from './board/counties.ts';
import { listProgrammes, ownUnits, type Programme } from './programme-list.ts';
import { purchasesOf, seesUnit, seesWhole } from './quota-policy.ts';
import { isId } from './quota-schemas.ts';

/** A programme by id or code. Throws NotFound also for one that is not the actor's to see. */
export async function findProgramme(db: PrismaClient, actor: Actor, idOrCode: string, today: Day): Promise<Programme> {
  const programmes = await listProgrammes(db, actor, today);
  const found = programmes.find(({ id, code }) => (isId(idOrCode) ? id === Number(idOrCode) : code === idOrCode));
  if (!found) throw new NotFound();
  return found;
}

export interface AskedFilter {
  unit?: string;
  group?: string;
  /** the county of the groups' assisted places */
  county?: string;
  assistedPlace?: string;
  unitPlace?: string;
  originPlace?: string;
  category?: string;
  fundingSource?: FundingSource;
  channel?: Channel;
}

export interface Trees {
  places: PlaceTree;
  categories: CategoryTree;
}

/**
 * What was asked for, within what the actor may see: without a unit, a unit's people see their own. Refuses another unit with 404, a
 * group or county to whoever does not see the whole with 403, a code that no place or category has with 400.
 */
export function filterOf(
  actor: Actor,
  programme: Programme,
  { places, categories }: Trees,
  asked: AskedFilter,
): BoardFilter {
  const whole = seesWhole(actor, programme);
  if ((asked.group || asked.county) && !whole) throw new NotAllowed();
  const group = programme.participants.find(({ code }) => code === asked.group);
  if (asked.group && !group) throw new NotFound();
  const elsewhere =
    asked.assistedPlace !== undefined &&
    !placesBelow(places, 'assistedPlace', asked.assistedPlace).includes(programme.assistedPlaceId);
  return {
    groupId: group?.id,
    countyGroupIds: asked.county ? groupsOf(programme, places, asked.county) : undefined,
    unitPlaceId: asked.unitPlace ? idOf(places, 'unitPlace', asked.unitPlace) : undefined,
    originPlaceId: asked.originPlace ? idOf(places, 'originPlace', asked.originPlace) : undefined,
    categoryId: asked.category ? idOf(categories, 'category', asked.category) : undefined,
    fundingSource: asked.fundingSource,
    channel: asked.channel,
    units: (byId) => {
      if (elsewhere) return [];
      if (asked.unit === undefined) return whole ? undefined : ownUnits(actor);
      const unit = [...byId.values()].find(({ code }) => code === asked.unit);
      if (!unit || !seesUnit(actor, programme, unit, byId)) throw new NotFound();
      return [unit.id];
    },
  };
}

/**
 * A filter of parts or of a past day for a unit's people: of the unit that is asked for when they answer for it (403 otherwise), without
 * one of those that they answer for (rule 31).
 */
export function ofAnswered(
  actor: Actor,
  programme: Programme,
  filter: BoardFilter,
  { unit: asked }: AskedFilter,
): BoardFilter {
  const answered = ownUnits(actor, ['approver', 'buyer']);
  if (asked === undefined && answered.length === 0) throw new NotAllowed();
  return {
    ...filter,
    units: (byId) => {
      const found = filter.units?.(byId) ?? [];
      const seen = (id: number) => {
        const unit = byId.get(id);
        return unit !== undefined && purchasesOf(actor, programme, unit, byId) !== 'own';
      };
      if (asked !== undefined && !found.every(seen)) throw new NotAllowed();
      return asked === undefined ? found.filter((id) => answered.includes(id)) : found;
    },
  };
}

/** A programme's groups that assist a county or a place in it; none where all assist others. */
function groupsOf(programme: Programme, places: PlaceTree, code: string): number[] {
  const id = idOf(places, 'county', code);
  return countiesOf(programme, places).find(({ place }) => place.id === id)?.groupIds ?? [];
}

/** The id behind a code; refuses a code that the tree does not know with 400. */
function idOf<T extends TreeRow>(tree: Tree<T>, path: string, code: string): number {
  const node = tree.byCode.get(code);
  if (!node) throw new BadInput([{ path, code: 'notAChoice' }]);
  return node.id;
}

export function placesBelow(places: PlaceTree, path: string, code: string): number[] {
  return idsBelow(places, idOf(places, path, code));
}
