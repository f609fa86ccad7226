import type { Request, RequestHandler, Response } from 'express';
import type { Actor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { categoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { loadHelped } from '../bulletins/bulletin-helped.ts';
import { listProgrammes, ownUnits, type Programme } from '../programme-list.ts';
import { filterOf } from '../quota-filter.ts';
import { type Purchases, purchasesOf, seesUnit, seesWhole } from '../quota-policy.ts';
import { type UnitPageQuery, unitPageQuery } from '../quota-schemas.ts';
import { type Board, loadBoard } from './board.ts';
import { boardPath } from './board-links.ts';
import { nameOf } from './board-presenter.ts';
import { loadEntries, ownContribution } from './entry-queries.ts';
import { type ListedUnit, loadTargetChanges } from './progress-queries.ts';
import { presentUnitPage } from './unit-presenter.ts';
import { loadWaiting } from './waiting-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const ENTRIES_SHOWN = 8;

/**
 * A unit's own page: progress, targets with their versions, what waits, where it came from, who is below it, and the newest entries.
 * Refuses whoever may not see the unit with 404. An employee sees the unit's progress of today and the own purchases: neither parts nor
 * past days, since of two days or of one part the difference could be a single colleague's purchase (rule 31).
 */
export function showUnit({ db, clock }: Parts): RequestHandler {
  return async (req, res) => {
    const actor = actorOf(req);
    const asOf = clock();
    const today = dayOf(asOf);
    const programmes = await listProgrammes(db, actor, today);
    const programme = programmes.find(({ code }) => code === req.params.programmeCode);
    if (!programme) throw new NotFound();
    const found = await findUnitBoard(db, actor, programme, req, today).catch((error: unknown) => {
      if (error instanceof NotFound && seesWhole(actor, programme)) return null;
      throw error;
    });
    if (!found) return leadToBoard(db, programme, req, res);
    const { board, unit, purchases, query } = found;
    const answersFor = new Set(ownUnits(actor, ['approver', 'buyer']));
    const mine = ownUnits(actor).includes(unit.id);
    const isOwn = purchases === 'own';
    const [changes, entries, own, waiting, helped] = await Promise.all([
      loadTargetChanges(db, programme.id, unit.id),
      loadEntries(db, { ...board.summed, buyerId: isOwn ? actor.id : undefined, limit: ENTRIES_SHOWN }, !isOwn),
      mine ? ownContribution(db, programme.id, actor.id, unit.id, query.at ?? null) : null,
      isOwn || isNarrowed(query) ? null : loadWaiting(db, { ...board.summed, programme }),
      isOwn || isNarrowed(query) ? null : loadHelped(db, board, today),
    ]);
    const isWhole = seesWhole(actor, programme);
    const page = {
      ...found,
      programmes,
      at: query.at ?? today,
      asOf,
      changes,
      entries,
      own,
      waiting,
      helped: helped?.total ?? null,
      isWhole,
      answersFor,
    };
    res.set('Cache-Control', 'no-store');
    res.render('quotas/unit', await presentUnitPage(req, page));
  };
}

/** A unit that was not in the tree in the programme's time has no page in it: whoever came from another year is told so on the board. */
async function leadToBoard(db: PrismaClient, programme: Programme, req: Request, res: Response): Promise<void> {
  const unit = await db.unit.findUnique({ where: { code: String(req.params.unitCode) } });
  if (!unit) throw new NotFound();
  const names = { unit: nameOf(req, unit), programme: nameOf(req, programme) };
  flash(req, 'info', req.t('quotas:unit.notInProgramme', names));
  res.redirect(303, boardPath(programme, {}));
}

/** Of a past day, or of a part, nobody knows what waits or was helped to sell. */
function isNarrowed({ at, originPlace, category, funding, channel }: UnitPageQuery): boolean {
  return [at, originPlace, category, funding, channel].some((value) => value !== undefined);
}

interface FoundUnit {
  board: Board;
  unit: ListedUnit;
  purchases: Purchases;
  query: UnitPageQuery;
}

/** The unit's board within what was asked for; for whoever may only see the unit's progress, of today and of everything. */
async function findUnitBoard(
  db: PrismaClient,
  actor: Actor,
  programme: Programme,
  req: Request,
  today: Day,
): Promise<FoundUnit> {
  const isWhole = seesWhole(actor, programme);
  const asked = unitPageQuery.parse(req.query);
  const [places, categories] = await Promise.all([placeTree(db), categoryTree(db)]);
  const load = async (query: UnitPageQuery): Promise<FoundUnit> => {
    const narrowed = { ...query, fundingSource: query.funding, unitPlace: undefined };
    const board = await loadBoard(db, {
      programme,
      filter: {
        ...filterOf(actor, programme, { places, categories }, narrowed),
        units: (byId) => [findUnit(actor, programme, byId, req).id],
      },
      dimensions: ['month', 'categoryId', 'originPlaceId', 'fundingSource', 'channel'],
      today,
      at: query.at ?? null,
    });
    const unit = findUnit(actor, programme, board.byId, req);
    return { board, unit, purchases: purchasesOf(actor, programme, unit, board.byId), query };
  };
  const mayAsk = isWhole || ownUnits(actor, ['approver', 'buyer']).length > 0;
  const found = await load(mayAsk ? asked : {});
  const isTooMuch =
    found.purchases === 'own' && !isWhole && Object.values(found.query).some((value) => value !== undefined);
  return isTooMuch ? load({}) : found;
}

function findUnit(actor: Actor, programme: Programme, byId: ReadonlyMap<number, ListedUnit>, req: Request): ListedUnit {
  const unit = [...byId.values()].find(({ code }) => code === req.params.unitCode);
  if (!unit || !seesUnit(actor, programme, unit, byId)) throw new NotFound();
  return unit;
}
