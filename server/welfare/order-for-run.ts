import type { Actor } from '../accounts/actor.ts';
import { submitOrder } from '../checkout/submit-order.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import type { OrderState } from '../db/generated/enums.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayOf } from '../shared/days.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { groupBy } from '../shared/group-by.ts';
import { lockRun } from './lock-run.ts';
import { previewOrders } from './preview-orders.ts';
import { nextRunState, requireRunState } from './run-states.ts';
import { wantedGoods } from './wanted-goods.ts';

/** An order in one of these brings nothing any more: it is made again. */
export const DEAD: readonly OrderState[] = ['rejected', 'cancelled', 'expired'];

/**
 * Ends choosing and orders once per supplier of union funds (rule 29), each order by the rules of any other. Whoever did not choose gets the
 * default package. Refuses with every shortage, changing nothing. A run that was cut short, or whose order was refused or expired, gets
 * only what is missing when it is ordered again.
 */
export async function orderForRun(db: PrismaClient, actor: Actor, runId: number, at: Date): Promise<number[]> {
  const run = await freeze(db, actor, runId, at);
  const goods = groupBy(await wantedGoods(db, runId), ({ supplierId }) => supplierId);
  const orderIds: number[] = [];
  for (const [supplierId, lines] of goods) {
    const known = await db.welfareOrder.findUnique({
      where: { runId_supplierId: { runId, supplierId } },
      include: { order: { select: { state: true } } },
    });
    if (known && !DEAD.includes(known.order.state)) continue;
    const attempt = (known?.attempt ?? 0) + 1;
    const orderId = await orderOnce(db, actor, `welfare-${runId}-${supplierId}-${attempt}`, (checkoutKey) =>
      submitOrder(
        db,
        actor,
        {
          lines: lines.map(({ productId, quantity }) => ({ productId, quantity })),
          ...{
            unitId: run.unitId,
            fundingSource: 'union_funds',
            paymentWay: run.paymentWay,
            channel: 'market',
            zoneId: null,
          },
          ...{
            recipient: run.recipient ?? '',
            phone: run.phone ?? '',
            region: run.region ?? '',
            address: run.address ?? '',
          },
          ...{ note: run.name, checkoutKey, expectedTotalFen: null },
        },
        at,
      ),
    );
    await link(db, actor, { runId, supplierId, orderId, attempt, unitId: run.unitId }, at);
    orderIds.push(orderId);
  }
  return orderIds;
}

/** Fixes who gets what, if that is still open. After it nobody chooses any more. */
function freeze(db: PrismaClient, actor: Actor, runId: number, at: Date) {
  return inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    if (run.state === 'ordered') return run;
    const state = nextRunState(run.state, 'order');
    const given = await giveDefault(tx, actor, runId, at);
    const faults = (await previewOrders(tx, runId, dayOf(at))).flatMap((order) => order.faults);
    if (faults.length > 0) throw new RuleRefusal('cannotOrder', faults);
    await tx.welfareRun.update({ where: { id: runId }, data: { state }, select: { id: true } });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.order',
        subjectType: 'welfare_run',
        subjectId: runId,
        unitId: run.unitId,
      },
      ...{ before: { state: run.state }, after: { state, given } },
    });
    return run;
  });
}

async function giveDefault(tx: Tx, actor: Actor, runId: number, at: Date): Promise<number> {
  const waiting = await tx.welfareClaim.count({ where: { runId, packageId: null } });
  if (waiting === 0) return 0;
  const standard = await tx.welfarePackage.findFirst({ where: { runId, isDefault: true }, select: { id: true } });
  const taken = await tx.$executeRaw`
    UPDATE welfare_package SET chosen = chosen + ${waiting}
    WHERE id = ${standard?.id ?? 0} AND (capacity IS NULL OR chosen + ${waiting} <= capacity)`;
  if (!standard || taken === 0) throw new RuleRefusal('defaultTooFew', [], { count: waiting });
  await tx.$executeRaw`
    UPDATE welfare_claim SET packageId = ${standard.id}, chosenById = ${actor.id}, chosenAt = ${at} WHERE runId = ${runId} AND packageId IS NULL`;
  return waiting;
}

/** The order of a key, whoever of the unit's buyers made it. */
async function orderOnce(
  db: PrismaClient,
  actor: Actor,
  key: string,
  make: (key: string) => Promise<number>,
): Promise<number> {
  const find = () => db.order.findUnique({ where: { checkoutKey: key }, select: { id: true, buyerId: true } });
  const made = await find();
  if (made) return made.id;
  try {
    return await make(key);
  } catch (error) {
    const other = await find();
    if (other && other.buyerId !== actor.id) return other.id;
    throw error;
  }
}

async function link(
  db: PrismaClient,
  actor: Actor,
  { unitId, ...made }: { runId: number; supplierId: number; orderId: number; attempt: number; unitId: number },
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockRun(tx, actor, made.runId);
    const linked = await tx.$executeRaw`
      INSERT INTO welfare_order (runId, supplierId, orderId, attempt)
      SELECT ${made.runId}, ${made.supplierId}, ${made.orderId}, ${made.attempt} FROM DUAL
      WHERE NOT EXISTS (SELECT 1 FROM welfare_order WHERE orderId = ${made.orderId})
      ON DUPLICATE KEY UPDATE orderId = VALUES(orderId), attempt = VALUES(attempt)`;
    if (linked === 0) return;
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.order_made',
        subjectType: 'welfare_run',
        subjectId: made.runId,
        unitId,
      },
      after: { supplierId: made.supplierId, orderId: made.orderId, attempt: made.attempt },
    });
  });
}

/**
 * Gives everybody who has a package another one instead, when it cannot be had, while nothing of the run is ordered. Refuses where the other
 * one is too scarce. Answers how many.
 */
export async function substitutePackage(
  db: PrismaClient,
  actor: Actor,
  runId: number,
  { from, to }: { from: number; to: number },
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    requireRunState(run.state, 'choosing', 'ordered');
    if ((await tx.welfareOrder.count({ where: { runId, order: { state: { notIn: [...DEAD] } } } })) > 0)
      throw new RuleRefusal('alreadyOrdered');
    const count = await tx.welfareClaim.count({ where: { runId, packageId: from } });
    if (count === 0 || from === to) return 0;
    const taken = await tx.$executeRaw`
      UPDATE welfare_package SET chosen = chosen + ${count}
      WHERE id = ${to} AND runId = ${runId} AND (capacity IS NULL OR chosen + ${count} <= capacity)`;
    if (taken === 0) throw new RuleRefusal('packageGone', [{ path: 'to', code: 'packageGone' }]);
    await tx.$executeRaw`UPDATE welfare_package SET chosen = chosen - ${count} WHERE id = ${from} AND runId = ${runId}`;
    await tx.$executeRaw`
      UPDATE welfare_claim SET packageId = ${to}, chosenById = ${actor.id} WHERE runId = ${runId} AND packageId = ${from}`;
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.substitute',
        subjectType: 'welfare_run',
        subjectId: runId,
        unitId: run.unitId,
      },
      ...{ before: { packageId: from }, after: { packageId: to, count } },
    });
    return count;
  });
}
