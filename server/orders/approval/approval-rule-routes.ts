import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import type { NamedUnit } from '../../units/units-below.ts';
import { unitsBelow } from '../../units/units-below.ts';
import { flash } from '../../web/flash.ts';
import { refusedForm } from '../../web/form-view.ts';
import { rulesInForce } from './approval-levels.ts';
import { readRule, ruleKey } from './approval-rule-form.ts';
import { presentRuledUnits, presentRulePage } from './approval-rule-presenter.ts';
import { findRuled, newestRule, payerTerms, ruleHistory, unitsRuledBy } from './approval-rule-queries.ts';
import { approversOf } from './order-approvals.ts';
import { setApprovalRule } from './set-approval-rule.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const VERSIONS_SHOWN = 30;

/** By which rules a unit's purchases are approved, set by its approvers and those of the units above it. */
export function approvalRuleRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.approvalRules, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'approver');
    const today = dayOf(clock());
    const units = await unitsRuledBy(db, actor, today);
    const [only] = units;
    if (only && units.length === 1) return res.redirect(303, pathTo('unitApprovalRules', { unitCode: only.code }));
    const terms = await payerTerms(
      db,
      units.map(({ id }) => id),
      Number(today.slice(0, 4)),
    );
    res.render('orders/approval-rules', { layout: 'work', ...presentRuledUnits(req, units, terms) });
  });

  router.get(patterns.unitApprovalRules, async (req, res) => show(req, res, await ruled(req), []));

  router.post(patterns.unitApprovalRules, async (req, res) => {
    const unit = await ruled(req);
    try {
      await setApprovalRule(db, actorOf(req), readRule(unit.id, req.body), clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), unit, faults);
    }
    flash(req, 'success', req.t('approvalRules:saved'));
    const { funding, reach } = keyIn(req);
    res.redirect(303, pathTo('unitApprovalRules', { unitCode: unit.code, funding, reach }));
  });

  return router;

  function ruled(req: Request): Promise<NamedUnit> {
    requireRole(actorOf(req), 'approver');
    return findRuled(db, actorOf(req), String(req.params.unitCode), dayOf(clock()));
  }

  async function show(req: Request, res: Response, unit: NamedUnit, faults: readonly Fault[]): Promise<void> {
    const today = dayOf(clock());
    const year = Number(today.slice(0, 4));
    const [terms, rules, below, approvers, history] = await Promise.all([
      payerTerms(db, [unit.id], year),
      rulesInForce(db, unit.id, today),
      unitsBelow(db, { unitIds: [unit.id] }, today),
      approversOf(db, [unit.id], today),
      ruleHistory(db, unit.id, VERSIONS_SHOWN),
    ]);
    const asked = keyIn(req);
    const fundingSource =
      terms.find((one) => one.fundingSource === asked.funding)?.fundingSource ?? terms[0]?.fundingSource;
    const reach = asked.reach === 'below' && below.length > 1 ? ('below' as const) : ('own' as const);
    const rule = fundingSource ? await newestRule(db, { unitId: unit.id, fundingSource, reach }) : null;
    const above = rules.filter((one) => one.unitId !== unit.id);
    const page = {
      unit,
      year,
      terms,
      above,
      countBelow: below.length - 1,
      approvers,
      history,
      fundingSource,
      reach,
      rule,
    };
    res.set('Cache-Control', 'no-store');
    res.render('orders/approval-rule', {
      layout: 'work',
      currentPath: pathTo('approvalRules'),
      ...presentRulePage(req, page, req.body ?? {}, faults),
    });
  }
}

/** Which rule the form is for: what was sent, else what the link says. */
function keyIn({ body, query }: Request): { funding?: string; reach?: string } {
  const sent = ruleKey.partial().safeParse({ fundingSource: query.funding, reach: query.reach, ...body });
  return sent.success ? { funding: sent.data.fundingSource, reach: sent.data.reach } : {};
}
