import type { Db } from '../db/client.ts';
import { type HeldShare, heldShares } from './held-shares.ts';
import { less, type Part, type RefundedPart } from './line-parts.ts';

interface RestLine {
  id: number;
  quantity: number;
  payableFen: number;
  grams: number;
}

export interface LineRest {
  lineId: number;
  /** ordered, neither given up nor on a receipt yet */
  toArrive: Part;
  /** of it what no open shipment carries */
  toShip: number;
}

export interface OpenShipment {
  id: number;
  lines: { lineId: number; batchId: number; quantity: number; grams: number }[];
}

export interface ParcelRest {
  lines: LineRest[];
  /** on their way, the oldest first */
  open: OpenShipment[];
}

/**
 * How far a parcel is: what of each line is still to arrive and still to be shipped. What a refund gave up before it arrived is taken
 * from what was not shipped yet. Under the order's lock.
 */
export async function restOfParcel(
  db: Db,
  fulfilmentId: number,
  lines: readonly RestLine[],
  refunded: readonly RefundedPart[],
): Promise<ParcelRest> {
  const covered = await coveredParts(
    db,
    lines.map(({ id }) => id),
  );
  const open = await db.shipment.findMany({
    where: { fulfilmentId, receivedAt: null },
    orderBy: { id: 'asc' },
    select: { id: true, lines: { select: { lineId: true, batchId: true, quantity: true, grams: true } } },
  });
  const onTheWay = open.flatMap((shipment) => shipment.lines);
  return {
    open,
    lines: lines.map((line) => {
      const toArrive = toArriveOf(line, refunded, covered.get(line.id));
      const carried = onTheWay.filter(({ lineId }) => lineId === line.id).reduce((sum, one) => sum + one.quantity, 0);
      return { lineId: line.id, toArrive, toShip: Math.max(0, toArrive.quantity - carried) };
    }),
  };
}

/** What receipts say of each line so far, accepted or missing. */
export async function coveredParts(db: Db, lineIds: readonly number[]): Promise<Map<number, Part>> {
  const rows = await db.receiptLine.groupBy({
    by: ['lineId'],
    where: { lineId: { in: [...lineIds] } },
    _sum: {
      acceptedQuantity: true,
      shortQuantity: true,
      damagedQuantity: true,
      acceptedFen: true,
      missingFen: true,
      acceptedGrams: true,
      missingGrams: true,
    },
  });
  return new Map(
    rows.map(({ lineId, _sum: sum }) => [
      lineId,
      {
        quantity: (sum.acceptedQuantity ?? 0) + (sum.shortQuantity ?? 0) + (sum.damagedQuantity ?? 0),
        fen: (sum.acceptedFen ?? 0) + (sum.missingFen ?? 0),
        grams: (sum.acceptedGrams ?? 0) + (sum.missingGrams ?? 0),
      },
    ]),
  );
}

function toArriveOf(line: RestLine, refunded: readonly RefundedPart[], covered: Part | undefined): Part {
  const whole: Part = { quantity: line.quantity, fen: line.payableFen, grams: line.grams };
  const givenUp = refunded.filter((part) => part.lineId === line.id && part.outstanding);
  return [...givenUp, ...(covered ? [covered] : [])].reduce(less, whole);
}

/** The source of the stock movements of goods that a dropped rest puts back; its id is the receipt's line. */
export const REST_LINE = 'rest_line';

/** Of each line and batch what can still be shipped, in batch order. */
export async function shippableShares(db: Db, rest: ParcelRest): Promise<HeldShare[]> {
  const ids = rest.lines.map(({ lineId }) => lineId);
  const promised = await heldShares(db, ids, 'promised');
  const gone = await db.shipmentLine.findMany({
    where: { lineId: { in: ids } },
    select: { lineId: true, batchId: true, quantity: true },
  });
  const dropped = await droppedShares(
    db,
    ids,
    promised.map((share) => share.batchId),
  );
  const left = new Map(rest.lines.map(({ lineId, toShip }) => [lineId, toShip]));
  return promised.flatMap((share) => {
    const sent = [...gone, ...dropped].filter(
      ({ lineId, batchId }) => lineId === share.lineId && batchId === share.batchId,
    );
    const unsent = share.quantity - sent.reduce((sum, one) => sum + one.quantity, 0);
    const quantity = Math.min(unsent, left.get(share.lineId) ?? 0);
    left.set(share.lineId, (left.get(share.lineId) ?? 0) - Math.max(0, quantity));
    return quantity > 0 ? [{ ...share, quantity }] : [];
  });
}

/** What was given up and is on the shelf again, of parcels of which the rest was given up in part. */
async function droppedShares(db: Db, lineIds: readonly number[], batchIds: readonly number[]): Promise<HeldShare[]> {
  const lines = await db.receiptLine.findMany({
    where: { lineId: { in: [...lineIds] }, receipt: { kind: 'rest' } },
    select: { id: true, lineId: true },
  });
  if (lines.length === 0) return [];
  const back = await db.stockMovement.findMany({
    where: {
      batchId: { in: [...batchIds] },
      event: 'returned',
      source: REST_LINE,
      sourceId: { in: lines.map(({ id }) => id) },
    },
    select: { batchId: true, sourceId: true, quantity: true },
  });
  return back.flatMap(({ batchId, sourceId, quantity }) => {
    const line = lines.find(({ id }) => id === sourceId);
    return line ? [{ lineId: line.lineId, batchId, quantity }] : [];
  });
}
