import express, { type Router } from 'express';
import { requireRole, unitsApprovedFor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { type BudgetUse, budgetsOf } from './budget-queries.ts';
import { inReaderLanguage, type Reader } from './order-labels.ts';
import { presentListed } from './order-presenter.ts';
import { listAwaitingApproval } from './order-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const MOST_AWAITING = 200;

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
      orders: orders.map((order) => ({
        ...presentListed(req, order),
        buyerName: order.buyer.name,
        own: order.buyer.id === actor.id,
        heldUntil: order.heldUntil?.toISOString(),
      })),
    });
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
