import express, { type Request, type RequestHandler, type Router } from 'express';
import { hasRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { categoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import { patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { NotAllowed, NotFound } from '../../shared/errors.ts';
import { type PlaceTree, placeTree } from '../../units/place-tree.ts';
import { loadHelped } from '../bulletins/bulletin-helped.ts';
import { listProgrammes, ownUnits, type Programme } from '../programme-list.ts';
import { filterOf, placesBelow } from '../quota-filter.ts';
import { guestGroups, seesWhole } from '../quota-policy.ts';
import { type BoardQuery, boardQuery } from '../quota-schemas.ts';
import { type Board, loadBoard } from './board.ts';
import { exportBoard } from './board-export.ts';
import { unitPath } from './board-links.ts';
import { type BoardPage, presentBoard } from './board-page.ts';
import { type BoardRow, boardRows } from './board-rows.ts';
import { countiesOf } from './counties.ts';
import { sendEntriesCsv, sendEntriesExcel, showEntries } from './entry-page.ts';
import { loadParts, loadSums } from './progress-queries.ts';
import { showUnit } from './unit-page.ts';

export interface BoardParts {
  db: PrismaClient;
  clock: Clock;
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The organizer's board, the entries behind its figures, both as Excel, and a unit's own page. */
export function boardRoutes(parts: BoardParts): Router {
  const router = express.Router();
  router.use(patterns.board, (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  router.get(patterns.boardExport, sendExport(parts));
  router.get(patterns.board, showBoard(parts));
  router.get(patterns.boardUnit, showUnit(parts));
  router.get(patterns.boardEntries, showEntries(parts));
  router.get(patterns.boardEntriesCsv, sendEntriesCsv(parts));
  router.get(patterns.boardEntriesExcel, sendEntriesExcel(parts));
  return router;
}

function showBoard(parts: BoardParts): RequestHandler {
  return async (req, res) => {
    const found = await findBoard(parts, req);
    if (found === null)
      return res.render('quotas/none', { title: req.t('quotas:none.title'), layout: 'work', currentPage: '/board' });
    if (typeof found === 'string') return res.redirect(303, found);
    res.render('quotas/board', await presentBoard(req, found));
  };
}

function sendExport(parts: BoardParts): RequestHandler {
  return async (req, res) => {
    const found = await findBoard(parts, req);
    if (found === null || typeof found === 'string') throw new NotAllowed();
    const file = await exportBoard(req, found);
    res.type(XLSX).attachment(`${found.board.programme.code}-${found.at}.xlsx`).send(file);
  };
}

/**
 * The board that was asked for; of whoever does not see a whole programme, the address of the own unit's page instead; null where
 * there is no programme for them. Refuses people without any unit or group with 403, an unknown programme or group with 404.
 */
async function findBoard({ db, clock }: BoardParts, req: Request): Promise<BoardPage | string | null> {
  const actor = actorOf(req);
  const asOf = clock();
  const today = dayOf(asOf);
  const query = boardQuery.parse(req.query);
  const [programmes, places, categories] = await Promise.all([
    listProgrammes(db, actor, today),
    placeTree(db),
    categoryTree(db),
  ]);
  const whole = programmes.filter((one) => seesWhole(actor, one));
  const programme = choose(whole.length > 0 ? whole : programmes, programmes, places, query);
  if (programme && seesWhole(actor, programme)) {
    const by = query.by ?? 'unit';
    const board = await loadBoard(db, {
      programme,
      filter: filterOf(
        actor,
        programme,
        { places, categories },
        { ...query, fundingSource: query.funding, assistedPlace: undefined },
      ),
      dimensions: ['month'],
      today,
      at: query.at ?? null,
    });
    const { headline } = board.roll.whole();
    const isScoped = headline !== null && headline.scopeKey !== 'all';
    const [parts, now, helped] = await Promise.all([
      loadParts(db, {
        ...board.summed,
        dimensions: [
          'categoryId',
          'originPlaceId',
          'fundingSource',
          'channel',
          ...(isScoped ? (['month'] as const) : []),
        ],
      }),
      query.at === undefined ? null : loadSums(db, { ...board.summed, until: null, dimensions: [] }),
      isOfToday(query) ? loadHelped(db, board, today) : null,
    ]);
    const unitRows = boardRows(board, 'unit');
    const rows = by === 'unit' ? unitRows : boardRows(board, by, by === 'month' ? board.sums : parts);
    return {
      board,
      programmes,
      rows: rows.filter((row) => isAsked(board, row, query)),
      unitRows,
      parts,
      months: isScoped ? board.roll.counting(headline, parts) : board.sums,
      now,
      helped: helped?.total ?? null,
      guest: guestGroups(actor, programme),
      query,
      at: query.at ?? today,
      asOf,
    };
  }
  const [unitId] = ownUnits(actor);
  if (unitId === undefined && !hasRole(actor, 'organizer') && !hasRole(actor, 'operator')) throw new NotAllowed();
  const code = actor.grants.find((grant) => grant.unitId === unitId)?.unitCode;
  return programme && code ? unitPath(programme, { code }, query) : null;
}

/** Of groups and counties only those that were chosen: others would show what they share with these. */
function isAsked({ programme, places }: Board, { key }: BoardRow, { by, group, county }: BoardQuery): boolean {
  if (by === 'county') return county === undefined || key === county;
  if (by !== 'group') return true;
  const ids = countiesOf(programme, places).find(({ place }) => place.code === county)?.groupIds;
  const isInCounty =
    ids === undefined || programme.participants.some(({ id, code }) => code === key && ids.includes(id));
  return (group === undefined || key === group) && isInCounty;
}

/** What was helped to sell has neither category nor funding source, and is told of today. */
function isOfToday({ at, category, originPlace, funding, channel }: BoardQuery): boolean {
  return [at, category, originPlace, funding, channel].every((value) => value === undefined);
}

/** The programme of that code, else the first of the assisted place that was asked for, else the first. */
function choose(
  first: readonly Programme[],
  all: readonly Programme[],
  places: PlaceTree,
  { programme: code, assistedPlace }: BoardQuery,
): Programme | undefined {
  if (code === undefined && assistedPlace !== undefined) {
    const within = placesBelow(places, 'assistedPlace', assistedPlace);
    return first.find(({ assistedPlaceId }) => within.includes(assistedPlaceId)) ?? first[0];
  }
  if (code === undefined) return first[0];
  const found = all.find((programme) => programme.code === code);
  if (!found) throw new NotFound();
  return found;
}
