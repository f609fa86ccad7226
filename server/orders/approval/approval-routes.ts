import express, { type Request, type Router } from 'express';
import { z } from 'zod';
import { type Actor, requireRole, unitsApprovedFor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { flash } from '../../web/flash.ts';
import { read } from '../../web/forms.ts';
import { presentMoving } from '../delivery/delivery-text.ts';
import { movedDeliveries } from '../delivery/move-window.ts';
import { inReaderLanguage, type Reader } from '../order-labels.ts';
import { presentListed } from '../order-presenter.ts';
import { listAwaitingApproval } from '../order-queries.ts';
import { exportApprovals } from './approval-export.ts';
import { whyNotDecide } from './approval-policy.ts';
import { presentLevels, presentWhere } from './approval-presenter.ts';
import { approvalRuleRoutes } from './approval-rule-routes.ts';
import { approveSeveral } from './approve-several.ts';
import { type BudgetUse, budgetsOf } from './budget-queries.ts';
import { approvalsOf, type OrderApprovals } from './order-approvals.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const MOST_AWAITING = 200;
const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** One checked box comes as a text, several as a list, none not at all: "12", or "12:2" with the level at which it was seen. */
const severalBody = z.object({
  orders: z.preprocess(
    (value) => (Array.isArray(value) ? value : value ? [value] : []),
    z
      .array(
        z
          .string()
          .regex(/^[1-9]\d{0,8}(:[1-9]\d?)?$/)
          .transform((text) => {
            const [orderId = 0, level] = text.split(':').map(Number);
            return { orderId, level };
          }),
      )
      .max(MOST_AWAITING),
  ),
});

/** What waits for an approver, with the year's budgets beside it; what is not the actor's to decide says why (rule 26). */
export function approvalRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.use(approvalRuleRoutes({ db, clock }));
  router.get(patterns.approvals, async (req, res) => {
    const actor = approverOf(req);
    const [{ orders, rows }, budgets] = await Promise.all([
      waitingFor(req, actor),
      budgetsOf(db, unitsApprovedFor(actor), dayOf(clock())),
    ]);
    const waitingFen = (budget: BudgetUse) =>
      orders
        .filter((order) => order.unitId === budget.unitId && order.fundingSource === budget.fundingSource)
        .reduce((sum, order) => sum + order.totalFen, 0);
    res.render('orders/approvals', {
      layout: 'work',
      title: req.t('orders:approvals.title'),
      budgets: budgets.map((budget) => {
        const unit = actor.grants.find((grant) => grant.unitId === budget.unitId);
        return presentYear(req, budget, waitingFen(budget), unit?.unitName ?? '', unit?.unitNameEn ?? null);
      }),
      excelHref: orders.length > 0 ? pathTo('approvalsExcel') : undefined,
      mayApproveSeveral: rows.some(({ whyNot }) => whyNot === undefined),
      orders: rows,
    });
  });

  router.get(patterns.approvalsExcel, async (req, res) => {
    const { orders, rows } = await waitingFor(req, approverOf(req));
    const bytes = await exportApprovals(req, orders, rows);
    res
      .set('Cache-Control', 'no-store')
      .type(EXCEL)
      .attachment(`approvals-${dayOf(clock())}.xlsx`)
      .send(bytes);
  });

  router.post(patterns.approvals, async (req, res) => {
    const actor = approverOf(req);
    const { orders } = read(severalBody, req.body);
    const { approved, refused } = await approveSeveral(db, actor, orders, clock());
    if (orders.length === 0) flash(req, 'error', req.t('orders:approvals.noneChosen'));
    if (approved.length > 0)
      flash(req, 'success', req.t('orders:approvals.approvedSeveral', { count: approved.length }));
    for (const { orderId, refusal } of refused) {
      const reason = req.t(`faults:${refusal.code}`, refusal.values);
      flash(req, 'error', req.t('orders:approvals.notApproved', { id: orderId, reason }));
    }
    res.redirect(303, pathTo('approvals'));
  });

  return router;

  async function waitingFor(req: Request, actor: Actor) {
    const orders = await listAwaitingApproval(db, actor, MOST_AWAITING);
    const ids = orders.map(({ id }) => id);
    const [approvals, moved] = await Promise.all([
      approvalsOf(db, ids, dayOf(clock())),
      movedDeliveries(db, orders, clock()),
    ]);
    const rows = orders.map((order) => ({
      ...presentWaiting(req, actor, order, approvals.get(order.id)),
      moving: presentMoving(req, moved.get(order.id), order.state)?.short,
    }));
    return { orders, rows };
  }
}

function approverOf(req: Request): Actor {
  const actor = actorOf(req);
  requireRole(actor, 'approver');
  return actor;
}

type Waiting = Awaited<ReturnType<typeof listAwaitingApproval>>[number];

/** A row of the list: at which level the purchase waits, and why it is not the actor's to decide, if so. */
function presentWaiting(reader: Reader, actor: Actor, order: Waiting, approvals: OrderApprovals | undefined) {
  const why = approvals ? whyNotDecide(actor, approvals) : 'atOtherLevel';
  return {
    ...presentListed(reader, order),
    id: order.id,
    buyerName: order.buyer.name,
    heldUntil: order.heldUntil?.toISOString(),
    level: approvals?.waitsAt?.level ?? 1,
    waitsAt: approvals && presentLevels(reader, approvals),
    whyNot: why ? reader.t(`orders:approvals.whyNot.${why}`, presentWhere(reader, approvals)) : undefined,
  };
}

function presentYear(reader: Reader, budget: BudgetUse, waitingFen: number, name: string, nameEn: string | null) {
  const leftFen = budget.amountFen - budget.usedFen;
  return {
    unitName: inReaderLanguage(reader, name, nameEn),
    fundingLabel: reader.t(`common:funding.${budget.fundingSource}`),
    amountFen: budget.amountFen,
    usedFen: budget.usedFen,
    leftFen,
    waitingFen,
    over: waitingFen > leftFen,
  };
}
