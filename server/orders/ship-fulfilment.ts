import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type Fault, NotFound, RuleRefusal } from '../shared/errors.ts';
import { tellBuyer } from './buyer-news.ts';
import { heldShares } from './held-shares.ts';
import { lockFulfilment } from './lock-order.ts';
import { mayFulfil } from './order-policy.ts';
import { nextFulfilmentState } from './order-states.ts';

export interface ShipmentLineInput {
  lineId: number;
  batchId: number;
  quantity: number;
  /** weighed; left out: net weight × quantity */
  grams?: number;
}

export interface ShipmentInput {
  /** empty: everything that was ordered, from the batches it was promised from */
  lines: ShipmentLineInput[];
  carrier: string;
  trackingNumber: string;
  /** tenths of a degree Celsius at hand-over; needed when anything is cold chain */
  temperatureDeci: number | null;
}

type Fulfilled = Awaited<ReturnType<typeof lockFulfilment>>;

/**
 * Records the parcel of a fulfilment: which batches, how much, by whom. Refuses another supplier with 404, batches that the line was
 * not promised from, more than was promised, and cold-chain goods without a temperature (rules 18, 23), every fault at once.
 */
export async function shipFulfilment(
  db: PrismaClient,
  actor: Actor,
  fulfilmentId: number,
  input: ShipmentInput,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const fulfilled = await lockFulfilment(tx, fulfilmentId);
    const { fulfilment } = fulfilled;
    if (!mayFulfil(actor, fulfilment)) throw new NotFound();
    const state = nextFulfilmentState(fulfilment.state, 'ship');
    const lines = await checkedLines(tx, fulfilled, input);
    const { carrier, trackingNumber, temperatureDeci } = input;
    const shipment = await tx.shipment.create({
      data: { fulfilmentId, carrier, trackingNumber, temperatureDeci, byId: actor.id, shippedAt: at },
      select: { id: true },
    });
    await tellBuyer(tx, { fact: 'parcel_shipped', id: shipment.id });
    await tx.shipmentLine.createMany({ data: lines.map((line) => ({ ...line, shipmentId: shipment.id })) });
    await tx.fulfilment.update({ where: { id: fulfilmentId }, data: { state, shippedAt: at }, select: { id: true } });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'fulfilment.ship',
      subjectType: 'fulfilment',
      subjectId: fulfilmentId,
      before: { state: fulfilment.state },
      after: { state, carrier, trackingNumber },
    });
  });
}

async function checkedLines(
  tx: Tx,
  { lines }: Fulfilled,
  input: ShipmentInput,
): Promise<Required<ShipmentLineInput>[]> {
  const allocations = await heldShares(
    tx,
    lines.map((line) => line.id),
  );
  const wanted: ShipmentLineInput[] =
    input.lines.length > 0
      ? input.lines
      : allocations.map(({ lineId, batchId, quantity }) => ({ lineId, batchId, quantity }));
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const shipped = wanted.map((line, index) => {
    const ordered = lines.find((candidate) => candidate.id === line.lineId);
    const promised = allocations.find((share) => share.lineId === line.lineId && share.batchId === line.batchId);
    const key = `${line.lineId}/${line.batchId}`;
    if (!ordered) faults.push({ path: `lines.${index}.lineId`, code: 'notInParcel' });
    else if (!promised || seen.has(key)) faults.push({ path: `lines.${index}.batchId`, code: 'notPromised' });
    else if (line.quantity > promised.quantity)
      faults.push({ path: `lines.${index}.quantity`, code: 'tooBig', values: { maximum: promised.quantity } });
    seen.add(key);
    return { ...line, grams: line.grams ?? line.quantity * (ordered?.netGrams ?? 0) };
  });
  const chilled = await tx.product.count({
    where: { id: { in: lines.map((line) => line.productId) }, coldChain: true },
  });
  const unripe = await tx.batch.count({ where: { id: { in: wanted.map((line) => line.batchId) }, coming: true } });
  if (unripe > 0) faults.push({ path: 'lines', code: 'notHarvestedYet' });
  if (chilled > 0 && input.temperatureDeci === null) faults.push({ path: 'temperature', code: 'temperatureNeeded' });
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  return shipped;
}
