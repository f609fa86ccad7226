import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { lockRun } from './lock-run.ts';
import { DEAD } from './order-for-run.ts';
import { nextRunState, requireRunState } from './run-states.ts';
import { wantedGoods } from './wanted-goods.ts';

/** Begins to hand out. Refuses until each supplier's order is there and received. */
export async function beginHandOut(db: PrismaClient, actor: Actor, runId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    const state = nextRunState(run.state, 'hand_out');
    const suppliers = new Set((await wantedGoods(tx, runId)).map(({ supplierId }) => supplierId));
    const orders = await tx.welfareOrder.findMany({
      where: { runId },
      select: { supplierId: true, order: { select: { state: true, fulfilments: { select: { state: true } } } } },
    });
    const received = orders.filter(
      ({ order }) => !DEAD.includes(order.state) && order.fulfilments.every((parcel) => parcel.state === 'received'),
    );
    if (received.filter(({ supplierId }) => suppliers.has(supplierId)).length < suppliers.size)
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
 * Ticks that somebody took the package, in person or by `proxyName`; `signed` false takes a wrong tick back. Refuses with 409 what went
 * back to the supplier already: whichever of signing and returning came first stands.
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
    if ((claim.signedAt !== null) === signed) return;
    await tx.welfareClaim.update({
      where: { id: claimId },
      data: { signedAt: signed ? at : null, proxyName: signed ? proxyName : null },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: signed ? 'welfare.sign' : 'welfare.unsign', subjectType: 'welfare_claim' },
      ...{ subjectId: claimId, unitId: run.unitId, after: { signed, proxyName } },
    });
  });
}
