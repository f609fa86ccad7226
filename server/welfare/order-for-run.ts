import type { Actor } from '../accounts/actor.ts';
import { submitOrder } from '../checkout/submit-order.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayOf } from '../shared/days.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { deliveryFinder } from './deliveries.ts';
import { linkOrder } from './link-order.ts';
import { lockRun } from './lock-run.ts';
import { previewOrders } from './preview-orders.ts';
import { DEAD, nextRunState } from './run-states.ts';

/**
 * Ends choosing and orders of union funds, once per supplier and address (rule 29), each order by the rules of any other. Whoever did not
 * choose gets the default package; goods by the case are rounded up, and what is left over is kept. Refuses with every shortage, and a
 * run without an address, changing nothing. A run that was cut short, or whose order was refused or expired, gets only what is missing
 * when it is ordered again.
 */
export async function orderForRun(db: PrismaClient, actor: Actor, runId: number, at: Date): Promise<number[]> {
  const run = await freeze(db, actor, runId, at);
  const addressOf = deliveryFinder(run);
  const orderIds: number[] = [];
  for (const { supplierId, addressId, goods } of await previewOrders(db, runId, dayOf(at))) {
    const known = await db.welfareOrder.findUnique({
      where: { runId_supplierId_addressId: { runId, supplierId, addressId } },
      include: { order: { select: { state: true } } },
    });
    if (known && !DEAD.includes(known.order.state)) continue;
    const attempt = (known?.attempt ?? 0) + 1;
    const place = addressId === 0 ? '' : `-at${addressId}`;
    const orderId = await orderOnce(db, actor, `welfare-${runId}-${supplierId}${place}-${attempt}`, (checkoutKey) =>
      submitOrder(
        db,
        actor,
        {
          lines: goods.map(({ productId, ordered }) => ({ productId, quantity: ordered })),
          ...{ unitId: run.unitId, fundingSource: 'union_funds', paymentWay: run.paymentWay },
          ...{ channel: 'market', zoneId: null, ...addressOf(addressId) },
          ...{ note: run.name, checkoutKey, expectedTotalFen: null },
        },
        at,
      ),
    );
    await linkOrder(db, actor, { runId, supplierId, addressId, orderId, attempt }, goods, at);
    orderIds.push(orderId);
  }
  return orderIds;
}

/** Fixes who gets what, if that is still open. After it nobody chooses any more. */
function freeze(db: PrismaClient, actor: Actor, runId: number, at: Date) {
  return inTransaction(db, async (tx) => {
    const locked = await lockRun(tx, actor, runId);
    const run = { ...locked, deliveries: await tx.welfareDelivery.findMany({ where: { runId } }) };
    if (!run.address) throw new RuleRefusal('noRunAddress');
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
