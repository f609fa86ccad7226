import type { Actor } from '../accounts/actor.ts';
import type { FileStore } from '../clients/file-store.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { bookReceipt } from './book-receipt.ts';
import { completeWhenAllReceived } from './complete-order.ts';
import { isHeldBack } from './late-receipts.ts';
import { lockFulfilment } from './lock-order.ts';
import { mayBuyerSee } from './order-policy.ts';
import { nextFulfilmentState } from './order-states.ts';
import { type OpenShipment, type ParcelRest, restOfParcel } from './parcel-rest.ts';
import { type ReceiptLineInput, type ReceivedLine, receivedLines } from './received-lines.ts';
import { refundedParts } from './refunded-parts.ts';

export interface ReceiptHead {
  /** needed when several shipments of the parcel are on their way */
  shipmentId?: number;
  /** measured on arrival, tenths of a degree */
  temperatureDeci?: number | null;
  /** nobody said anything in time; refused while goods are asked back or a receipt is disputed */
  isByTime?: boolean;
  /** where photos of the lines are kept; needed when there are any */
  files?: FileStore;
}

/** The outbox topic of receipts that reported goods short or damaged. */
export const SHORTAGE_REPORTED = 'receipt.short';

/** The outbox topic of units' receipts that nobody wrote in time. */
export const ACCEPTED_BY_TIME = 'receipt.accepted_by_time';

/**
 * Receives a shipment of a parcel: what is accepted is owed and counts (where acceptance counts), what is short or damaged is reversed,
 * no longer owed, and due back when it was paid (rules 2, 4, 25, 28). No lines: everything as shipped. No actor: confirmed by time. With
 * the last shipment the parcel is received. Refuses a stranger with 404, a shipment that was received with 409, and by line quantities
 * that do not add up and weights beyond the tolerance.
 */
export async function receiveFulfilment(
  db: PrismaClient,
  actor: Actor | null,
  fulfilmentId: number,
  inputs: readonly ReceiptLineInput[],
  at: Date,
  head: ReceiptHead = {},
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const fulfilled = await lockFulfilment(tx, fulfilmentId);
    const { order, fulfilment, lines } = fulfilled;
    if (actor && !mayBuyerSee(actor, order)) throw new NotFound();
    nextFulfilmentState(fulfilment.state, 'receive_part');
    if (head.isByTime && (await isHeldBack(tx, fulfilmentId))) throw new StateConflict('receiptHeldBack');
    const rest = await restOfParcel(tx, fulfilmentId, lines, await refundedParts(tx, order.id));
    const shipment = chosen(rest, head.shipmentId);
    const received = receivedLines({ order, lines, rest, shipment }, inputs);
    const isLast = fulfilment.state === 'shipped' && rest.open.length === 1;
    const state = nextFulfilmentState(fulfilment.state, isLast ? 'receive' : 'receive_part');
    const receipt = await tx.receipt.create({
      data: {
        ...{ fulfilmentId, shipmentId: shipment.id, byId: actor?.id ?? null, at },
        temperatureDeci: head.temperatureDeci ?? null,
      },
      select: { id: true },
    });
    await tx.shipment.update({ where: { id: shipment.id }, data: { receivedAt: at }, select: { id: true } });
    await tx.fulfilment.update({ where: { id: fulfilmentId }, data: { state, receivedAt: at }, select: { id: true } });
    if (isLast) await completeWhenAllReceived(tx, order, fulfilmentId, at);
    if (order.paymentWay === 'on_account') await enqueue(tx, 'statement.due', [{ fulfilmentId }]);
    await audit(tx, {
      at,
      actorId: actor?.id ?? null,
      action: 'fulfilment.receive',
      subjectType: 'fulfilment',
      subjectId: fulfilmentId,
      unitId: order.unitId,
      after: received.map(({ line, accepted }) => ({
        lineId: line.id,
        acceptedFen: accepted.fen,
        acceptedGrams: accepted.grams,
      })),
    });
    if (received.some(({ shortQuantity, damagedQuantity }) => shortQuantity + damagedQuantity > 0))
      await enqueue(tx, SHORTAGE_REPORTED, [{ receiptId: receipt.id }]);
    if (head.isByTime && order.fundingSource !== 'individual')
      await enqueue(tx, ACCEPTED_BY_TIME, [{ receiptId: receipt.id }]);
    await bookReceipt(tx, fulfilled, receipt.id, received, at);
    if (head.files && actor) await keepPhotos(tx, head.files, receipt.id, received, actor.id);
    return receipt.id;
  });
}

async function keepPhotos(
  tx: Tx,
  files: FileStore,
  receiptId: number,
  received: readonly ReceivedLine[],
  byId: number,
): Promise<void> {
  for (const { line, photos } of received.filter((one) => one.photos.length > 0)) {
    const key = { receiptId_lineId: { receiptId, lineId: line.id } };
    const { id: receiptLineId } = await tx.receiptLine.findUniqueOrThrow({ where: key, select: { id: true } });
    const fileIds = new Set<number>();
    for (const photo of photos) fileIds.add(await files.keep(tx, photo, byId));
    await tx.receiptPhoto.createMany({ data: [...fileIds].map((fileId) => ({ receiptLineId, fileId })) });
  }
}

function chosen({ open }: ParcelRest, shipmentId: number | undefined): OpenShipment {
  if (shipmentId === undefined && open.length > 1)
    throw new RuleRefusal('badInput', [{ path: 'shipmentId', code: 'whichShipment' }]);
  const found = shipmentId === undefined ? open[0] : open.find(({ id }) => id === shipmentId);
  if (!found) throw new StateConflict('shipmentReceived');
  return found;
}
