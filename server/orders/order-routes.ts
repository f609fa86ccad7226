import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import type { OrderState } from '../db/generated/enums.ts';
import { pathTo, patterns } from '../paths.ts';
import { countsOfOrder } from '../quotas/order-counts.ts';
import type { Clock } from '../shared/clock.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { approveOrder } from './approve-order.ts';
import { cancelOrder } from './cancel-order.ts';
import { presentListed, presentOrder } from './order-presenter.ts';
import { findOrder, listAwaitingApproval, listOrders } from './order-queries.ts';
import { cancellationBody, orderParams, reasonBody } from './order-schemas.ts';
import { rejectOrder } from './reject-order.ts';
import { repeatOrder } from './repeat-order.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;
const MOST_AWAITING = 200;

const tabs: Record<string, OrderState[] | null> = {
  all: null,
  waiting: ['awaiting_payment', 'awaiting_approval'],
  open: ['placed'],
  done: ['completed'],
  ended: ['cancelled', 'rejected', 'expired'],
};

/** Orders as their buyers and approvers see and decide them. */
export function orderRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.orders, async (req, res) => {
    const tab = typeof req.query.state === 'string' && req.query.state in tabs ? req.query.state : 'all';
    const before = decodeCursor(String(req.query.cursor ?? ''), 1)?.[0];
    const orders = await listOrders(db, actorOf(req), {
      states: tabs[tab] ?? null,
      beforeId: before ? Number(before) : null,
      take: PAGE,
    });
    const last = orders.length === PAGE ? orders.at(-1) : undefined;
    res.render('orders/list', {
      title: req.t('orders:list.title'),
      tabs: Object.keys(tabs).map((key) => ({
        label: req.t(`orders:tab.${key}`),
        href: pathTo('orders', { state: key === 'all' ? undefined : key }),
        current: key === tab,
      })),
      orders: orders.map((order) => presentListed(req, order)),
      nextHref: last
        ? pathTo('orders', { state: tab === 'all' ? undefined : tab, cursor: encodeCursor([last.id]) })
        : undefined,
    });
  });

  router.get(patterns.approvals, async (req, res) => {
    const actor = actorOf(req);
    const orders = await listAwaitingApproval(db, actor, MOST_AWAITING);
    res.render('orders/approvals', {
      layout: 'work',
      title: req.t('orders:approvals.title'),
      orders: orders.map((order) => ({
        ...presentListed(req, order),
        buyerName: order.buyer.name,
        own: order.buyer.id === actor.id,
        heldUntil: order.heldUntil?.toISOString(),
      })),
    });
  });

  router.get(patterns.order, async (req, res) => show(req, res, read(orderParams, req.params).id));

  router.post(patterns.orderApproval, (req, res) =>
    decide(req, res, 'orders:flash.approved', (id) => approveOrder(db, actorOf(req), id, clock())),
  );

  router.post(patterns.orderRejection, (req, res) =>
    decide(req, res, 'orders:flash.rejected', (id) =>
      rejectOrder(db, actorOf(req), id, read(reasonBody, req.body).reason, clock()),
    ),
  );

  router.post(patterns.orderCancellation, (req, res) =>
    decide(req, res, 'orders:flash.cancelled', (id) =>
      cancelOrder(db, actorOf(req), id, read(cancellationBody, req.body).reason, clock()),
    ),
  );

  router.post(patterns.orderRepeat, async (req, res) => {
    const unit = await repeatOrder(db, actorOf(req), read(orderParams, req.params).id);
    flash(req, 'success', req.t('orders:flash.repeated'));
    res.redirect(303, pathTo('cart', { unit }));
  });

  return router;

  async function show(req: Request, res: Response, id: number, refused?: unknown): Promise<void> {
    const actor = actorOf(req);
    const [order, counts] = await Promise.all([findOrder(db, actor, id), countsOfOrder(db, id)]);
    const { status, faults } = refused ? refusedForm(refused) : { status: 200, faults: [] };
    res.status(status).render('orders/show', {
      ...presentOrder(req, actor, order, counts),
      form: formView(req.t, ['reason'], req.body ?? {}, faults),
    });
  }

  async function decide(req: Request, res: Response, done: string, act: (id: number) => Promise<void>): Promise<void> {
    const { id } = read(orderParams, req.params);
    try {
      await act(id);
    } catch (error) {
      return show(req, res, id, error);
    }
    flash(req, 'success', req.t(done));
    res.redirect(303, pathTo('order', { id }));
  }
}
