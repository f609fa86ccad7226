import { z } from 'zod';
import type { Actor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { categoryTree } from '../catalog/category-tree.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { NotAllowed } from '../shared/errors.ts';
import { placeTree } from '../units/place-tree.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { loadBoard } from './board.ts';
import { boardRows, dimensionsFor } from './board-rows.ts';
import { entriesEndpoint } from './entry-api.ts';
import { listProgrammes, ownUnits, type Programme } from './programme-list.ts';
import { filterOf, findProgramme, placesBelow } from './quota-filter.ts';
import { programmeJson, progressAnswer, toProgrammeJson, toProgressJson, toRowJson } from './quota-json.ts';
import { seesWhole } from './quota-policy.ts';
import { programmeParams, programmesQuery, progressQuery } from './quota-schemas.ts';

export interface QuotaParts {
  db: PrismaClient;
  clock: Clock;
}

/** GET /programmes, /programmes/{id}/progress and /programmes/{id}/entries. */
export function quotaEndpoints(parts: QuotaParts): Endpoint[] {
  return [programmesEndpoint(parts), progressEndpoint(parts), entriesEndpoint(parts)];
}

const common = { method: 'get', tag: 'programmes', access: 'signed_in', scope: 'programmes' } as const;

function programmesEndpoint({ db, clock }: QuotaParts): Endpoint {
  return endpoint({
    ...common,
    path: '/programmes',
    summary: 'The programmes that one may see, running ones first',
    query: programmesQuery,
    response: z.object({ items: z.array(programmeJson), total: z.int(), nextCursor: z.null() }),
    handle: async ({ req, query }) => {
      const [programmes, places] = await Promise.all([listProgrammes(db, actorOf(req), dayOf(clock())), placeTree(db)]);
      const within = query.assistedPlace ? placesBelow(places, 'assistedPlace', query.assistedPlace) : null;
      const items = programmes
        .filter(({ assistedPlaceId }) => within?.includes(assistedPlaceId) ?? true)
        .map((programme) => toProgrammeJson(programme, places));
      return { items, total: items.length, nextCursor: null };
    },
  });
}

/**
 * Groups are for who sees the whole; an employee sees the unit's progress of today but neither a part of it nor a past day, whose
 * difference to another could be one colleague's purchase (rule 31).
 */
function mayAskBy(
  actor: Actor,
  programme: Programme,
  { by, at, originPlace }: z.output<typeof progressQuery>,
): boolean {
  if (seesWhole(actor, programme)) return true;
  if (by === 'group') return false;
  return (
    (by === 'unit' && at === undefined && originPlace === undefined) ||
    ownUnits(actor, ['approver', 'buyer']).length > 0
  );
}

function progressEndpoint({ db, clock }: QuotaParts): Endpoint {
  return endpoint({
    ...common,
    path: '/programmes/:id/progress',
    summary:
      'Targets, placed and counted by unit, group, village, category, funding, channel or month, exact at the moment',
    params: programmeParams,
    query: progressQuery,
    response: progressAnswer,
    handle: async ({ req, params, query }) => {
      const [actor, asOf] = [actorOf(req), clock()];
      const today = dayOf(asOf);
      const [programme, places, categories] = await Promise.all([
        findProgramme(db, actor, params.id, today),
        placeTree(db),
        categoryTree(db),
      ]);
      if (!mayAskBy(actor, programme, query)) throw new NotAllowed();
      const board = await loadBoard(db, {
        programme,
        filter: filterOf(actor, programme, { places, categories }, query),
        dimensions: dimensionsFor(query.by),
        today,
        at: query.at ?? null,
      });
      return {
        programme: toProgrammeJson(programme, places),
        by: query.by,
        at: query.at ?? today,
        asOf,
        total: toProgressJson(board, board.roll.whole()),
        rows: boardRows(board, query.by).map((row) => toRowJson(board, row)),
      };
    },
  });
}
