import { z } from 'zod';
import { type Actor, hasRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { type CategoryTree, categoryTree } from '../catalog/category-tree.ts';
import type { PrismaClient } from '../db/client.ts';
import { type Day, dayOf } from '../shared/days.ts';
import { BadInput } from '../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { idsBelow } from '../shared/tree.ts';
import { type PlaceTree, placeTree } from '../units/place-tree.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { csvLine } from './csv.ts';
import { type EntryWish, loadEntries } from './entry-queries.ts';
import { organizedGroups, ownUnits, type Programme } from './programme-list.ts';
import { type ListedUnit, loadUnits } from './progress-queries.ts';
import type { QuotaParts } from './quota-api.ts';
import { filterOf, findProgramme, placesBelow } from './quota-filter.ts';
import { entryJson, toEntryJson } from './quota-json.ts';
import { purchasesOf, seesWhole } from './quota-policy.ts';
import { entriesQuery, programmeParams } from './quota-schemas.ts';

type Query = z.output<typeof entriesQuery>;

const CSV_PAGE = 500;
const COLUMNS = [
  ...['event', 'source', 'onDay', 'placedOn', 'orderId', 'lineId', 'unit', 'unitName', 'fundingSource', 'category'],
  ...['originPlace', 'supplier', 'channel', 'fen', 'grams', 'isAdjustment', 'entries'],
] as const;

/** The lines behind a figure, by cursor or all as CSV; of individuals sums without buyer and order, but one's own in full (rule 31). */
export function entriesEndpoint({ db, clock }: QuotaParts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/programmes/:id/entries',
    summary: 'The tally lines behind a figure, newest first; individuals’ as sums; `format=csv` gives all',
    tag: 'programmes',
    access: 'signed_in',
    scope: 'programmes',
    params: programmeParams,
    query: entriesQuery,
    response: z.object({ items: z.array(entryJson), nextCursor: z.string().nullable() }),
    handle: async ({ req, params, query }) => {
      const actor = actorOf(req);
      const today = dayOf(clock());
      const [programme, places, categories] = await Promise.all([
        findProgramme(db, actor, params.id, today),
        placeTree(db),
        categoryTree(db),
      ]);
      const wish = await wishOf({ db, actor, programme, places, categories, query, today });
      const read = async (beforeId: number | undefined, limit: number) => {
        const page = await loadEntries(db, { ...wish, beforeId, limit }, wish.buyerId === undefined);
        return { items: page.entries.map((entry) => toEntryJson({ places, categories }, entry)), next: page.nextId };
      };
      const beforeId = Number(decodeCursor(query.cursor, 1)?.[0] ?? 0) || undefined;
      if (query.format === 'json') {
        const { items, next } = await read(beforeId, query.limit);
        return { items, nextCursor: next === null ? null : encodeCursor([next]) };
      }
      const { res } = req;
      res?.type('text/csv').attachment(`${programme.code}-entries.csv`);
      // The mark lets Excel read the file as UTF-8.
      res?.write(`\uFEFF${csvLine(COLUMNS)}`);
      for (let next: number | null | undefined = beforeId; next !== null; ) {
        const page = await read(next, CSV_PAGE);
        for (const item of page.items) {
          const flat = { ...item, unit: item.unit.code, unitName: item.unit.name };
          res?.write(csvLine(COLUMNS.map((column) => flat[column])));
        }
        next = page.next;
      }
      res?.end();
      return undefined;
    },
  });
}

interface Asked {
  db: PrismaClient;
  actor: Actor;
  programme: Programme;
  places: PlaceTree;
  categories: CategoryTree;
  query: Query;
  today: Day;
}

async function wishOf({
  db,
  actor,
  programme,
  places,
  categories,
  query,
  today,
}: Asked): Promise<Omit<EntryWish, 'limit'>> {
  const filter = filterOf(actor, programme, places, query);
  const units = await loadUnits(db, programme.id, today, null);
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const category = query.category ? categories.byCode.get(query.category) : undefined;
  if (query.category && !category) throw new BadInput([{ path: 'category', code: 'notAChoice' }]);
  return {
    programmeId: programme.id,
    groupId: filter.groupId,
    unitIds: filter.units?.(byId),
    unitPlaceIds: query.unitPlace ? placesBelow(places, 'unitPlace', query.unitPlace) : undefined,
    originPlaceIds: query.originPlace ? placesBelow(places, 'originPlace', query.originPlace) : undefined,
    categoryIds: category ? idsBelow(categories, category.id) : undefined,
    fundingSource: query.fundingSource,
    event: query.event,
    channel: query.channel,
    month: query.month ? `${query.month}-01` : undefined,
    until: query.at,
    ...limitsOf(actor, programme, query.unit, byId),
  };
}

/** Organizers of a group in somebody else's programme read their groups' lines; who is only an employee of a unit reads the own. */
function limitsOf(
  actor: Actor,
  programme: Programme,
  unitCode: string | undefined,
  byId: ReadonlyMap<number, ListedUnit>,
): Pick<EntryWish, 'groupIds' | 'buyerId' | 'unitIds'> {
  if (seesWhole(actor, programme)) {
    const groups = organizedGroups(actor);
    const isOwner = hasRole(actor, 'operator') || (programme.groupId !== null && groups.includes(programme.groupId));
    return isOwner ? {} : { groupIds: groups };
  }
  const unit = [...byId.values()].find(({ code }) => code === unitCode);
  if (unit) return purchasesOf(actor, programme, unit, byId) === 'own' ? { buyerId: actor.id } : {};
  const answeredFor = ownUnits(actor, ['approver', 'buyer']);
  return answeredFor.length > 0 ? { unitIds: answeredFor } : { buyerId: actor.id };
}
