import type { Actor } from '../accounts/actor.ts';
import type { FileStore } from '../clients/file-store.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { requestRefund } from '../orders/request-refund.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { lockRun } from './lock-run.ts';
import { nextRunState, requireRunState } from './run-states.ts';
import { type WantedGoods, wantedGoods } from './wanted-goods.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

/**
 * Gives what nobody signed for back to its suppliers: one refund request per order, of what still stands of it, decided and reversed as
 * any other (rules 4, 28, 29). Cut short, pressing again asks for the missing ones only. Answers how many people's packages.
 */
export async function returnUnclaimed(
  { db, files }: Parts,
  actor: Actor,
  runId: number,
  reason: string,
  at: Date,
): Promise<number> {
  const count = await markReturned(db, actor, runId, reason, at);
  const goods = await wantedGoods(db, runId, true);
  const orders = await db.welfareOrder.findMany({
    where: { runId, refundId: null },
    include: { order: { select: { lines: { select: { id: true, productId: true } } } } },
  });
  for (const { supplierId, addressId, orderId, order } of orders) {
    const here = goods.filter((one) => one.supplierId === supplierId && one.addressId === addressId);
    const lines = linesOf(here, order.lines);
    if (lines.length === 0) continue;
    try {
      await requestRefund(
        { db, files },
        actor,
        orderId,
        { lines, reason, photos: [], atMost: true },
        at,
        async (tx, refundId) => {
          const linked = await tx.$executeRaw`
          UPDATE welfare_order SET refundId = ${refundId} WHERE orderId = ${orderId} AND refundId IS NULL`;
          if (linked === 0) throw new RuleRefusal('alreadyReturned');
        },
      );
    } catch (error) {
      // Asked for meanwhile by another press, or none of it was ever accepted.
      const done = error instanceof RuleRefusal && error.faults.every((fault) => fault.code === 'nothingToRefund');
      if (!done) throw error;
    }
  }
  return count;
}

function markReturned(db: PrismaClient, actor: Actor, runId: number, reason: string, at: Date): Promise<number> {
  return inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    requireRunState(run.state, 'distributed');
    const asked = await tx.welfareOrder.count({ where: { runId, refundId: { not: null } } });
    // One request an order: what is returned later would not be asked for.
    if (asked > 0) return 0;
    const count = await tx.$executeRaw`
      UPDATE welfare_claim SET returnedAt = ${at} WHERE runId = ${runId} AND signedAt IS NULL AND returnedAt IS NULL AND givenAt IS NULL`;
    if (count > 0)
      await audit(tx, {
        ...{ at, actorId: actor.id, action: 'welfare.return', subjectType: 'welfare_run', subjectId: runId },
        ...{ unitId: run.unitId, after: { count }, reason },
      });
    return count;
  });
}

const linesOf = (goods: readonly WantedGoods[], lines: readonly { id: number; productId: number }[]) =>
  lines.flatMap(({ id, productId }) => {
    const one = goods.find((each) => each.productId === productId);
    return one ? [{ lineId: id, quantity: one.quantity }] : [];
  });

/** Closes a run in which everybody's package was signed for, went back or was given to somebody else. */
export async function closeRun(db: PrismaClient, actor: Actor, runId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    const state = nextRunState(run.state, 'close');
    const left = await tx.welfareClaim.count({ where: { runId, signedAt: null, returnedAt: null, givenAt: null } });
    if (left > 0) throw new RuleRefusal('notAllSigned', [], { count: left });
    await tx.welfareRun.update({ where: { id: runId }, data: { state }, select: { id: true } });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.close',
        subjectType: 'welfare_run',
        subjectId: runId,
        unitId: run.unitId,
      },
      ...{ before: { state: run.state }, after: { state } },
    });
  });
}
