import { type Actor, hasRole, suppliersServedBy } from '../accounts/actor.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { ReturnCondition } from '../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';

export interface Arrival {
  quantity: number;
  arrivedOn: Day;
  condition: ReturnCondition;
  note: string | null;
  /** units that were refunded on the word of it */
  refunded: number;
}

/** An order's line of an open recall whose goods were sent. */
export interface ReturnLine {
  id: number;
  recallId: number;
  orderId: number;
  submittedAt: Date;
  recalledOn: Date;
  /** null: an individual's (rule 31) */
  unitName: string | null;
  unitNameEn: string | null;
  parcelId: number;
  traceCode: string;
  name: string;
  nameEn: string;
  spec: string;
  specEn: string;
  saleUnit: string;
  saleUnitEn: string;
  sentQuantity: number;
  returnedQuantity: number;
  arrivedQuantity: number;
  arrivals: Arrival[];
}

export interface ReturnsQuery {
  part: 'open' | 'done';
  recallId: number | null;
  afterId: number;
  take: number;
}

/** Lines of open recalls of the actor's suppliers, of every one for operators, of which something is to come back, or nothing any more. Two statements. */
export async function listReturns(db: PrismaClient, actor: Actor, query: ReturnsQuery): Promise<ReturnLine[]> {
  return linesWhere(
    db,
    actor,
    Prisma.sql`x.id > ${query.afterId} AND ${query.recallId ? Prisma.sql`r.id = ${query.recallId}` : Prisma.sql`TRUE`}
      AND x.sentQuantity ${query.part === 'open' ? Prisma.sql`>` : Prisma.sql`=`} x.arrivedQuantity`,
    query.take,
  );
}

/** One of them, whatever came back of it; undefined where it is not the actor's. */
export async function findReturn(db: PrismaClient, actor: Actor, id: number): Promise<ReturnLine | undefined> {
  return (await linesWhere(db, actor, Prisma.sql`x.id = ${id}`, 1))[0];
}

async function linesWhere(db: PrismaClient, actor: Actor, where: Prisma.Sql, take: number): Promise<ReturnLine[]> {
  const suppliers = suppliersServedBy(actor);
  const mine = hasRole(actor, 'operator')
    ? Prisma.sql`TRUE`
    : Prisma.sql`p.supplierId IN (${Prisma.join(suppliers.length > 0 ? suppliers : [0])})`;
  const rows = await fast(db).$queryRaw<Omit<ReturnLine, 'arrivals'>[]>`
    SELECT x.id, x.recallId, x.orderId, o.submittedAt, r.at AS recalledOn, IF(o.fundingSource = 'individual', NULL, u.name) AS unitName,
      IF(o.fundingSource = 'individual', NULL, u.nameEn) AS unitNameEn, l.fulfilmentId AS parcelId, b.traceCode, f.name, f.nameEn, p.spec,
      p.specEn, p.saleUnit, p.saleUnitEn, x.sentQuantity, x.returnedQuantity, x.arrivedQuantity
    FROM recall r JOIN batch b ON b.id = r.batchId JOIN product p ON p.id = b.productId JOIN product_family f ON f.id = p.familyId
    JOIN recall_line x ON x.recallId = r.id JOIN order_line l ON l.id = x.lineId JOIN \`order\` o ON o.id = x.orderId
    LEFT JOIN unit u ON u.id = o.unitId
    WHERE r.state <> 'closed' AND x.sentQuantity > 0 AND ${mine} AND ${where} ORDER BY x.id LIMIT ${take}`;
  const arrivals = await arrivalsOf(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({ ...row, arrivals: arrivals.get(row.id) ?? [] }));
}

/** What came back of these lines, the latest first. */
async function arrivalsOf(db: PrismaClient, lineIds: readonly number[]): Promise<Map<number, Arrival[]>> {
  const found = new Map<number, Arrival[]>();
  if (lineIds.length === 0) return found;
  const rows = await fast(db).$queryRaw<(Omit<Arrival, 'arrivedOn'> & { recallLineId: number; arrivedOn: Date })[]>`
    SELECT a.recallLineId, a.quantity, a.arrivedOn, a.\`condition\`, a.note,
      COALESCE((SELECT SUM(y.quantity) FROM refund_line y JOIN recall_line x ON x.id = a.recallLineId AND x.lineId = y.lineId
        WHERE y.refundId = a.refundId), 0) AS refunded
    FROM recall_arrival a WHERE a.recallLineId IN (${Prisma.join([...lineIds])}) ORDER BY a.id DESC`;
  for (const { recallLineId, arrivedOn, refunded, ...row } of rows) {
    const arrival = { ...row, arrivedOn: dayFromColumn(arrivedOn), refunded: Number(refunded) };
    found.set(recallLineId, [...(found.get(recallLineId) ?? []), arrival]);
  }
  return found;
}
