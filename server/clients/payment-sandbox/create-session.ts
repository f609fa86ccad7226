import type { Stripe } from '../stripe.ts';
import { PAYMENT_METHOD_TYPES, type Sandbox, type SessionRow, seconds } from './context.ts';
import { invalid } from './errors.ts';
import { newId } from './ids.ts';
import type { SessionParams } from './params.ts';
import { queueId, type SandboxTransaction } from './store.ts';

const [HALF_HOUR, DAY] = [30 * 60, 24 * 60 * 60];
const LARGEST_AMOUNT = 99_999_999;

/** POST /v1/checkout/sessions. Amounts in fen. Throws Stripe's error for an expiry, a sum or payment methods that Checkout refuses. */
export async function createSession(
  sandbox: Sandbox,
  tx: SandboxTransaction,
  params: SessionParams,
): Promise<SessionRow> {
  const created = seconds(sandbox.now());
  const expiresAt = expiryOf(params, created);
  const paymentMethodTypes = paymentMethodsOf(params);
  const lineItems = params.line_items.map((item) => lineItemOf(item, created));
  const total = lineItems.reduce((sum, item) => sum + item.amount_total, 0);
  if (total > LARGEST_AMOUNT) {
    throw invalid('The Checkout Session total amount must be no more than 999999.99 cny', 'amount_too_large');
  }

  const id = newId('cs_test');
  const row: SessionRow = {
    object: sessionOf({ id, url: sandbox.payUrl(id), created, expiresAt, total, paymentMethodTypes, params }),
    lineItems,
    paymentIntentData: {
      description: params.payment_intent_data.description ?? null,
      metadata: params.payment_intent_data.metadata,
    },
  };
  await tx.insertAll([
    { type: 'session', id, data: row },
    { type: 'queue', id: expiryEntry(row.object), data: { sessionId: id } },
  ]);
  return row;
}

export function expiryEntry(session: Stripe.Checkout.Session): string {
  return queueId('expire', session.expires_at * 1000, session.id);
}

function expiryOf(params: SessionParams, created: number): number {
  const expiresAt = params.expires_at ?? created + DAY;
  if (expiresAt < created + HALF_HOUR) {
    throw invalid(
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
      undefined,
      'expires_at',
    );
  }
  if (expiresAt > created + DAY) {
    throw invalid(
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
      undefined,
      'expires_at',
    );
  }
  return expiresAt;
}

function paymentMethodsOf(params: SessionParams): string[] {
  const allowed = [...new Set(params.allowed_payment_method_types ?? PAYMENT_METHOD_TYPES)];
  if (params.allowed_payment_method_types?.includes('wechat_pay') && !params.payment_method_options?.wechat_pay) {
    throw invalid(
      'You must specify `payment_method_options[wechat_pay][client]` to use `wechat_pay`.',
      'parameter_missing',
      'payment_method_options[wechat_pay][client]',
    );
  }
  return allowed;
}

function lineItemOf(item: SessionParams['line_items'][number], created: number): Stripe.LineItem {
  const amount = item.price_data.unit_amount * item.quantity;
  return {
    id: newId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: 'cny',
    description: item.price_data.product_data.name,
    metadata: {},
    price: {
      id: newId('price'),
      object: 'price',
      active: false,
      billing_scheme: 'per_unit',
      created,
      currency: 'cny',
      custom_unit_amount: null,
      livemode: false,
      lookup_key: null,
      metadata: {},
      nickname: null,
      product: newId('prod'),
      recurring: null,
      tax_behavior: 'unspecified',
      tiers_mode: null,
      transform_quantity: null,
      type: 'one_time',
      unit_amount: item.price_data.unit_amount,
      unit_amount_decimal: null,
    },
    quantity: item.quantity,
  };
}

interface SessionFacts {
  id: string;
  url: string;
  created: number;
  expiresAt: number;
  total: number;
  paymentMethodTypes: string[];
  params: SessionParams;
}

function sessionOf({ id, url, created, expiresAt, total, paymentMethodTypes, params }: SessionFacts) {
  const session: Stripe.Checkout.Session = {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: total,
    amount_total: total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created,
    currency: 'cny',
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: null,
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: null,
    customer_email: params.customer_email ?? null,
    discounts: [],
    expires_at: expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: null,
    metadata: params.metadata,
    mode: 'payment',
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: paymentMethodTypes,
    payment_status: 'unpaid',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: params.submit_type ?? null,
    subscription: null,
    success_url: params.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url,
    wallet_options: null,
  };
  return session;
}
