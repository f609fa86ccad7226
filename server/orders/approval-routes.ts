import express, { type Router } from 'express';
import { z } from 'zod';
import { requireRole, unitsApprovedFor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { flash } from '../web/flash.ts';
import { read } from '../web/forms.ts';
import { approveSeveral } from './approve-several.ts';
import { type BudgetUse, budgetsOf } from './budget-queries.ts';
import { inReaderLanguage, type Reader } from './order-labels.ts';
import { presentListed } from './order-presenter.ts';
import { listAwaitingApproval } from './order-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const MOST_AWAITING = 200;

/** One checked box comes as a text, several as a list, none not at all. */
const severalBody = z.object({
  orders: z.preprocess(
    (value) => (Array.isArray(value) ? value : value ? [value] : []),
    z.array(z.coerce.number().int().positive().max(2_147_483_647)).max(MOST_AWAITING),
  ),
});

/** What waits for an approver, with the year's budgets beside it; own purchases are shown as not decidable (rule 26). */
export function approvalRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.get(patterns.approvals, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'approver');
    const [orders, budgets] = await Promise.all([
      listAwaitingApproval(db, actor, MOST_AWAITING),
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
        return presentBudget(req, budget, waitingFen(budget), unit?.unitName ?? '', unit?.unitNameEn ?? null);
      }),
      mayApproveSeveral: orders.some((order) => order.buyer.id !== actor.id && order.amends?.buyerId !== actor.id),
      orders: orders.map((order) => ({
        ...presentListed(req, order),
        buyerName: order.buyer.name,
        own: order.buyer.id === actor.id || order.amends?.buyerId === actor.id,
        id: order.id,
        heldUntil: order.heldUntil?.toISOString(),
      })),
    });
  });

  router.post(patterns.approvals, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'approver');
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
}

function presentBudget(reader: Reader, budget: BudgetUse, waitingFen: number, name: string, nameEn: string | null) {
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
