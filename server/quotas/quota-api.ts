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
import { type BoardFilter, loadBoard } from './board/board.ts';
import { boardRows, dimensionsFor } from './board/board-rows.ts';
import { entriesEndpoint } from './board/entry-api.ts';
import { listProgrammes, type Programme } from './programme-list.ts';
import { filterOf, findProgramme, ofAnswered, placesBelow, type Trees } from './quota-filter.ts';
import { programmeJson, progressAnswer, toProgrammeJson, toProgressJson, toRowJson } from './quota-json.ts';
import { seesWhole } from './quota-policy.ts';
import { type ProgressQuery, programmeParams, programmesQuery, progressQuery } from './quota-schemas.ts';

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
 * What was asked for, within what the actor may see. Groups and counties are for who sees the whole; parts and past days for who answers
 * for the unit, since an employee could tell one colleague's purchase by the difference of two (rule 31). Refuses both with 403.
 */
function progressFilter(actor: Actor, programme: Programme, trees: Trees, query: ProgressQuery): BoardFilter {
  const filter = filterOf(actor, programme, trees, query);
  if (seesWhole(actor, programme)) return filter;
  if (query.by === 'group' || query.by === 'county') throw new NotAllowed();
  const { by, at, originPlace, category, fundingSource, channel } = query;
  const isWhole =
    by === 'unit' && [at, originPlace, category, fundingSource, channel].every((one) => one === undefined);
  return isWhole ? filter : ofAnswered(actor, programme, filter, query);
}

function progressEndpoint({ db, clock }: QuotaParts): Endpoint {
  return endpoint({
    ...common,
    path: '/programmes/:id/progress',
    summary:
      'Targets, placed and counted by unit, group, county, units’ place, village, category, funding, channel or month, exact at the moment',
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
      const board = await loadBoard(db, {
        programme,
        filter: progressFilter(actor, programme, { places, categories }, query),
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
