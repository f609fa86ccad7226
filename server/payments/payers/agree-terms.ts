import { type Actor, hasRole } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { UnitPayer } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { overdueOf } from '../overdue.ts';
import {
  lockPayer,
  MOST_TERM_DAYS,
  maySeePayers,
  type PayerTerms,
  type PayingSource,
  stampOf,
  termsOf,
} from './payer-queries.ts';

export interface AgreedPayerTerms extends PayerTerms {
  unitId: number;
  fundingSource: PayingSource;
  reason: string;
  /** what was seen of it; undefined: whatever it is */
  seen?: string | undefined;
}

/**
 * The operator agrees credit limit, term and prepaying with a unit's payer (rule 27). Under the payer's lock, so that an order on account
 * is measured either before or by the new limit; what is owed above a lowered one stays owed and only keeps further orders away. The
 * term holds for deliveries from then on. Who need not prepay any more does as long as a statement is overdue. Refuses everybody else
 * with 404 or 403, a term beyond 60 days and a limit of nothing by field, 409 what moved since it was seen.
 */
export async function agreeTerms(db: PrismaClient, actor: Actor, wish: AgreedPayerTerms, at: Date): Promise<void> {
  if (!maySeePayers(actor, wish.unitId)) throw new NotFound();
  if (!hasRole(actor, 'operator')) throw new NotAllowed();
  if (wish.termDays < 1 || wish.termDays > MOST_TERM_DAYS)
    throw new RuleRefusal('badInput', [{ path: 'termDays', code: 'termTooLong', values: { most: MOST_TERM_DAYS } }]);
  if (wish.creditLimitFen !== null && wish.creditLimitFen <= 0)
    throw new RuleRefusal('badInput', [{ path: 'creditLimit', code: 'zeroCredit' }]);
  await inTransaction(db, async (tx) => {
    const payer = await lockPayer(tx, wish.unitId, wish.fundingSource);
    if (wish.seen !== undefined && wish.seen !== stampOf(payer)) throw new StateConflict('payerMoved');
    if (!payer) throw new NotFound('noSuchPayer');
    const { creditLimitFen, termDays, mustPrepay, reason } = wish;
    await tx.unitPayer.update({
      where: { id: payer.id },
      data: { creditLimitFen: creditLimitFen ?? 0, termDays, ...(await prepaying(tx, payer, mustPrepay, at)) },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'payer.terms', subjectType: 'payer', subjectId: payer.id },
      ...{
        unitId: payer.unitId,
        reason,
        before: { ...termsOf(payer) },
        after: { creditLimitFen, termDays, mustPrepay },
      },
    });
  });
}

async function prepaying(tx: Tx, payer: UnitPayer, byAgreement: boolean, at: Date) {
  if (byAgreement) return { mustPrepay: true, prepaysForOverdue: false };
  const isOverdue = payer.mustPrepay && (await overdueOf(tx, payer.id, at)).length > 0;
  return { mustPrepay: isOverdue, prepaysForOverdue: isOverdue };
}
