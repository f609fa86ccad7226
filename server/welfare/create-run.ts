import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import type { PaymentWay } from '../db/generated/enums.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type Day, dayOf, dayToColumn } from '../shared/days.ts';
import { NotFound, RuleRefusal } from '../shared/errors.ts';
import type { Fen } from '../shared/money.ts';
import { mayRun } from './lock-run.ts';

export interface NewRun {
  unitId: number;
  name: string;
  perHeadFen: Fen;
  /** the last day of choosing */
  chooseUntil: Day;
  addressId: number;
  paymentWay: PaymentWay;
  pickup: string | null;
}

/** Begins a unit's welfare run as a draft (rule 29). Refuses with 404 who does not buy for the unit; a day that is over. Returns its id. */
export async function createRun(db: PrismaClient, actor: Actor, run: NewRun, at: Date): Promise<number> {
  if (!mayRun(actor, run.unitId)) throw new NotFound();
  const { addressId, chooseUntil, ...rest } = run;
  if (chooseUntil < dayOf(at)) throw new RuleRefusal('dayIsOver', [{ path: 'chooseUntil', code: 'dayIsOver' }]);
  return inTransaction(db, async (tx) => {
    const address = await tx.address.findFirst({ where: { id: addressId, unitId: run.unitId, deletedAt: null } });
    if (!address) throw new RuleRefusal('badInput', [{ path: 'addressId', code: 'required' }]);
    const { recipient, phone, region, detail } = address;
    const { id } = await tx.welfareRun.create({
      data: {
        ...{ ...rest, chooseUntil: dayToColumn(chooseUntil), createdById: actor.id },
        ...{ recipient, phone, region, address: detail },
      },
      select: { id: true },
    });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.create',
        subjectType: 'welfare_run',
        subjectId: id,
        unitId: run.unitId,
      },
      after: { name: run.name, perHeadFen: run.perHeadFen, chooseUntil },
    });
    return id;
  });
}
