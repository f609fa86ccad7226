import type { Actor } from '../../accounts/actor.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { lockFulfilment } from '../../orders/lock-order.ts';
import { mayFulfil } from '../../orders/order-policy.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import { STATEMENT_TOLD } from '../statement-told.ts';
import { refuseDeclared } from './check-invoice-number.ts';
import { invoicingOfParcel } from './parcel-invoicing.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

interface Paper {
  number: string;
  /** null: today */
  issuedOn: Day | null;
  file: NewFile | null;
}

/**
 * The supplier records the invoice that the buyer of a parcel asked for: over what the buyer has paid and keeps (fen), with the title
 * and tax number asked for. Refuses a stranger with 404, a used number and one declared offline (rule 14) by field; 409 where none was
 * asked for, one was issued, or nothing stands. Returns its id.
 */
export async function recordParcelInvoice(
  { db, files }: Parts,
  actor: Actor,
  fulfilmentId: number,
  paper: Paper,
  at: Date,
): Promise<number> {
  return recorded(db, paper, at, async (tx, issuedOn) => {
    const { order, fulfilment } = await lockFulfilment(tx, fulfilmentId);
    if (!mayFulfil(actor, fulfilment)) throw new NotFound();
    const asked = await tx.invoiceRequest.findUnique({ where: { fulfilmentId } });
    const { standingFen, blueFen } = await invoicingOfParcel(tx, fulfilmentId);
    if (!asked || blueFen > 0) throw new StateConflict(asked ? 'allInvoiced' : 'noInvoiceAsked');
    if (standingFen <= 0) throw new StateConflict('nothingToInvoice');
    await refuseDeclared(tx, fulfilment.supplierId, paper.number);
    const { id } = await tx.invoice.create({
      data: {
        ...{ kind: 'blue', orderId: order.id, fulfilmentId, number: paper.number, issuedOn },
        ...{ title: asked.title, taxNumber: asked.taxNumber, amountFen: standingFen },
        fileId: paper.file && (await files.keep(tx, paper.file, actor.id)),
      },
      select: { id: true },
    });
    const after = { invoiceNumber: paper.number, fen: standingFen };
    await note(tx, actor, { fulfilmentId, unitId: order.unitId, action: 'fulfilment.invoice', after, at });
    await enqueue(tx, STATEMENT_TOLD, [{ kind: 'invoice', id }]);
    return id;
  });
}

/**
 * The supplier records the red-letter invoice of what was given back of a parcel since its invoice; `refundId` null: of what did not
 * arrive. Never beyond what is missing, nor beyond the invoice. Refuses as recordParcelInvoice does, an amount beyond by field, and 409
 * where none is missing. Returns its id.
 */
export async function recordParcelRed(
  { db, files }: Parts,
  actor: Actor,
  fulfilmentId: number,
  { refundId, amountFen, ...paper }: Paper & { refundId: number | null; amountFen: number | null },
  at: Date,
): Promise<number> {
  return recorded(db, paper, at, async (tx, issuedOn) => {
    const { order, fulfilment } = await lockFulfilment(tx, fulfilmentId);
    if (!mayFulfil(actor, fulfilment)) throw new NotFound();
    const blue = await tx.invoice.findFirst({ where: { fulfilmentId, kind: 'blue' } });
    const { missingFen, redsDue } = await invoicingOfParcel(tx, fulfilmentId);
    const unexplained = missingFen - redsDue.reduce((sum, { fen }) => sum + fen, 0);
    const most = refundId === null ? unexplained : (redsDue.find((due) => due.refundId === refundId)?.fen ?? 0);
    if (!blue || most <= 0) throw new StateConflict('noRedDue');
    const fen = amountFen ?? most;
    if (fen > most)
      throw new RuleRefusal('badInput', [{ path: 'amount', code: 'redTooMuch', values: { most: formatYuan(most) } }]);
    await refuseDeclared(tx, fulfilment.supplierId, paper.number);
    const { id } = await tx.invoice.create({
      data: {
        ...{ kind: 'red', orderId: order.id, fulfilmentId, refundId, redOfId: blue.id, number: paper.number, issuedOn },
        ...{ title: blue.title, taxNumber: blue.taxNumber, amountFen: fen },
        fileId: paper.file && (await files.keep(tx, paper.file, actor.id)),
      },
      select: { id: true },
    });
    const after = { invoiceNumber: paper.number, redOf: blue.number, refundId, fen };
    await note(tx, actor, { fulfilmentId, unitId: order.unitId, action: 'fulfilment.red_invoice', after, at });
    await enqueue(tx, STATEMENT_TOLD, [{ kind: 'invoice', id }]);
    return id;
  });
}

async function recorded(
  db: PrismaClient,
  { issuedOn }: Paper,
  at: Date,
  work: (tx: Tx, issuedOn: Date) => Promise<number>,
): Promise<number> {
  const day = issuedOn ?? dayOf(at);
  if (day > dayOf(at)) throw new RuleRefusal('badInput', [{ path: 'issuedOn', code: 'dayAfterToday' }]);
  try {
    return await inTransaction(db, (tx) => work(tx, dayToColumn(day)));
  } catch (error) {
    if (isDuplicate(error)) throw new RuleRefusal('badInput', [{ path: 'number', code: 'invoiceKnown' }]);
    throw error;
  }
}

interface Noted {
  fulfilmentId: number;
  unitId: number | null;
  action: string;
  after: Record<string, string | number | null>;
  at: Date;
}

function note(tx: Tx, actor: Actor, { fulfilmentId, unitId, action, after, at }: Noted): Promise<void> {
  return audit(tx, {
    ...{ at, actorId: actor.id, action, subjectType: 'fulfilment', subjectId: fulfilmentId, unitId, after },
  });
}
