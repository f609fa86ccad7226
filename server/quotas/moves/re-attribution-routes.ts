import express, { type Request, type Response, type Router } from 'express';
import type { Actor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { decodeCursor } from '../../shared/pagination.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { decideReAttribution } from './decide-re-attribution.ts';
import { mayDecideMoves, mayRequestMove, unitScopeOf } from './re-attribution-policy.ts';
import { presentMove, presentMoves, presentNewMove } from './re-attribution-presenter.ts';
import { findPurchase, type PurchaseKey, purchaseOf } from './re-attribution-purchase.ts';
import { countOpenMoves, findMove, listMoves, standingOf } from './re-attribution-queries.ts';
import { approvalForm, moveForm, movesPageQuery, purchaseQuery, refusalForm } from './re-attribution-schemas.ts';
import { requestReAttribution } from './request-re-attribution.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 30;

/** Purchases counted for the wrong unit: asked for by the unit or the organizer, decided by another organizer (rule 6). */
export function reAttributionRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  const scopeOf = (actor: Actor) => unitScopeOf(db, actor, dayOf(clock()));

  router.get(patterns.reAttributions, async (req, res) => {
    const scope = await scopeOf(actorOf(req));
    const { state, cursor } = read(movesPageQuery, req.query);
    const beforeId = Number(decodeCursor(cursor, 1)?.[0] ?? 0) || undefined;
    const [found, open] = await Promise.all([
      listMoves(db, scope, { state, beforeId, limit: PER_PAGE + 1 }),
      countOpenMoves(db, scope),
    ]);
    const rows = found.slice(0, PER_PAGE);
    const nextId = found.length > PER_PAGE ? rows.at(-1)?.id : undefined;
    res.set('Cache-Control', 'no-store');
    res.render('quotas/moves', { layout: 'work', ...presentMoves(req, { state, rows, nextId, open }) });
  });

  router.get(patterns.newReAttribution, async (req, res) => {
    await showNew(req, res, await keyIn(read(purchaseQuery, req.query)), { values: {} });
  });

  router.post(patterns.reAttributions, async (req, res) => {
    const purchase = await keyIn(read(purchaseQuery, req.body));
    let id: number;
    try {
      const { toUnit, reason } = read(moveForm, req.body);
      id = await requestReAttribution(db, actorOf(req), { purchase, toUnit, reason, at: clock() });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const form = formView(req.t, ['toUnit', 'reason'], req.body ?? {}, faults);
      return showNew(req, res.status(status), purchase, form);
    }
    flash(req, 'success', req.t('moves:done.requested'));
    res.redirect(303, pathTo('reAttribution', { id }));
  });

  router.get(patterns.reAttribution, (req, res) => show(req, res, { values: {} }));

  router.post(patterns.reAttributionApproval, (req, res) =>
    decide(req, res, 'approved', () => ({ approve: true, note: read(approvalForm, req.body).note || null })),
  );
  router.post(patterns.reAttributionRefusal, (req, res) =>
    decide(req, res, 'refused', () => ({ approve: false, note: read(refusalForm, req.body).refusalReason })),
  );
  return router;

  /** The purchase that a query or form names; a line of an offline purchase stands for the whole. */
  async function keyIn({
    order,
    offline,
    offlineLine,
    external,
  }: Record<string, number | undefined>): Promise<PurchaseKey> {
    if (order) return { kind: 'order', id: order };
    if (offline) return { kind: 'offline', id: offline };
    if (external) return { kind: 'external', id: external };
    const line = await db.offlineLine.findUnique({ where: { id: offlineLine ?? 0 }, select: { purchaseId: true } });
    if (!line) throw new NotFound();
    return { kind: 'offline', id: line.purchaseId };
  }

  async function showNew(req: Request, res: Response, key: PurchaseKey, form: FormView): Promise<void> {
    const actor = actorOf(req);
    const [purchase, scope] = await Promise.all([findPurchase(db, key), scopeOf(actor)]);
    if (!mayRequestMove(scope, purchase)) throw new NotFound();
    const [unit, units, sums] = await Promise.all([
      db.unit.findUniqueOrThrow({ where: { id: purchase.unitId }, select: { name: true, nameEn: true } }),
      db.unit.findMany({
        where: { state: 'active', id: { not: purchase.unitId } },
        select: { code: true, name: true, nameEn: true },
        orderBy: { name: 'asc' },
      }),
      standingOf(db, purchase),
    ]);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/new-move', {
      layout: 'work',
      currentPage: patterns.reAttributions,
      ...presentNewMove(req, { purchase, unit, units, sums, form }),
    });
  }

  async function decide(
    req: Request,
    res: Response,
    done: string,
    decision: () => { approve: boolean; note: string | null },
  ): Promise<void> {
    const id = idIn(req.params.id);
    try {
      await decideReAttribution(db, actorOf(req), { id, ...decision(), at: clock() });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), formView(req.t, ['note', 'refusalReason'], req.body ?? {}, faults));
    }
    flash(req, 'success', req.t(`moves:done.${done}`));
    res.redirect(303, pathTo('reAttribution', { id }));
  }

  async function show(req: Request, res: Response, form: FormView): Promise<void> {
    const actor = actorOf(req);
    const scope = await scopeOf(actor);
    const move = await findMove(db, scope, idIn(req.params.id));
    if (!move) throw new NotFound();
    const sums = move.state === 'requested' ? await standingOf(db, purchaseOf(move)) : [];
    const isAnswered = move.fundingSource !== 'individual' && scope.answered.has(move.fromUnitId);
    const seesOrder =
      scope.isOperator || isAnswered || (move.fundingSource === 'individual' && move.requestedById === actor.id);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/move', {
      layout: 'work',
      currentPage: patterns.reAttributions,
      ...presentMove(req, { move, sums, actorId: actor.id, mayDecide: mayDecideMoves(scope, move), seesOrder, form }),
    });
  }
}
