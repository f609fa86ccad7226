import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { addDays, type Day, dayFromColumn, dayOf } from '../shared/days.ts';

/** Parcels are expected to travel so many days. */
export const TRAVELS_DAYS = 4;
/** What waits at a pick-up point is left there for so many more. */
const LIES_DAYS = 20;

/** How many days after its expected arrival a unit's shipment is accepted as it was shipped, when nobody says anything. */
export const ACCEPTED_AFTER_DAYS = 10;
/** On which of these days the unit is reminded, and when it needs somebody's hand. */
export const REMINDED_AFTER_DAYS = [2, 5] as const;

interface Travelling {
  shippedAt: Date;
  deliverOn: Date | null;
  isFetched: boolean;
}

/** The day on which a shipment arrives: that which its canteen awaits, unless it went later, else after so many days of travel. */
export function expectedArrival({ shippedAt, deliverOn, isFetched }: Travelling): Day {
  const shippedOn = dayOf(shippedAt);
  const awaited = deliverOn && dayFromColumn(deliverOn);
  if (awaited && awaited >= shippedOn) return awaited;
  return addDays(shippedOn, isFetched ? LIES_DAYS : TRAVELS_DAYS);
}

/** The same in SQL, of a shipment `s` of a parcel `f` of an order `o`. */
export const EXPECTED_ARRIVAL = Prisma.sql`IF(o.deliverOn >= DATE(s.shippedAt + INTERVAL 8 HOUR), o.deliverOn, DATE(s.shippedAt + INTERVAL 8 HOUR)
  + INTERVAL IF(EXISTS (SELECT 1 FROM pickup p WHERE p.fulfilmentId = f.id), ${LIES_DAYS}, ${TRAVELS_DAYS}) DAY)`;

/** The shipments of units, none of individuals, that are on their way or lie there without a receipt. */
export const UNRECEIVED = Prisma.sql`s.receivedAt IS NULL AND f.state IN ('shipped', 'partly_shipped') AND o.fundingSource <> 'individual'`;

/** While goods are asked back of a parcel or a receipt of it is disputed, none of it is accepted by itself. */
export const IS_HELD = Prisma.sql`(EXISTS (SELECT 1 FROM refund q WHERE q.fulfilmentId = f.id AND q.state = 'requested')
  OR EXISTS (SELECT 1 FROM receipt r JOIN receipt_dispute d ON d.receiptId = r.id
    WHERE r.fulfilmentId = f.id AND d.state IN ('contested', 'proposed')))`;

export interface LateReceipt {
  id: number;
  fulfilmentId: number;
  orderId: number;
  unitId: number;
  supplierId: number;
  expectedOn: Day;
}

/** Units' shipments that were expected so many days ago or earlier and have no receipt, by id beyond the last one seen. */
export async function lateReceipts(
  db: Db,
  today: Day,
  days: number,
  { after, take, held }: { after: number; take: number; held: boolean },
): Promise<LateReceipt[]> {
  const rows = await db.$queryRaw<(Omit<LateReceipt, 'expectedOn'> & { expectedOn: Date })[]>`
    SELECT * FROM (
      SELECT s.id, f.id AS fulfilmentId, o.id AS orderId, o.unitId, f.supplierId, CAST(${EXPECTED_ARRIVAL} AS DATE) AS expectedOn
      FROM shipment s JOIN fulfilment f ON f.id = s.fulfilmentId JOIN \`order\` o ON o.id = f.orderId
      WHERE s.id > ${after} AND ${UNRECEIVED} ${held ? Prisma.empty : Prisma.sql`AND NOT ${IS_HELD}`}
    ) x WHERE expectedOn <= ${addDays(today, -days)} ORDER BY id LIMIT ${take}`;
  return rows.map((row) => ({ ...row, expectedOn: dayFromColumn(row.expectedOn) }));
}

/** Under the order's lock: whether a request or dispute keeps a parcel from being accepted by itself. */
export async function isHeldBack(db: Db, fulfilmentId: number): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`SELECT f.id FROM fulfilment f WHERE f.id = ${fulfilmentId} AND ${IS_HELD}`;
  return rows.length > 0;
}
