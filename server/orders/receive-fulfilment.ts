import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { giveBackCapParts } from '../quotas/caps/take-caps.ts';
import { giveBackUnionCaps } from '../quotas/caps/union-cap.ts';
import { tallyCounting } from '../quotas/tally/tally-counting.ts';
import { tallyReversal } from '../quotas/tally/tally-reversal.ts';
import { dayOf } from '../shared/days.ts';
import { type Fault, NotFound, RuleRefusal } from '../shared/errors.ts';
import { completeWhenAllReceived } from './complete-order.ts';
import { less, splitOff } from './line-parts.ts';
import { lockFulfilment } from './lock-order.ts';
import { writeJournal } from './order-journal.ts';
import { mayBuyerSee } from './order-policy.ts';
import { nextFulfilmentState } from './order-states.ts';
import { wayOf } from './way-of-buying.ts';

export interface ReceiptLineInput {
  lineId: number;
  acceptedQuantity: number;
  acceptedGrams?: number;
  shortQuantity: number;
  damagedQuantity: number;
  note?: string;
}

type Fulfilled = Awaited<ReturnType<typeof lockFulfilment>>;
type OrderLine = Fulfilled['lines'][number];

/** A line with what became of it; `missing` parts are neither owed nor counted. */
interface ReceivedLine {
  line: OrderLine;
  input: ReceiptLineInput;
  acceptedFen: number;
  acceptedGrams: number;
  missingFen: number;
  missingGrams: number;
}

/**
 * Receives a parcel: what is accepted counts (where acceptance counts), what is short or damaged is reversed, no longer owed, and due
 * back when it was paid (rules 2, 4, 28). No lines: everything as ordered. No actor: confirmed by time. Refuses a stranger with 404 and lines whose quantities do
 * not add up to what was ordered and not refunded since, by line.
 */
export async function receiveFulfilment(
  db: PrismaClient,
  actor: Actor | null,
  fulfilmentId: number,
  inputs: ReceiptLineInput[],
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const fulfilled = await lockFulfilment(tx, fulfilmentId);
    const { order, fulfilment } = fulfilled;
    if (actor && !mayBuyerSee(actor, order)) throw new NotFound();
    const state = nextFulfilmentState(fulfilment.state, 'receive');
    const received = checkedLines(fulfilled.lines, inputs);
    const receipt = await tx.receipt.create({
      data: { fulfilmentId, byId: actor?.id ?? null, at },
      select: { id: true },
    });
    await saveLines(tx, receipt.id, received);
    await tx.fulfilment.update({ where: { id: fulfilmentId }, data: { state, receivedAt: at }, select: { id: true } });
    await settleMissing(tx, fulfilled, receipt.id, received, at);
    await tallyCounting(tx, {
      source: 'receipt',
      sourceId: receipt.id,
      orderId: order.id,
      lineIds: received.filter(({ input }) => input.acceptedQuantity > 0).map(({ line }) => line.id),
      way: wayOf(order),
      day: dayOf(at),
      at,
    });
    await completeWhenAllReceived(tx, order, fulfilmentId, at);
    if (order.paymentWay === 'on_account') await enqueue(tx, 'statement.due', [{ fulfilmentId }]);
    await audit(tx, {
      at,
      actorId: actor?.id ?? null,
      action: 'fulfilment.receive',
      subjectType: 'fulfilment',
      subjectId: fulfilmentId,
      unitId: order.unitId,
      after: received.map(({ line, acceptedFen, acceptedGrams }) => ({ lineId: line.id, acceptedFen, acceptedGrams })),
    });
    await giveBackMissing(tx, order.id, receipt.id, received, at);
    return receipt.id;
  });
}

/** What did not arrive may be bought again: caps are the last that is taken and given back, as when an order takes them (rule 10). */
async function giveBackMissing(
  tx: Tx,
  orderId: number,
  receiptId: number,
  received: ReceivedLine[],
  at: Date,
): Promise<void> {
  const parts = received.map(({ line, input }) => ({
    sourceId: line.id,
    productId: line.productId,
    quantity: input.shortQuantity + input.damagedQuantity,
  }));
  await giveBackCapParts(tx, orderId, 'receipt', parts, at);
  const fen = received.reduce((sum, { missingFen }) => sum + missingFen, 0);
  await giveBackUnionCaps(tx, orderId, { source: 'receipt', sourceId: receiptId, fen }, at);
}

function checkedLines(lines: OrderLine[], inputs: ReceiptLineInput[]): ReceivedLine[] {
  const faults: Fault[] = [];
  for (const [index, input] of inputs.entries()) {
    const repeated = inputs.findIndex((other) => other.lineId === input.lineId) !== index;
    if (repeated || !lines.some((line) => line.id === input.lineId))
      faults.push({ path: `lines.${index}.lineId`, code: 'notInParcel' });
  }
  const received = lines.map((line) => {
    const quantity = line.quantity - line.refundedQuantity;
    const index = inputs.findIndex((input) => input.lineId === line.id);
    const input = inputs[index] ?? {
      lineId: line.id,
      acceptedQuantity: quantity,
      shortQuantity: 0,
      damagedQuantity: 0,
    };
    if (inputs.length > 0 && index < 0 && quantity > 0)
      faults.push({ path: 'lines', code: 'lineMissing', values: { name: line.name } });
    if (input.acceptedQuantity + input.shortQuantity + input.damagedQuantity !== quantity) {
      faults.push({
        path: `lines.${index}.acceptedQuantity`,
        code: 'mustAddUp',
        values: { quantity, name: line.name },
      });
    }
    return receivedLine(line, input);
  });
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  return received;
}

/** Of what is still to arrive: what was ordered less what was refunded before. */
function receivedLine(line: OrderLine, input: ReceiptLineInput): ReceivedLine {
  const toArrive = {
    quantity: line.quantity - line.refundedQuantity,
    fen: line.payableFen - line.refundedFen,
    grams: line.grams - line.refundedGrams,
  };
  const accepted = splitOff(toArrive, input.acceptedQuantity);
  const missing = less(toArrive, accepted);
  return {
    line,
    input,
    acceptedFen: accepted.fen,
    acceptedGrams: accepted.grams,
    missingFen: missing.fen,
    missingGrams: missing.grams,
  };
}

async function saveLines(tx: Tx, receiptId: number, received: ReceivedLine[]): Promise<void> {
  await tx.receiptLine.createMany({
    data: received.map(({ line, input, acceptedFen, acceptedGrams }) => ({
      receiptId,
      lineId: line.id,
      acceptedQuantity: input.acceptedQuantity,
      acceptedGrams,
      acceptedFen,
      shortQuantity: input.shortQuantity,
      damagedQuantity: input.damagedQuantity,
      note: input.note ?? null,
    })),
  });
  for (const { line, input, acceptedFen, acceptedGrams } of received) {
    await tx.orderLine.update({
      where: { id: line.id },
      data: { acceptedQuantity: input.acceptedQuantity, acceptedGrams, acceptedFen },
      select: { id: true },
    });
  }
}

async function settleMissing(
  tx: Tx,
  { order }: Fulfilled,
  receiptId: number,
  received: ReceivedLine[],
  at: Date,
): Promise<void> {
  const missing = received.filter((line) => line.missingFen > 0 || line.missingGrams > 0);
  const amountFen = missing.reduce((sum, line) => sum + line.missingFen, 0);
  await tallyReversal(tx, {
    source: 'receipt',
    sourceId: receiptId,
    orderId: order.id,
    of: 'outstanding',
    lines: missing.map(({ line, missingFen, missingGrams }) => ({
      lineId: line.id,
      fen: missingFen,
      grams: missingGrams,
    })),
    day: dayOf(at),
    at,
  });
  await writeJournal(tx, {
    orderId: order.id,
    source: 'receipt',
    sourceId: receiptId,
    at,
    amounts: { goods: -amountFen, owed: amountFen },
  });
  if (amountFen > 0 && order.paymentWay === 'stripe') {
    await enqueue(tx, 'payment.refund_due', [{ orderId: order.id, source: 'receipt', sourceId: receiptId, amountFen }]);
  }
}
