import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { FulfilmentState } from '../db/generated/enums.ts';
import { NotFound } from '../shared/errors.ts';

const shown = {
  batch: {
    select: {
      ...{ id: true, traceCode: true, producedOn: true, expiresOn: true, quantity: true },
      product: {
        select: {
          ...{ id: true, supplierId: true, placeId: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true },
          category: { select: { illustration: true } },
          family: { select: { name: true, nameEn: true } },
          supplier: { select: { name: true, nameEn: true } },
        },
      },
    },
  },
} satisfies Prisma.RecallInclude;

export type ShownRecall = Prisma.RecallGetPayload<{ include: typeof shown }>;

/** Recalls, newest first, beyond the key of the last one seen: public. */
export function listRecalls(db: PrismaClient, beforeId: number | null, take: number): Promise<ShownRecall[]> {
  return db.recall.findMany({
    where: beforeId ? { id: { lt: beforeId } } : {},
    orderBy: { id: 'desc' },
    take,
    include: shown,
  });
}

/** A recall that anyone may read. Throws NotFound. */
export async function findRecall(db: PrismaClient, id: number): Promise<ShownRecall> {
  const recall = await db.recall.findUnique({ where: { id }, include: shown });
  if (!recall) throw new NotFound();
  return recall;
}

/** The batch that somebody is about to recall. Throws NotFound. */
export async function findBatchToRecall(db: PrismaClient, id: number) {
  const batch = await db.batch.findUnique({
    where: { id },
    select: { ...shown.batch.select, available: true, coming: true, recall: { select: { id: true } } },
  });
  if (!batch) throw new NotFound();
  const [row] = await fast(db).$queryRaw<{ orders: number | bigint; sent: number | bigint }[]>`
    SELECT (SELECT COUNT(*) FROM line_allocation WHERE batchId = ${id}) AS orders,
      (SELECT COALESCE(SUM(quantity), 0) FROM shipment_line WHERE batchId = ${id}) AS sent`;
  return { ...batch, orders: Number(row?.orders ?? 0), sent: Number(row?.sent ?? 0) };
}

export interface RecallTotals {
  orders: number;
  units: number;
  told: number;
  swapped: number;
  givenBack: number;
  sent: number;
  returned: number;
  arrived: number;
}

/** How far a recall has come, in orders and units of sale. */
export async function recallTotals(db: PrismaClient, recallId: number): Promise<RecallTotals> {
  const [row] = await fast(db).$queryRaw<Record<keyof RecallTotals, number | bigint | null>[]>`
    SELECT COUNT(*) AS orders, COUNT(DISTINCT IF(o.fundingSource = 'individual', NULL, o.unitId)) AS units, SUM(x.toldAt IS NOT NULL) AS told,
      SUM(x.swappedQuantity) AS swapped, SUM(x.givenBackQuantity) AS givenBack, SUM(x.sentQuantity) AS sent, SUM(x.returnedQuantity) AS returned, SUM(x.arrivedQuantity) AS arrived
    FROM recall_line x JOIN \`order\` o ON o.id = x.orderId WHERE x.recallId = ${recallId}`;
  const of = (name: keyof RecallTotals) => Number(row?.[name] ?? 0);
  return {
    ...{ orders: of('orders'), units: of('units'), told: of('told'), swapped: of('swapped') },
    ...{ givenBack: of('givenBack'), sent: of('sent'), returned: of('returned') },
    arrived: of('arrived'),
  };
}

export interface RecalledLine {
  id: number;
  orderId: number;
  submittedAt: Date;
  /** null: an individual's, of whom nobody but the supplier of the parcel knows more (rule 31) */
  unitName: string | null;
  unitNameEn: string | null;
  parcelId: number;
  parcelState: FulfilmentState;
  swappedQuantity: number;
  givenBackQuantity: number;
  sentQuantity: number;
  acceptedQuantity: number;
  returnedQuantity: number;
  /** of these what the supplier saw come back */
  arrivedQuantity: number;
  cancelled: boolean;
  toldAt: Date | null;
}

type LineRow = Omit<RecalledLine, 'cancelled' | 'acceptedQuantity'> & {
  cancelled: number | boolean;
  acceptedQuantity: number | bigint;
};

/** Whom a batch reached, in the order in which it was promised, beyond the key of the last one seen (rule 18). */
export function listRecalledLines(
  db: PrismaClient,
  recall: { id: number; batchId: number },
  afterId: number,
  take: number,
): Promise<RecalledLine[]> {
  return recalledLines(db, recall.batchId, Prisma.sql`x.recallId = ${recall.id} AND x.id > ${afterId}`, take);
}

const MOST_OWN = 50;

/** What of a recall concerns the actor's own purchases and those of the units that the actor buys for. */
export function listOwnRecalledLines(
  db: PrismaClient,
  actor: Actor,
  recall: { id: number; batchId: number },
): Promise<RecalledLine[]> {
  const units = unitsBoughtFor(actor);
  const ofUnits = units.length
    ? Prisma.sql`OR (o.fundingSource <> 'individual' AND o.unitId IN (${Prisma.join(units)}))`
    : Prisma.empty;
  const mine = Prisma.sql`x.recallId = ${recall.id} AND (o.buyerId = ${actor.id} ${ofUnits})`;
  return recalledLines(db, recall.batchId, mine, MOST_OWN);
}

async function recalledLines(db: PrismaClient, batchId: number, where: Prisma.Sql, take: number) {
  const rows = await fast(db).$queryRaw<LineRow[]>`
    SELECT x.id, x.orderId, o.submittedAt, IF(o.fundingSource = 'individual', NULL, u.name) AS unitName,
      IF(o.fundingSource = 'individual', NULL, u.nameEn) AS unitNameEn, f.id AS parcelId, f.state AS parcelState, x.swappedQuantity,
      x.givenBackQuantity, x.sentQuantity, x.returnedQuantity, x.arrivedQuantity, x.cancelled, x.toldAt, COALESCE((
        SELECT SUM(b.acceptedQuantity) FROM receipt_line r JOIN receipt_batch b ON b.receiptLineId = r.id AND b.batchId = ${batchId}
        WHERE r.lineId = x.lineId), LEAST(x.sentQuantity, l.acceptedQuantity)) AS acceptedQuantity
    FROM recall_line x JOIN order_line l ON l.id = x.lineId JOIN fulfilment f ON f.id = l.fulfilmentId
    JOIN \`order\` o ON o.id = x.orderId LEFT JOIN unit u ON u.id = o.unitId
    WHERE ${where} ORDER BY x.id LIMIT ${take}`;
  return rows.map(
    (row): RecalledLine => ({
      ...row,
      cancelled: Boolean(row.cancelled),
      acceptedQuantity: Number(row.acceptedQuantity),
    }),
  );
}
