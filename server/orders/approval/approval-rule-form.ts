import { z } from 'zod';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { type Fen, MAX_ORDER_FEN, parseYuan } from '../../shared/money.ts';
import { faultsOf } from '../../web/forms.ts';
import type { OwnRule, RuleBelow } from './set-approval-rule.ts';

export const RULE_FIELDS = ['threshold', 'approvers', 'budget', 'overBudget', 'reason', 'fundingSource'];
/** The most of a year's budget: ten billion yuan. */
export const MOST_BUDGET: Fen = 1_000_000_000_000;

export const ruleKey = z.object({
  fundingSource: z.enum(['canteen_budget', 'union_funds']),
  reach: z.enum(['own', 'below']),
});

const id = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'notAChoice')
  .transform(Number);
const amount = z.string().trim().max(24).default('');

const ruleForm = z.object({
  ...ruleKey.shape,
  threshold: amount,
  budget: amount,
  overBudget: z.enum(['warns', 'refuses']).default('warns'),
  approvers: z.preprocess((value) => (Array.isArray(value) ? value : value ? [value] : []), z.array(id).max(100)),
  reason: z.string().trim().min(1, 'required').max(500),
  seen: z.coerce.number().int().min(0).optional(),
  withdraw: z.string().optional(),
});

/** Reads the form of a unit's rule. Throws BadInput with every fault by its field. */
export function readRule(unitId: number, body: unknown): OwnRule | RuleBelow {
  const read = ruleForm.safeParse(body ?? {}, { reportInput: true });
  const faults: Fault[] = read.success ? [] : faultsOf(read.error);
  const typed = body as Record<string, unknown>;
  const isWithdrawn = typed.reach === 'below' && typed.withdraw !== undefined;
  const thresholdFen = isWithdrawn ? null : amountIn('threshold', typed.threshold, MAX_ORDER_FEN, faults);
  const hasBudget = typed.reach !== 'below' && String(typed.budget ?? '').trim() !== '';
  const budgetFen = hasBudget ? amountIn('budget', typed.budget, MOST_BUDGET, faults) : null;
  if (!read.success || faults.length > 0) throw new BadInput(faults);
  const { fundingSource, approvers: approverIds, reason, seen: seenVersion, overBudget } = read.data;
  const change = { unitId, fundingSource, approverIds, reason, seenVersion };
  if (read.data.reach === 'below') return { ...change, reach: 'below', thresholdFen };
  return { ...change, reach: 'own', thresholdFen: thresholdFen ?? 0, budgetFen, overBudget };
}

function amountIn(path: string, typed: unknown, most: Fen, faults: Fault[]): Fen | null {
  const text = String(typed ?? '').trim();
  if (text === '') return refused(faults, { path, code: 'required' });
  const fen = parseYuan(text);
  if (fen === null) return refused(faults, { path, code: 'notAnAmount' });
  return fen > most ? refused(faults, { path, code: 'tooBig', values: { maximum: most / 100 } }) : fen;
}

function refused(faults: Fault[], fault: Fault): null {
  faults.push(fault);
  return null;
}
