import { z } from 'zod';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { MAX_ORDER_FEN } from '../../shared/money.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { rulesInForce } from './approval-levels.ts';
import { MOST_BUDGET } from './approval-rule-form.ts';
import { findRuled, newestRule, payerTerms } from './approval-rule-queries.ts';
import { setApprovalRule } from './set-approval-rule.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const params = z.object({ code: z.string().min(1).max(64) });
const fundingSource = z.enum(['canteen_budget', 'union_funds']);
const threshold = z.int().min(0).max(MAX_ORDER_FEN);

const ruleBody = z.discriminatedUnion('reach', [
  z.strictObject({
    reach: z.literal('own'),
    fundingSource,
    thresholdFen: threshold,
    approverIds: z.array(z.int().min(1)).max(100).default([]),
    budgetFen: z.int().min(0).max(MOST_BUDGET).nullable(),
    overBudget: z.enum(['warns', 'refuses']),
    reason: z.string().trim().min(1).max(500),
    seenVersion: z.int().min(0).optional(),
  }),
  z.strictObject({
    reach: z.literal('below'),
    fundingSource,
    thresholdFen: threshold.nullable(),
    approverIds: z.array(z.int().min(1)).max(100).default([]),
    reason: z.string().trim().min(1).max(500),
    seenVersion: z.int().min(0).optional(),
  }),
]);

const rulesJson = z.object({
  unit: z.string(),
  items: z.array(
    z.object({
      fundingSource: z.string(),
      thresholdFen: z.int(),
      budgetFen: z.int().nullable(),
      overBudget: z.enum(['warns', 'refuses']),
      version: z.int(),
      /** who alone decides; none: any approver of the unit */
      approverIds: z.array(z.int()),
      /** what the unit demands of all below it */
      below: z.object({ version: z.int(), thresholdFen: z.int().nullable(), approverIds: z.array(z.int()) }).nullable(),
      /** what units above demand of it, the nearest first */
      above: z.array(z.object({ unit: z.string(), thresholdFen: z.int() })),
    }),
  ),
});

/** The rules by which a unit's purchases are approved. */
export function approvalRuleEndpoints(parts: Parts): Endpoint[] {
  const common = {
    tag: 'orders',
    access: 'signed_in',
    scope: 'orders',
    path: '/units/:code/approval-rules',
    params,
  } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      summary: 'By which rules a unit’s purchases are approved, for its approvers and those of the units above it',
      response: rulesJson,
      handle: ({ req, params: { code } }) => rulesOf(parts, req, code),
    }),
    endpoint({
      ...common,
      method: 'put',
      summary:
        'Sets the rule of a funding source, or what is demanded of all units below, as a new version with its reason',
      body: ruleBody,
      response: rulesJson,
      handle: async ({ req, params: { code }, body }) => {
        const unit = await ruled(parts, req, code);
        await setApprovalRule(parts.db, actorOf(req), { ...body, unitId: unit.id }, parts.clock());
        return rulesOf(parts, req, code);
      },
    }),
  ];
}

type Req = Parameters<typeof actorOf>[0];

function ruled({ db, clock }: Parts, req: Req, code: string) {
  requireRole(actorOf(req), 'approver');
  return findRuled(db, actorOf(req), code, dayOf(clock()));
}

async function rulesOf(parts: Parts, req: Req, code: string): Promise<z.infer<typeof rulesJson>> {
  const { db, clock } = parts;
  const today = dayOf(clock());
  const { id: unitId } = await ruled(parts, req, code);
  const [terms, rules] = await Promise.all([
    payerTerms(db, [unitId], Number(today.slice(0, 4))),
    rulesInForce(db, unitId, today),
  ]);
  const items = terms.map(async ({ fundingSource: source, thresholdFen, budgetFen, overBudget }) => {
    const [own, below] = await Promise.all(
      (['own', 'below'] as const).map((reach) => newestRule(db, { unitId, fundingSource: source, reach })),
    );
    return {
      ...{ fundingSource: source, thresholdFen, budgetFen, overBudget },
      ...{ version: own?.version ?? 0, approverIds: own?.approverIds ?? [] },
      below: below
        ? { version: below.version, thresholdFen: below.thresholdFen, approverIds: below.approverIds }
        : null,
      above: rules.flatMap((rule) =>
        rule.unitId === unitId || rule.fundingSource !== source || rule.thresholdFen === null
          ? []
          : [{ unit: rule.unitCode, thresholdFen: rule.thresholdFen }],
      ),
    };
  });
  return { unit: code, items: await Promise.all(items) };
}
