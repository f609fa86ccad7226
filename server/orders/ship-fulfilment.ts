import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import type { FulfilmentState } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type Fault, NotFound, RuleRefusal } from '../shared/errors.ts';
import { formatKilograms } from '../shared/weight.ts';
import { tellBuyer } from './buyer-news.ts';
import { coldProducts, type GoodsKind } from './cold-chain.ts';
import { lockFulfilment } from './lock-order.ts';
import { onBehalf } from './on-behalf.ts';
import { mayLookAfter } from './order-policy.ts';
import { nextFulfilmentState } from './order-states.ts';
import { restDueAt, shipDueAt } from './overdue/due-dates.ts';
import { restOfParcel, shippableShares } from './parcel-rest.ts';
import { refundedParts } from './refunded-parts.ts';
import { weightRange } from './weighed-parts.ts';

export interface ShipmentLineInput {
  lineId: number;
  batchId: number;
  quantity: number;
  /** on the scales, needed where weight is what is paid for; else net weight × quantity when left out */
  grams?: number;
}

export interface ShipmentInput {
  /** empty: everything that is still to go, from the batches it was promised from */
  lines: ShipmentLineInput[];
  /** of everything that is still to go, these alone; needed where both are left, since they never go together */
  only?: GoodsKind;
  carrier: string;
  trackingNumber: string;
  /** tenths of a degree Celsius at hand-over; needed when anything is cold chain */
  temperatureDeci: number | null;
}

/** The warmest at which cold-chain goods are handed over, tenths of a degree: chilled goods keep below 10 ℃. */
export const WARMEST_DECI = 100;

type Fulfilled = Awaited<ReturnType<typeof lockFulfilment>>;

/**
 * Records a shipment of a parcel: which batches, how much, by whom. What it leaves behind is to follow in another one, or is given up
 * by dropRest. Refuses another supplier with 404, batches that the line was not promised from, more than is still to go, weights beyond
 * the tolerance, cold-chain goods together with others, without a temperature or too warm (rules 18, 23, 25), every fault at once.
 */
export async function shipFulfilment(
  db: PrismaClient,
  actor: Actor,
  fulfilmentId: number,
  input: ShipmentInput,
  at: Date,
): Promise<void> {
  await inTransaction(
    db,
    async (tx) => void (await shipParcel(tx, actor, fulfilmentId, { ...input, slipFileId: null }, at)),
  );
}

/** The same within the caller's transaction, with a photo of the carrier's slip. Returns the parcel's state. */
export async function shipParcel(
  tx: Tx,
  actor: Actor,
  fulfilmentId: number,
  input: ShipmentInput & { slipFileId: number | null },
  at: Date,
): Promise<FulfilmentState> {
  const fulfilled = await lockFulfilment(tx, fulfilmentId);
  const { order, fulfilment } = fulfilled;
  if (!mayLookAfter(actor, fulfilment)) throw new NotFound();
  nextFulfilmentState(fulfilment.state, 'ship');
  const { lines, isAll } = await checkedLines(tx, fulfilled, input);
  const state = nextFulfilmentState(fulfilment.state, isAll ? 'ship' : 'ship_part');
  const { carrier, trackingNumber, temperatureDeci, slipFileId } = input;
  const shipment = await tx.shipment.create({
    data: { fulfilmentId, carrier, trackingNumber, temperatureDeci, slipFileId, byId: actor.id, shippedAt: at },
    select: { id: true },
  });
  await tellBuyer(tx, { fact: 'parcel_shipped', id: shipment.id });
  await tx.shipmentLine.createMany({ data: lines.map((line) => ({ ...line, shipmentId: shipment.id })) });
  // Shipped without having been confirmed, it is in time as if it had been confirmed at the last moment.
  const skipped = fulfilment.state === 'to_confirm' ? fulfilment.dueAt : null;
  const dueAt = skipped ? await shipDueAt(tx, fulfilment.supplierId, skipped, order) : fulfilment.dueAt;
  await tx.fulfilment.update({
    where: { id: fulfilmentId },
    data: {
      state,
      shippedAt: at,
      dueAt: isAll ? dueAt : await restDueAt(tx, { ...fulfilment, dueAt }, at, order),
    },
    select: { id: true },
  });
  await audit(tx, {
    at,
    actorId: actor.id,
    onBehalfOf: await onBehalf(tx, actor, fulfilment.supplierId),
    action: 'fulfilment.ship',
    subjectType: 'fulfilment',
    subjectId: fulfilmentId,
    before: { state: fulfilment.state },
    after: { state, carrier, trackingNumber },
  });
  return state;
}

async function checkedLines(
  tx: Tx,
  { order, fulfilment, lines }: Fulfilled,
  input: ShipmentInput,
): Promise<{ lines: Required<ShipmentLineInput>[]; isAll: boolean }> {
  const rest = await restOfParcel(tx, fulfilment.id, lines, await refundedParts(tx, order.id));
  const shares = await shippableShares(tx, rest);
  const cold = await coldProducts(tx, lines);
  const isCold = ({ lineId }: { lineId: number }) =>
    lines.some(({ id, productId }) => id === lineId && cold.has(productId));
  const { only } = input;
  const everything = only ? shares.filter((share) => isCold(share) === (only === 'cold')) : shares;
  const wanted: ShipmentLineInput[] = input.lines.length > 0 ? input.lines : everything;
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const shipped = wanted.map((line, index) => {
    const ordered = lines.find((candidate) => candidate.id === line.lineId);
    const promised = shares.find((share) => share.lineId === line.lineId && share.batchId === line.batchId);
    const key = `${line.lineId}/${line.batchId}`;
    if (!ordered) faults.push({ path: `lines.${index}.lineId`, code: 'notInParcel' });
    else if (!promised || seen.has(key)) faults.push({ path: `lines.${index}.batchId`, code: 'notPromised' });
    else if (line.quantity > promised.quantity)
      faults.push({ path: `lines.${index}.quantity`, code: 'tooBig', values: { maximum: promised.quantity } });
    else if (ordered.pricePerKgFen !== null) faults.push(...weightFaults(ordered, line, index));
    seen.add(key);
    return { ...line, grams: line.grams ?? line.quantity * (ordered?.netGrams ?? 0) };
  });
  const batches = await tx.batch.findMany({
    where: {
      id: { in: [...wanted, ...shares].map((line) => line.batchId) },
      OR: [{ coming: true }, { recalledAt: { not: null } }, { failedAt: { not: null } }],
    },
    select: { coming: true, recalledAt: true, traceCode: true, id: true },
  });
  if (batches.some(({ id, coming }) => coming && wanted.some((line) => line.batchId === id)))
    faults.push({ path: 'lines', code: 'notHarvestedYet' });
  // The market takes it out of the parcel within moments, and puts others in its place.
  const recalled = batches.find(({ recalledAt }) => recalledAt !== null);
  if (recalled) faults.push({ path: 'lines', code: 'recalledInParcel', values: { code: recalled.traceCode } });
  // Until it is recalled, which puts others in its place, or a later report passes.
  const failed = batches.find(({ coming, recalledAt }) => !coming && recalledAt === null);
  if (failed) faults.push({ path: 'lines', code: 'failedInParcel', values: { code: failed.traceCode } });
  const chilled = shipped.filter(isCold);
  if (chilled.length > 0 && chilled.length < shipped.length) faults.push({ path: 'lines', code: 'coldApart' });
  if (chilled.length > 0) faults.push(...temperatureFaults(input.temperatureDeci));
  if (shipped.length === 0) faults.push({ path: 'lines', code: 'nothingShipped' });
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const total = (rows: readonly { quantity: number }[]) => rows.reduce((sum, { quantity }) => sum + quantity, 0);
  return { lines: shipped, isAll: total(shipped) === total(shares) };
}

function weightFaults(
  line: Fulfilled['lines'][number],
  { quantity, grams }: ShipmentLineInput,
  index: number,
): Fault[] {
  const { least, most } = weightRange(line, quantity);
  const path = `lines.${index}.grams`;
  const values = { name: line.name, least: formatKilograms(least), most: formatKilograms(most) };
  if (grams === undefined) return [{ path, code: 'weightNeeded', values }];
  return grams < least || grams > most ? [{ path, code: 'weightOutside', values }] : [];
}

/** What is wrong with the temperature, in tenths of a degree, at which cold-chain goods are handed over. */
export function temperatureFaults(temperatureDeci: number | null): Fault[] {
  if (temperatureDeci === null) return [{ path: 'temperature', code: 'temperatureNeeded' }];
  return temperatureDeci > WARMEST_DECI
    ? [{ path: 'temperature', code: 'tooWarm', values: { most: WARMEST_DECI / 10 } }]
    : [];
}
