import Stripe from 'stripe';

export type { Stripe };

/** The version whose shapes the installed SDK types describe; the payment sandbox speaks this one and no other. */
export const STRIPE_API_VERSION = '2026-10-28.endive';

export interface StripeClientConfig {
  secretKey: string;
  /** Origin of another host speaking Stripe's API, such as the payment sandbox: `http://127.0.0.1:3001`. */
  apiBase?: string | undefined;
}

/**
 * Stripe's SDK as the market uses it: pinned API version, short timeout, retries with the SDK's own idempotency keys, no telemetry.
 * Throws when `apiBase` is anything but a bare http(s) origin, because the SDK would silently drop the rest.
 */
export function createStripe({ secretKey, apiBase }: StripeClientConfig): Stripe {
  return new Stripe(secretKey, {
    apiVersion: STRIPE_API_VERSION,
    timeout: 15_000,
    maxNetworkRetries: 2,
    telemetry: false,
    ...(apiBase ? addressOf(apiBase) : {}),
  });
}

const AWAY = ['StripeConnectionError', 'StripeAPIError', 'StripeRateLimitError'];

/** Stripe cannot be reached or cannot answer now; the same call may work later. */
export function isStripeAway(error: unknown): boolean {
  return AWAY.includes((error as Stripe.errors.StripeError | null)?.type ?? '');
}

const CONFLICT = 409;

/** Stripe has refused a call for what it says; it will do so again. Not so a conflict: the same call is under way from elsewhere. */
export function isStripeRefusal(error: unknown): boolean {
  const fault = error as Stripe.errors.StripeError | null;
  return fault?.type === 'StripeInvalidRequestError' && fault.statusCode !== CONFLICT;
}

function addressOf(apiBase: string): { protocol: 'http' | 'https'; host: string; port: number } {
  const url = new URL(apiBase);
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (!bare || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error(`STRIPE_API_BASE must be an http(s) origin without a path, got ${apiBase}`);
  }
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  return { protocol, host: url.hostname, port: Number(url.port) || (protocol === 'https' ? 443 : 80) };
}
