import type { Stripe } from '../stripe.ts';
import type { SandboxStore } from './store.ts';

export type PaymentMethodType = 'card' | 'alipay' | 'wechat_pay';
export const PAYMENT_METHOD_TYPES: readonly PaymentMethodType[] = ['card', 'alipay', 'wechat_pay'];

/** How the events of one payment, its refunds included, reach the market. */
export interface Delivery {
  delaySeconds: number;
  /** Every event is posted twice, at once. */
  duplicate: boolean;
  /** Events leave in the reverse of the order in which they happened. */
  outOfOrder: boolean;
}

export const PLAIN_DELIVERY: Delivery = { delaySeconds: 0, duplicate: false, outOfOrder: false };

// What a row holds: the object as the API shows it, and beside it what Stripe would keep to itself.
export interface SessionRow {
  object: Stripe.Checkout.Session;
  lineItems: Stripe.LineItem[];
  paymentIntentData: { description: string | null; metadata: Record<string, string> };
}
export interface PaymentIntentRow {
  object: Stripe.PaymentIntent;
}
export interface ChargeRow {
  object: Stripe.Charge;
  delivery: Delivery;
  refundsFail: boolean;
  /** the oldest first */
  refundIds?: string[];
}
export interface RefundRow {
  object: Stripe.Refund;
}
export interface EventRow {
  object: Stripe.Event;
}

export interface SandboxLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** What the sandbox's use cases share. */
export interface Sandbox {
  store: SandboxStore;
  secretKey: string;
  /** Which event types are posted; all are recorded. */
  enabledEvents: ReadonlySet<string> | 'all';
  log: SandboxLog;
  now(): Date;
  payUrl(sessionId: string): string;
  /** Posts events that were just recorded; resolves after the first attempt at each, at the latest after ten seconds. */
  deliver(events: OutgoingEvent[]): Promise<void>;
}

export interface OutgoingEvent {
  event: Stripe.Event;
  /** The queue entries of its copies; empty when nothing is to be posted now. */
  sendIds: string[];
}

export const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
