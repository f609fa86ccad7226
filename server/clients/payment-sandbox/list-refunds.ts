import type { ChargeRow, PaymentIntentRow, RefundRow } from './context.ts';
import { invalid, missing } from './errors.ts';
import type { RefundListParams } from './params.ts';
import type { SandboxStore } from './store.ts';

const MOST = 100;

/** GET /v1/refunds of a payment intent, the newest first, beyond `starting_after`. Throws Stripe's error for an intent that is not there. */
export async function listRefunds(store: SandboxStore, params: RefundListParams) {
  const { payment_intent: intentId, limit = 10, starting_after: after } = params;
  if (limit > MOST) throw invalid(`Invalid integer, must be at most ${MOST}: ${limit}`, undefined, 'limit');
  const intent = intentId.startsWith('pi_') ? await store.find<PaymentIntentRow>(intentId) : undefined;
  if (!intent) throw missing('payment_intent', intentId);
  const charge = await store.find<ChargeRow>(String(intent.object.latest_charge));
  const ids = [...(charge?.refundIds ?? [])].reverse();
  if (after && !ids.includes(after)) throw missing('refund', after, 'starting_after');
  const rest = after ? ids.slice(ids.indexOf(after) + 1) : ids;
  const rows = await Promise.all(rest.slice(0, limit).map((id) => store.find<RefundRow>(id)));
  return {
    object: 'list',
    url: '/v1/refunds',
    has_more: rest.length > limit,
    data: rows.flatMap((row) => row?.object ?? []),
  };
}
