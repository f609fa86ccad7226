import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { isCreditCode } from '../../shared/credit-code.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { lockUnits, mustBeActive } from '../../units/lock-unit.ts';
import {
  detailsOf,
  lockPayer,
  mayNamePayer,
  maySeePayers,
  NORMAL_TERM_DAYS,
  type PayerDetails,
  type PayingSource,
  stampOf,
} from './payer-queries.ts';

export interface NamedPayer extends PayerDetails {
  unitId: number;
  fundingSource: PayingSource;
  /** what was seen of it; undefined: whatever it is */
  seen?: string | undefined;
}

/**
 * Says under which title, tax number and account a unit's funding source pays; invoices that are written from then on carry it. A
 * payer that the unit has not yet is made: it prepays until the operator agrees terms with it, and each of its purchases needs an
 * approval until its rule says otherwise. Refuses a stranger with 404, who may only see it with 403, a tax number whose check fails by
 * its field, an ended unit that has no such payer and what moved since it was seen with 409.
 */
export async function namePayer(db: PrismaClient, actor: Actor, wish: NamedPayer, at: Date): Promise<void> {
  if (!maySeePayers(actor, wish.unitId)) throw new NotFound();
  if (!mayNamePayer(actor, wish.unitId)) throw new NotAllowed();
  if (!isCreditCode(wish.taxNumber)) throw new RuleRefusal('badInput', [{ path: 'taxNumber', code: 'notACreditCode' }]);
  try {
    await inTransaction(db, (tx) => write(tx, actor, wish, at));
  } catch (error) {
    throw isDuplicate(error) ? new StateConflict('payerMoved') : error;
  }
}

async function write(tx: Tx, actor: Actor, wish: NamedPayer, at: Date): Promise<void> {
  const { unitId, fundingSource, seen, ...details } = wish;
  const payer = await lockPayer(tx, unitId, fundingSource);
  if (seen !== undefined && seen !== stampOf(payer)) throw new StateConflict('payerMoved');
  const fact = { at, actorId: actor.id, subjectType: 'payer', unitId, after: { ...details } };
  if (payer) {
    await tx.unitPayer.update({ where: { id: payer.id }, data: details, select: { id: true } });
    return audit(tx, { ...fact, action: 'payer.name', subjectId: payer.id, before: detailsOf(payer) });
  }
  mustBeActive((await lockUnits(tx, [unitId]))(unitId));
  const { id } = await tx.unitPayer.create({
    data: { unitId, fundingSource, ...details, termDays: NORMAL_TERM_DAYS, mustPrepay: true },
    select: { id: true },
  });
  await audit(tx, { ...fact, action: 'payer.open', subjectId: id, after: { ...details, fundingSource } });
}
