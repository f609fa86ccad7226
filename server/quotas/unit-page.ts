import type { Request, RequestHandler } from 'express';
import type { Actor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { CategoryTree } from '../catalog/category-tree.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { decodeCursor } from '../shared/pagination.ts';
import { idsBelow } from '../shared/tree.ts';
import { type Board, loadBoard } from './board.ts';
import { type EntryWish, loadEntries, ownContribution } from './entry-queries.ts';
import { listProgrammes, ownUnits, type Programme } from './programme-list.ts';
import { type ListedUnit, loadTargetChanges } from './progress-queries.ts';
import { type Purchases, purchasesOf, seesUnit, seesWhole } from './quota-policy.ts';
import { type UnitPageQuery, unitPageQuery } from './quota-schemas.ts';
import { presentUnitPage } from './unit-presenter.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const ENTRIES_SHOWN = 25;

/**
 * A unit's own page: progress, targets with their versions, where it came from, who is below it, and the tally lines. Refuses whoever
 * may not see the unit with 404; an employee sees the unit's progress and the own purchases alone (rule 31).
 */
export function showUnit({ db, clock }: Parts): RequestHandler {
  return async (req, res) => {
    const actor = actorOf(req);
    const asOf = clock();
    const today = dayOf(asOf);
    const query = unitPageQuery.parse(req.query);
    const programmes = await listProgrammes(db, actor, today);
    const programme = programmes.find(({ code }) => code === req.params.programmeCode);
    if (!programme) throw new NotFound();
    const board = await loadBoard(db, {
      programme,
      filter: { units: (byId) => [findUnit(actor, programme, byId, req).id] },
      dimensions: ['month', 'categoryId', 'fundingSource'],
      today,
      at: query.at ?? null,
    });
    const unit = findUnit(actor, programme, board.byId, req);
    const purchases = purchasesOf(actor, programme, unit, board.byId);
    const mine = ownUnits(actor).includes(unit.id);
    const [changes, entries, own] = await Promise.all([
      loadTargetChanges(db, programme.id, unit.id),
      loadEntries(db, entriesWish(actor, board, unit, purchases, query), purchases === 'units_and_sums'),
      mine ? ownContribution(db, programme.id, actor.id, unit.id, query.at ?? null) : null,
    ]);
    const isWhole = seesWhole(actor, programme);
    const linksOrders = ownUnits(actor, ['approver', 'buyer']).includes(unit.id) || purchases === 'own';
    const page = { board, unit, programmes, query, at: query.at ?? today, asOf, changes, entries, own, purchases };
    res.set('Cache-Control', 'no-store');
    res.render('quotas/unit', presentUnitPage(req, { ...page, isWhole, linksOrders }));
  };
}

function findUnit(actor: Actor, programme: Programme, byId: ReadonlyMap<number, ListedUnit>, req: Request): ListedUnit {
  const unit = [...byId.values()].find(({ code }) => code === req.params.unitCode);
  if (!unit || !seesUnit(actor, programme, unit, byId)) throw new NotFound();
  return unit;
}

function entriesWish(
  actor: Actor,
  { programme, categories }: Board,
  unit: ListedUnit,
  purchases: Purchases,
  query: UnitPageQuery,
): EntryWish {
  return {
    programmeId: programme.id,
    unitIds: [unit.id],
    buyerId: purchases === 'own' ? actor.id : undefined,
    categoryIds: query.category === undefined ? undefined : idsOf(categories, query.category),
    fundingSource: query.funding,
    event: query.event,
    month: query.month === undefined ? undefined : `${query.month}-01`,
    until: query.at,
    beforeId: Number(decodeCursor(query.cursor, 1)?.[0] ?? 0) || undefined,
    limit: ENTRIES_SHOWN,
  };
}

function idsOf(categories: CategoryTree, code: string): number[] {
  const category = categories.byCode.get(code);
  if (!category) throw new NotFound();
  return idsBelow(categories, category.id);
}
