import { formatYuan } from '../../shared/money.ts';
import type { ChargeRow, OutgoingEvent, PaymentIntentRow, RefundRow, Sandbox } from './context.ts';
import { seconds } from './context.ts';
import { invalid, missing } from './errors.ts';
import { newRefund } from './objects.ts';
import type { RefundParams } from './params.ts';
import { recordEvents } from './record-events.ts';
import { queueId, type SandboxTransaction } from './store.ts';

const CONFIRMED_AFTER_MS = 1000;

/** POST /v1/refunds. Amount in fen, the rest of the charge when absent. Throws Stripe's error for more than is left of the charge. */
export async function createRefund(
  sandbox: Sandbox,
  tx: SandboxTransaction,
  params: RefundParams,
  request: { id: string; idempotencyKey: string | null },
): Promise<{ row: RefundRow; events: OutgoingEvent[] }> {
  const row = await lockedCharge(tx, params);
  const charge = row.object;
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) throw invalid(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded');
  const amount = params.amount ?? left;
  if (amount > left) {
    throw invalid(
      `Refund amount (${yuan(amount)}) is greater than unrefunded amount on charge (${yuan(left)})`,
      undefined,
      'amount',
    );
  }

  const created = seconds(sandbox.now());
  const refund = newRefund(charge, amount, created, { reason: params.reason ?? null, metadata: params.metadata });
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  await tx.save(charge.id, { ...row, refundIds: [...(row.refundIds ?? []), refund.id] } satisfies ChargeRow);
  await tx.insertAll([
    { type: 'refund', id: refund.id, data: { object: refund } satisfies RefundRow },
    { type: 'queue', id: queueId('refund', Date.now() + CONFIRMED_AFTER_MS, refund.id), data: { refundId: refund.id } },
  ]);
  const events = await recordEvents(
    sandbox,
    tx,
    [
      { type: 'refund.created', object: refund },
      { type: 'charge.refunded', object: charge },
    ],
    row.delivery,
    request,
  );
  return { row: { object: refund }, events };
}

async function lockedCharge(tx: SandboxTransaction, params: RefundParams): Promise<ChargeRow> {
  if (params.charge && params.payment_intent) {
    throw invalid('You may only specify one of these parameters: charge, payment_intent.');
  }
  if (params.charge) return chargeOf(tx, params.charge);
  if (!params.payment_intent) {
    throw invalid('One of the following params should be provided for this request: payment_intent or charge.');
  }
  const id = params.payment_intent;
  const intent = id.startsWith('pi_') ? await tx.lock<PaymentIntentRow>(id) : undefined;
  if (!intent) throw missing('payment_intent', id);
  if (intent.object.status !== 'succeeded') {
    throw invalid(
      `This PaymentIntent (${id}) does not have a successful charge to refund.`,
      undefined,
      'payment_intent',
    );
  }
  return chargeOf(tx, String(intent.object.latest_charge));
}

async function chargeOf(tx: SandboxTransaction, id: string): Promise<ChargeRow> {
  const row = id.startsWith('ch_') ? await tx.lock<ChargeRow>(id) : undefined;
  if (!row) throw missing('charge', id);
  if (!row.object.paid) throw invalid(`Charge ${id} failed and cannot be refunded.`, undefined, 'charge');
  return row;
}

const yuan = (fen: number): string => `¥${formatYuan(fen)}`;
