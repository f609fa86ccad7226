import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { lockRun } from './lock-run.ts';
import { DEAD, nextRunState, requireRunState } from './run-states.ts';
import { orderKeyOf, wantedGoods } from './wanted-goods.ts';

/** Begins to hand out. Refuses until each order of the run is there and received. */
export async function beginHandOut(db: PrismaClient, actor: Actor, runId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    const state = nextRunState(run.state, 'hand_out');
    const wanted = new Set((await wantedGoods(tx, runId)).map(orderKeyOf));
    const orders = await tx.welfareOrder.findMany({
      where: { runId },
      select: {
        ...{ supplierId: true, addressId: true },
        order: { select: { state: true, fulfilments: { select: { state: true } } } },
      },
    });
    const received = orders.filter(
      ({ order }) => !DEAD.includes(order.state) && order.fulfilments.every((parcel) => parcel.state === 'received'),
    );
    if (received.filter((one) => wanted.has(orderKeyOf(one))).length < wanted.size)
      throw new RuleRefusal('notAllReceived');
    await tx.welfareRun.update({ where: { id: runId }, data: { state }, select: { id: true } });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.hand_out',
        subjectType: 'welfare_run',
        subjectId: runId,
        unitId: run.unitId,
      },
      ...{ before: { state: run.state }, after: { state } },
    });
  });
}

/**
 * Ticks that somebody took the package, in person or by `proxyName`; `signed` false takes a wrong tick, or what was given to another list,
 * back. Refuses with 409 what went back to the supplier or was given away already: whichever came first stands.
 */
export async function signFor(
  db: PrismaClient,
  actor: Actor,
  runId: number,
  { claimId, signed, proxyName }: { claimId: number; signed: boolean; proxyName: string | null },
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    requireRunState(run.state, 'distributed');
    const claim = await tx.welfareClaim.findFirst({ where: { id: claimId, runId } });
    if (!claim) throw new NotFound();
    if (claim.returnedAt) throw new StateConflict('wasReturned', { name: claim.name });
    if (claim.givenAt && signed) throw new StateConflict('wasGiven', { name: claim.name });
    if (!claim.givenAt && (claim.signedAt !== null) === signed) return;
    await tx.welfareClaim.update({
      where: { id: claimId },
      data: signed
        ? { signedAt: at, proxyName }
        : { signedAt: null, proxyName: null, givenAt: null, givenToName: null, givenToList: null },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: signed ? 'welfare.sign' : 'welfare.unsign', subjectType: 'welfare_claim' },
      ...{ subjectId: claimId, unitId: run.unitId },
      ...{ before: { signedAt: claim.signedAt, givenTo: claim.givenToName }, after: { signed, proxyName } },
    });
  });
}
