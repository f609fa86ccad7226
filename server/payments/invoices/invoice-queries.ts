import { type Actor, hasRole, suppliersActedFor } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { mayBuyerSee, maySee } from '../../orders/order-policy.ts';
import { NotFound } from '../../shared/errors.ts';
import { maySeeStatement } from '../statement-policy.ts';

const names = { select: { name: true, nameEn: true } } as const;

/** Parcels of which an invoice was asked for and none issued, for the suppliers that the actor acts for; the latest first by key. */
export function listAsked(db: Db, actor: Actor, beforeId: number | null, take: number) {
  return db.invoiceRequest.findMany({
    where: {
      supplierId: { in: suppliersActedFor(actor) },
      fulfilment: { state: { not: 'cancelled' }, invoices: { none: { kind: 'blue' } } },
      ...(beforeId ? { id: { lt: beforeId } } : {}),
    },
    orderBy: { id: 'desc' },
    take,
    include: { order: { select: { id: true, submittedAt: true } } },
  });
}

export interface MissingRed {
  /** of the invoice */
  id: number;
  number: string;
  statementId: number | null;
  fulfilmentId: number | null;
  title: string;
  amountFen: number;
  /** fen over which red-letter invoices are missing */
  missingFen: number;
}

const GRANTED = "q.state IN ('approved', 'paid')";

/** What the buyer keeps of a line `l` and of the freight of a parcel `f`, fen. */
const KEPT_OF_LINE = `IF(f.state = 'received', l.acceptedFen - COALESCE((SELECT SUM(b.fen) FROM refund_line b
  JOIN refund q ON q.id = b.refundId AND ${GRANTED} WHERE b.lineId = l.id AND NOT b.outstanding), 0), l.payableFen - l.refundedFen)`;
const KEPT_OF_FREIGHT = `(f.freightFen - COALESCE((SELECT SUM(q.freightFen) FROM refund q WHERE q.fulfilmentId = f.id AND ${GRANTED}), 0))`;

/** Of what is kept what is paid with money: all but the allowance's share, as allowanceShare says. */
function byMoney(kept: string, allowanceFen: string, wholeFen: string): Prisma.Sql {
  return Prisma.raw(`${kept} - IF(${allowanceFen} = 0, 0, (${allowanceFen} * ${kept}) DIV GREATEST(${wholeFen}, 1))`);
}

/**
 * Invoices of the actor's suppliers of which something was given back since without a red-letter one, the latest first by key. What
 * stands of each is told as invoicingOfStatement and invoicingOfParcel do, for all of them in one statement.
 */
export async function listMissingReds(
  db: Db,
  actor: Actor,
  beforeId: number | null,
  take: number,
): Promise<MissingRed[]> {
  const ids = suppliersActedFor(actor);
  if (ids.length === 0) return [];
  const suppliers = Prisma.join(ids);
  const rows = await db.$queryRaw<MissingRed[]>`
    SELECT x.id, x.number, x.statementId, x.fulfilmentId, x.title, x.amountFen,
      x.amountFen - x.standingFen - COALESCE((SELECT SUM(r.amountFen) FROM invoice r WHERE r.redOfId = x.id), 0) AS missingFen
    FROM (
      SELECT i.id, i.number, i.statementId, i.fulfilmentId, i.title, i.amountFen,
        (SELECT SUM(l.fen) FROM statement_line l WHERE l.statementId = s.id AND l.fen > 0)
        + COALESCE((SELECT SUM(n.fen) FROM statement_line n JOIN refund_line b ON b.id = n.refundLineId
            WHERE b.lineId IN (SELECT r.lineId FROM statement_line l JOIN receipt_line r ON r.id = l.receiptLineId WHERE l.statementId = s.id)), 0)
        + COALESCE((SELECT SUM(n.fen) FROM statement_line n JOIN refund q ON q.id = n.refundId
            WHERE q.fulfilmentId IN (SELECT l.fulfilmentId FROM statement_line l WHERE l.statementId = s.id)), 0) AS standingFen
      FROM statement s JOIN invoice i ON i.statementId = s.id AND i.kind = 'blue' WHERE s.supplierId IN (${suppliers})
      UNION ALL
      SELECT i.id, i.number, i.statementId, i.fulfilmentId, i.title, i.amountFen,
        (SELECT SUM(${byMoney(KEPT_OF_LINE, 'l.allowanceFen', 'l.payableFen')}) FROM order_line l WHERE l.fulfilmentId = f.id)
        + ${byMoney(KEPT_OF_FREIGHT, 'f.freightAllowanceFen', 'f.freightFen')}
      FROM fulfilment f JOIN invoice i ON i.fulfilmentId = f.id AND i.kind = 'blue'
      WHERE f.supplierId IN (${suppliers}) AND f.state <> 'cancelled'
        AND EXISTS (SELECT 1 FROM order_line l WHERE l.fulfilmentId = f.id AND (l.refundedFen > 0 OR f.state = 'received' AND l.acceptedFen < l.payableFen))
    ) x WHERE x.id < ${beforeId ?? 2_147_483_647} HAVING missingFen > 0 ORDER BY x.id DESC LIMIT ${take}`;
  return rows.map((row) => ({
    ...row,
    amountFen: Number(row.amountFen),
    missingFen: Number(row.missingFen),
  }));
}

/** Invoices that the actor's suppliers issued, the latest first by key. */
export function listIssued(db: Db, actor: Actor, beforeId: number | null, take: number) {
  const supplierId = { in: suppliersActedFor(actor) };
  return db.invoice.findMany({
    where: {
      OR: [{ statement: { supplierId } }, { fulfilment: { supplierId } }],
      ...(beforeId ? { id: { lt: beforeId } } : {}),
    },
    orderBy: { id: 'desc' },
    take,
  });
}

const invoiced = {
  ...{ id: true, state: true, supplierId: true },
  supplier: names,
  invoiceRequest: true,
  invoices: { orderBy: { id: 'asc' } },
} satisfies Prisma.FulfilmentSelect;

/** An order with its parcels' invoices, for its buyer, and for whoever may see the order. A stranger gets NotFound. */
export async function findInvoicedOrder(db: Db, actor: Actor, id: number) {
  const order = await db.order.findUnique({
    where: { id },
    select: {
      ...{ id: true, submittedAt: true, buyerId: true, unitId: true, fundingSource: true, state: true },
      paymentWay: true,
      fulfilments: { orderBy: { id: 'asc' }, select: invoiced },
    },
  });
  if (!order || !maySee(actor, order)) throw new NotFound();
  return { ...order, isOwn: mayBuyerSee(actor, order) };
}

/** A parcel with its invoices for its supplier. A stranger gets NotFound. */
export async function findInvoicedParcel(db: Db, actor: Actor, id: number) {
  const parcel = await db.fulfilment.findUnique({
    where: { id },
    select: { ...invoiced, orderId: true, order: { select: { id: true, submittedAt: true } } },
  });
  if (!parcel || !suppliersActedFor(actor).includes(parcel.supplierId)) throw new NotFound();
  return parcel;
}

/** The file of an invoice, for both of its sides and the operator. A stranger gets NotFound. */
export async function findInvoiceFile(db: Db, actor: Actor, id: number) {
  const invoice = await db.invoice.findUnique({
    where: { id },
    select: {
      file: true,
      statement: { select: { unitId: true, supplierId: true } },
      order: { select: { buyerId: true, unitId: true, fundingSource: true } },
      fulfilment: { select: { supplierId: true } },
    },
  });
  const { file, statement, order, fulfilment } = invoice ?? {};
  const maySeeIt =
    (statement && maySeeStatement(actor, statement)) ||
    (order && (hasRole(actor, 'operator') || mayBuyerSee(actor, order))) ||
    (fulfilment && suppliersActedFor(actor).includes(fulfilment.supplierId));
  if (!file || !maySeeIt) throw new NotFound();
  return file;
}

/** Titles that a person asked for before, the latest used first. */
export function titlesOf(db: Db, userId: number) {
  return db.invoiceTitle.findMany({ where: { userId }, orderBy: { usedAt: 'desc' }, take: 8 });
}
