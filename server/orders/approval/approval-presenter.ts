import { pathTo } from '../../paths.ts';
import { inReaderLanguage, type Reader } from '../order-labels.ts';
import type { DecisionBudget } from './budget-queries.ts';
import type { DecisionTask } from './decision-tasks.ts';
import type { OrderApprovals } from './order-approvals.ts';

/** At which of several levels a purchase waits, and whose turn it is; undefined: it needs one approval only, or waits for none. */
export function presentLevels(reader: Reader, approvals: OrderApprovals): string | undefined {
  const { levels, waitsAt } = approvals;
  if (levels.length < 2 || !waitsAt) return undefined;
  return reader.t('orders:approvals.level', {
    ...presentWhere(reader, approvals),
    level: waitsAt.level,
    of: levels.length,
  });
}

/** The unit whose turn it is. */
export function presentWhere(reader: Reader, approvals: OrderApprovals | undefined): { unit: string } {
  const waitsAt = approvals?.waitsAt;
  return { unit: waitsAt ? inReaderLanguage(reader, waitsAt.unitName, waitsAt.unitNameEn) : '' };
}

/** What the year's budget is left with when an order of so many fen is approved. */
export function presentBudget({ amountFen, usedFen, waitingFen, overBudget }: DecisionBudget, orderFen: number) {
  const leavesFen = amountFen - usedFen - orderFen;
  const over = leavesFen < 0;
  return {
    amountFen,
    usedFen,
    waitingFen,
    leavesFen: Math.abs(leavesFen),
    over,
    refuses: over && overBudget === 'refuses',
  };
}

/** A task of the unit beside the decision: its target, what is placed and counted, and what the purchase would add to placed. */
export function presentTask(reader: Reader, task: DecisionTask) {
  const { measure, target, placed, counted, adds } = task;
  const share = (value: number) => (target > 0 ? Math.min(100, Math.floor((value / target) * 100)) : 0);
  return {
    name: inReaderLanguage(reader, task.programmeName, task.programmeNameEn),
    href: pathTo('boardUnit', { programmeCode: task.programmeCode, unitCode: task.unitCode }),
    isWeight: measure === 'grams',
    ...{ target, placed, counted, adds },
    placedPercent: share(placed),
    afterPercent: share(placed + adds),
    missing: Math.max(0, target - placed - adds),
  };
}
