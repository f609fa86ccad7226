import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { EXPECTED_ARRIVAL, UNRECEIVED } from './late-receipts.ts';

/** What an order or parcel may wait for, and since when it does: an order since its submission, a parcel since it was due; what its unit is to receive, since it was expected; goods that are asked back, since then. */
export const WAITS = ['approval', 'payment', 'confirmation', 'shipping', 'receiving', 'refund'] as const;
export type Wait = (typeof WAITS)[number];

export interface WaitingCount {
  count: number;
  /** of these, longer than its limit */
  late: number;
}

export interface LateOrder {
  wait: Wait;
  orderId: number;
  submittedAt: Date;
  since: Date;
  unitName: string | null;
  unitNameEn: string | null;
  /** of the parcel that waits */
  supplierName: string | null;
  supplierNameEn: string | null;
  totalFen: number;
}

const state: Record<Wait, Prisma.Sql> = {
  approval: Prisma.sql`o.state = 'awaiting_approval'`,
  payment: Prisma.sql`o.state = 'awaiting_payment'`,
  confirmation: Prisma.sql`f.state = 'to_confirm'`,
  shipping: Prisma.sql`f.state IN ('confirmed', 'partly_shipped')`,
  receiving: UNRECEIVED,
  refund: Prisma.sql`q.state = 'requested'`,
};

const since: Record<Wait, Prisma.Sql> = {
  approval: Prisma.sql`o.submittedAt`,
  payment: Prisma.sql`o.submittedAt`,
  confirmation: Prisma.sql`f.dueAt`,
  shipping: Prisma.sql`f.dueAt`,
  // The day begins at eight hours before UTC's.
  receiving: Prisma.sql`CAST(${EXPECTED_ARRIVAL} AS DATETIME) - INTERVAL 8 HOUR`,
  refund: Prisma.sql`q.requestedAt`,
};

/** Whether it is a parcel that waits, for its supplier or to be received. */
export const isParcel = (wait: Wait) => wait === 'confirmation' || wait === 'shipping' || wait === 'receiving';

const PARCEL = Prisma.sql`fulfilment f JOIN \`order\` o ON o.id = f.orderId`;
const tables: Record<Wait, Prisma.Sql> = {
  approval: Prisma.sql`\`order\` o`,
  payment: Prisma.sql`\`order\` o`,
  confirmation: PARCEL,
  shipping: PARCEL,
  receiving: Prisma.sql`shipment s JOIN fulfilment f ON f.id = s.fulfilmentId JOIN \`order\` o ON o.id = f.orderId`,
  refund: Prisma.sql`refund q JOIN fulfilment f ON f.id = q.fulfilmentId JOIN \`order\` o ON o.id = f.orderId`,
};
const isOfSupplier = (wait: Wait) => isParcel(wait) || wait === 'refund';

/** How many orders wait for approval and payment and parcels for confirmation and shipping, and how many since before their limit. */
export async function countWaiting(db: Db, limits: Record<Wait, Date>): Promise<Record<Wait, WaitingCount>> {
  const parts = WAITS.map(
    (wait) => Prisma.sql`
      SELECT ${wait} AS wait, COUNT(*) AS count, CAST(COALESCE(SUM(${since[wait]} < ${limits[wait]}), 0) AS SIGNED) AS late
      FROM ${tables[wait]}
      WHERE ${state[wait]}`,
  );
  const rows = await db.$queryRaw<{ wait: Wait; count: number | bigint; late: number | bigint }[]>`
    ${Prisma.join(parts, ' UNION ALL ')}`;
  const counted = rows.map(({ wait, count, late }) => [wait, { count: Number(count), late: Number(late) }] as const);
  return Object.fromEntries(counted) as Record<Wait, WaitingCount>;
}

/** Those that wait longest beyond their limits, `take` of each kind. */
export async function listLate(db: Db, limits: Record<Wait, Date>, take: number): Promise<LateOrder[]> {
  const parts = WAITS.map(
    (wait) => Prisma.sql`
      (SELECT ${wait} AS wait, o.id AS orderId, o.submittedAt, ${since[wait]} AS since, u.name AS unitName, u.nameEn AS unitNameEn,
        ${isOfSupplier(wait) ? Prisma.sql`v.name` : Prisma.sql`NULL`} AS supplierName,
        ${isOfSupplier(wait) ? Prisma.sql`v.nameEn` : Prisma.sql`NULL`} AS supplierNameEn, o.totalFen
      FROM ${tables[wait]} ${isOfSupplier(wait) ? Prisma.sql`JOIN supplier v ON v.id = f.supplierId` : Prisma.empty}
      LEFT JOIN unit u ON u.id = o.unitId
      WHERE ${state[wait]} AND ${since[wait]} < ${limits[wait]} ORDER BY ${since[wait]}, o.id LIMIT ${take})`,
  );
  return db.$queryRaw<LateOrder[]>`${Prisma.join(parts, ' UNION ALL ')} ORDER BY since, orderId`;
}
