import { peopleServingOne } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { invoicingOfParcel } from '../payments/invoices/parcel-invoicing.ts';
import { invoicingOfStatement } from '../payments/invoices/statement-invoicing.ts';
import type { StatementTold } from '../payments/statement-told.ts';
import { type Day, dayFromColumn, dayToColumn } from '../shared/days.ts';
import { type Notice, notify } from './notify.ts';

/** Tells whoever must know of extensions, invoices and refunds without a red-letter invoice; each fact once, however often called. */
export async function tellOfStatements(db: PrismaClient, facts: readonly StatementTold[], today: Day): Promise<void> {
  for (const { kind, id } of facts) {
    if (kind === 'extension') await tellExtension(db, id, today);
    else if (kind === 'refund') await tellMissingReds(db, id, today);
    else if (kind === 'invoice_asked') await tellInvoiceAsked(db, id, today);
    else await tellInvoice(db, id);
  }
}

async function tellExtension(db: PrismaClient, id: number, today: Day): Promise<void> {
  const found = await db.statementExtension.findUnique({
    where: { id },
    include: {
      statement: { select: { id: true, referenceCode: true, supplierId: true, payer: { select: { title: true } } } },
    },
  });
  if (!found) return;
  const { state, statement, untilOn, askedById } = found;
  const kind = `extension_${state}` as const;
  const told = state === 'asked' ? await peopleOf(db, { supplierId: statement.supplierId }, today) : [askedById];
  const data = { code: statement.referenceCode, payer: statement.payer.title, day: dayFromColumn(untilOn) };
  await tell(db, told, { kind, data, link: pathTo('statement', { id: statement.id }), dedupeKey: `${kind} ${id}` });
}

/** The same for refunds that were just decided, of parcels that were paid at once; those on account are told when they are credited. */
export async function tellRefundsWithoutRed(db: PrismaClient, refundIds: readonly number[], today: Day): Promise<void> {
  const refunds = await db.refund.findMany({
    where: { id: { in: [...refundIds] }, fulfilment: { invoices: { some: { kind: 'blue' } } } },
    select: { fulfilmentId: true },
  });
  for (const { fulfilmentId } of refunds) await tellMissingReds(db, fulfilmentId, today);
}

/** Tells the supplier of a parcel's refunds for which the invoice that was issued before has no red-letter one yet. */
async function tellMissingReds(db: PrismaClient, fulfilmentId: number, today: Day): Promise<void> {
  const parcel = await db.fulfilment.findUnique({
    where: { id: fulfilmentId },
    select: { supplierId: true, lines: { select: { id: true } } },
  });
  if (!parcel) return;
  const lineIds = parcel.lines.map(({ id }) => id);
  const line = await db.statementLine.findFirst({
    where: { receiptLine: { lineId: { in: lineIds } } },
    orderBy: { id: 'asc' },
    select: { statementId: true },
  });
  const { redsDue } = line
    ? await invoicingOfStatement(db, line.statementId)
    : await invoicingOfParcel(db, fulfilmentId);
  const refunds = await db.refund.findMany({ where: { fulfilmentId }, select: { id: true } });
  const ownIds = new Set(refunds.map(({ id }) => id));
  const told = await peopleOf(db, { supplierId: parcel.supplierId }, today);
  const link = line ? pathTo('statement', { id: line.statementId }) : pathTo('parcelInvoice', { id: fulfilmentId });
  for (const { refundId, orderId } of redsDue.filter((due) => ownIds.has(due.refundId)))
    await tell(db, told, { kind: 'red_due', data: { refundId, orderId }, link, dedupeKey: `red_due ${refundId}` });
}

async function tellInvoiceAsked(db: PrismaClient, fulfilmentId: number, today: Day): Promise<void> {
  const asked = await db.invoiceRequest.findUnique({ where: { fulfilmentId } });
  if (!asked) return;
  await tell(db, await peopleOf(db, { supplierId: asked.supplierId }, today), {
    kind: 'invoice_asked',
    data: { orderId: asked.orderId, invoiceTitle: asked.title },
    link: pathTo('parcelInvoice', { id: fulfilmentId }),
    dedupeKey: `invoice_asked ${fulfilmentId}`,
  });
}

async function tellInvoice(db: PrismaClient, id: number): Promise<void> {
  const invoice = await db.invoice.findUnique({
    where: { id },
    select: {
      number: true,
      orderId: true,
      fulfilment: { select: { invoiceRequest: { select: { askedById: true } } } },
    },
  });
  const askedById = invoice?.fulfilment?.invoiceRequest?.askedById;
  if (!invoice?.orderId || !askedById) return;
  await tell(db, [askedById], {
    kind: 'invoice_issued',
    data: { orderId: invoice.orderId, number: invoice.number },
    link: pathTo('orderInvoice', { id: invoice.orderId }),
    dedupeKey: `invoice_issued ${id}`,
  });
}

function tell(db: PrismaClient, userIds: readonly number[], notice: Omit<Notice, 'userId'>): Promise<void> {
  return notify(
    db,
    [...new Set(userIds)].map((userId) => ({ userId, ...notice })),
  );
}

/** Who speaks today for a supplier, or for a unit as payer. */
export async function peopleOf(
  db: PrismaClient,
  whose: { supplierId: number } | { unitId: number },
  today: Day,
): Promise<number[]> {
  if ('supplierId' in whose) return peopleServingOne(db, whose.supplierId, today);
  const day = dayToColumn(today);
  const grants = await db.roleGrant.findMany({
    where: {
      ...{ ...whose, role: { in: ['approver', 'buyer'] }, since: { lte: day }, user: { disabledAt: null } },
      OR: [{ until: null }, { until: { gt: day } }],
    },
    select: { userId: true },
  });
  return grants.map(({ userId }) => userId);
}
