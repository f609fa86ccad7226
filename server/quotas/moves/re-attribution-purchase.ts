import type { Db, Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { Channel, FundingSource } from '../../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import type { TalliedLine } from '../tally/tally-standing.ts';

/** What may be counted for the wrong unit: an order here, an offline purchase, one line of another platform's list. */
export interface PurchaseKey {
  kind: 'order' | 'offline' | 'external';
  id: number;
}

export interface Purchase extends PurchaseKey {
  /** for whom it counts now: whom it was bought for, or whom it was last re-attributed to */
  unitId: number;
  /** of an order */
  buyerId: number | null;
  fundingSource: FundingSource;
  channel: Channel;
  zoneId: number | null;
  placedOn: Day;
  /** placed or declared, and neither cancelled, returned nor withdrawn */
  stands: boolean;
}

type Row = Omit<Purchase, keyof PurchaseKey | 'unitId' | 'placedOn' | 'stands'> & {
  unitId: number | null;
  placedOn: Date | null;
  stands: number | boolean | bigint;
};

const HOLDER = {
  order: Prisma.sql`r.orderId = x.id`,
  offline: Prisma.sql`r.offlineId = x.id`,
  external: Prisma.sql`r.externalId = x.id`,
};

/** A purchase as it counts now. Throws NotFound for one that does not exist, is not placed yet or was bought for no unit. */
export async function findPurchase(db: Db, { kind, id }: PurchaseKey): Promise<Purchase> {
  const holder = Prisma.sql`COALESCE((SELECT r.toUnitId FROM re_attribution r
    WHERE ${HOLDER[kind]} AND r.state = 'approved' ORDER BY r.decidedAt DESC, r.id DESC LIMIT 1), x.unitId) AS unitId`;
  const [row] = await db.$queryRaw<Row[]>(
    kind === 'order'
      ? Prisma.sql`SELECT ${holder}, x.buyerId, x.fundingSource, x.channel, x.zoneId, x.placedOn,
          x.state IN ('placed', 'completed') AS stands FROM \`order\` x WHERE x.id = ${id}`
      : Prisma.sql`SELECT ${holder}, NULL AS buyerId, x.fundingSource, ${kind} AS channel, NULL AS zoneId, x.purchasedOn AS placedOn,
          x.state IN ('declared', 'verified') AS stands FROM ${Prisma.raw(`${kind}_purchase`)} x WHERE x.id = ${id}`,
  );
  if (!row || row.unitId === null || row.placedOn === null) throw new NotFound();
  return {
    ...row,
    kind,
    id,
    unitId: row.unitId,
    placedOn: dayFromColumn(row.placedOn),
    stands: Boolean(Number(row.stands)),
  };
}

/** The same under the purchase's row lock, which everything that happens to it takes first. */
export async function lockPurchase(tx: Tx, key: PurchaseKey): Promise<Purchase> {
  const table = key.kind === 'order' ? '`order`' : `${key.kind}_purchase`;
  await tx.$queryRaw`SELECT id FROM ${Prisma.raw(table)} WHERE id = ${key.id} FOR UPDATE`;
  return findPurchase(tx, key);
}

/** The lines of a purchase as entries name them. */
export async function linesOf(db: Db, { kind, id }: PurchaseKey): Promise<TalliedLine[]> {
  if (kind === 'external') return [{ channel: kind, lineId: id }];
  if (kind === 'order') {
    const lines = await db.orderLine.findMany({
      where: { orderId: id },
      select: { id: true },
      orderBy: { id: 'asc' },
    });
    return lines.map((line) => ({ orderId: id, lineId: line.id }));
  }
  const lines = await db.offlineLine.findMany({
    where: { purchaseId: id },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  return lines.map((line) => ({ channel: kind, lineId: line.id }));
}

/** The columns of re_attribution that name a purchase. */
export function columnsOf({ kind, id }: PurchaseKey) {
  return {
    orderId: kind === 'order' ? id : null,
    offlineId: kind === 'offline' ? id : null,
    externalId: kind === 'external' ? id : null,
  };
}

/** The purchase that a row of re_attribution names. */
export function purchaseOf(row: Record<'orderId' | 'offlineId' | 'externalId', number | null>): PurchaseKey {
  if (row.orderId !== null) return { kind: 'order', id: row.orderId };
  if (row.offlineId !== null) return { kind: 'offline', id: row.offlineId };
  return { kind: 'external', id: Number(row.externalId) };
}
