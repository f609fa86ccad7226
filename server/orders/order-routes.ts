import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import { nameForm } from '../cart/list-form.ts';
import { tellPut } from '../cart/tell-put.ts';
import type { PrismaClient } from '../db/client.ts';
import type { OrderState } from '../db/generated/enums.ts';
import { pathTo, patterns } from '../paths.ts';
import { countsOfOrder } from '../quotas/tally/order-counts.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { approvalRoutes } from './approval/approval-routes.ts';
import { approveOrder } from './approval/approve-order.ts';
import { budgetAtDecision } from './approval/budget-queries.ts';
import { tasksAtDecision } from './approval/decision-tasks.ts';
import { approvalsOf } from './approval/order-approvals.ts';
import { rejectOrder, returnOrder } from './approval/reject-order.ts';
import { cancelOrder } from './cancel-order.ts';
import { canteenRoutes } from './delivery/canteen-routes.ts';
import { movedDeliveries } from './delivery/move-window.ts';
import { holidaysFrom } from './holidays.ts';
import { moneyBackOf } from './money-back.ts';
import { comingDay } from './order-labels.ts';
import { approvesAnyLevel } from './order-policy.ts';
import { presentListed, presentOrder } from './order-presenter.ts';
import { findOrder, listOrders } from './order-queries.ts';
import { cancellationBody, decisionBody, reasonBody } from './order-schemas.ts';
import { refundsOfOrder } from './refund-queries.ts';
import { listOfOrder, repeatOrder } from './repeat-order.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;

const tabs: Record<string, OrderState[] | null> = {
  all: null,
  waiting: ['awaiting_payment', 'awaiting_approval', 'awaiting_pool'],
  open: ['placed'],
  done: ['completed'],
  ended: ['cancelled', 'rejected', 'expired'],
};

/** Orders as their buyers and approvers see and decide them. */
export function orderRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.use(approvalRoutes({ db, clock }));
  router.use(canteenRoutes({ db, clock }));

  router.get(patterns.orders, async (req, res) => {
    const tab = typeof req.query.state === 'string' && Object.hasOwn(tabs, req.query.state) ? req.query.state : 'all';
    const state = tab === 'all' ? undefined : tab;
    const key = decodeCursor(typeof req.query.cursor === 'string' ? req.query.cursor : undefined, 1)?.[0];
    const beforeId = Number(key) || null;
    const found = await listOrders(db, actorOf(req), { states: tabs[tab] ?? null, beforeId, take: PAGE + 1 });
    const orders = found.slice(0, PAGE);
    const last = found.length > PAGE ? orders.at(-1) : undefined;
    res.set('Cache-Control', 'no-store');
    res.render('orders/list', {
      title: req.t('orders:list.title'),
      tabs: Object.keys(tabs).map((name) => ({
        label: req.t(`orders:tab.${name}`),
        href: pathTo('orders', { state: name === 'all' ? undefined : name }),
        current: name === tab,
      })),
      orders: orders.map((order) => presentListed(req, order)),
      filtered: state !== undefined,
      prevHref: beforeId ? pathTo('orders', { state }) : undefined,
      nextHref: last && pathTo('orders', { state, cursor: encodeCursor([last.id]) }),
    });
  });

  router.get(patterns.order, async (req, res) => show(req, res, idIn(req.params.id)));

  router.post(patterns.orderApproval, (req, res) =>
    decide(req, res, 'orders:flash.approved', (id) => approveOrder(db, actorOf(req), id, clock())),
  );

  router.post(patterns.orderRejection, (req, res) =>
    decide(req, res, 'orders:flash.rejected', (id) =>
      rejectOrder(db, actorOf(req), id, read(reasonBody, req.body).reason, clock(), levelIn(req)),
    ),
  );

  router.post(patterns.orderReturning, (req, res) =>
    decide(req, res, 'orders:flash.returned', (id) =>
      returnOrder(db, actorOf(req), id, read(reasonBody, req.body).reason, clock(), levelIn(req)),
    ),
  );

  router.post(patterns.orderCancellation, (req, res) =>
    decide(req, res, 'orders:flash.cancelled', (id) =>
      cancelOrder(db, actorOf(req), id, read(cancellationBody, req.body).reason, clock()),
    ),
  );

  router.post(patterns.orderRepeat, async (req, res) => {
    const { unit, result } = await repeatOrder(db, actorOf(req), idIn(req.params.id), clock());
    tellPut(req, result);
    res.redirect(303, unit ? pathTo('cart', { unit }) : pathTo('cart', { own: 1 }));
  });

  router.post(patterns.orderList, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      const { name } = read(nameForm, req.body);
      const listId = await listOfOrder(db, actorOf(req), id, name, clock());
      flash(req, 'success', req.t('lists:flash.created', { name }));
      res.redirect(303, pathTo('purchaseList', { id: listId }));
    } catch (error) {
      await show(req, res, id, error);
    }
  });

  return router;

  async function show(req: Request, res: Response, id: number, refused?: unknown): Promise<void> {
    const actor = actorOf(req);
    const now = clock();
    const [order, counts, moneyBack, refunds, holidays] = await Promise.all([
      findOrder(db, actor, id),
      countsOfOrder(db, id),
      moneyBackOf(db, id),
      refundsOfOrder(db, id),
      holidaysFrom(db, dayOf(now)),
    ]);
    const today = dayOf(now);
    const approvals = order.approvals.length > 0 ? (await approvalsOf(db, [id], today)).get(id) : undefined;
    const decides = order.state === 'awaiting_approval' && approvesAnyLevel(actor, order);
    const [budget, tasks] = decides
      ? await Promise.all([budgetAtDecision(db, order, today), tasksAtDecision(db, actor, order, today)])
      : [null, []];
    const mayMove = order.placedAt ? comingDay(order) !== undefined && order.state === 'placed' : !order.closedAt;
    const moved = mayMove ? (await movedDeliveries(db, [order], now)).get(id) : undefined;
    const { status, faults } = refused ? refusedForm(refused) : { status: 200, faults: [] };
    res.set('Cache-Control', 'no-store');
    res.status(status).render('orders/show', {
      ...presentOrder(req, actor, {
        order,
        counts,
        moneyBack,
        refunds,
        approvals,
        budget,
        tasks,
        moved,
        now,
        holidays,
      }),
      currentPath: pathTo('order', { id }),
      form: formView(req.t, ['reason', 'name'], req.body ?? {}, faults),
    });
  }

  async function decide(req: Request, res: Response, done: string, act: (id: number) => Promise<void>): Promise<void> {
    const id = idIn(req.params.id);
    try {
      await act(id);
    } catch (error) {
      return show(req, res, id, error);
    }
    flash(req, 'success', req.t(done));
    res.redirect(303, pathTo('order', { id }));
  }
}

/** The level that was shown when the decision was pressed. */
function levelIn({ body }: Request): number | undefined {
  return read(decisionBody, body).level;
}
