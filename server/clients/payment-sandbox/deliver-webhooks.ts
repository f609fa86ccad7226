import { createHmac } from 'node:crypto';
import type { EventRow, OutgoingEvent, SandboxLog } from './context.ts';
import { SEND_LEASE_MS } from './record-events.ts';
import { requeuedId, type SandboxStore } from './store.ts';

const POST_TIMEOUT_MS = 10_000;
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
/** After the last one the event is given up, three days after it happened, as Stripe does. */
export const RETRY_DELAYS_MS: readonly number[] = [
  SECOND,
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  HOUR,
  4 * HOUR,
  ...Array.from({ length: 8 }, () => 8 * HOUR),
];

export interface WebhookEndpoint {
  url: string;
  secret: string;
  retryDelaysMs: readonly number[];
}

interface SendEntry {
  eventId: string;
  attempts: number;
}

/** Posts just recorded events one after another, the copies of one at once. */
export async function deliverNow(
  store: SandboxStore,
  endpoint: WebhookEndpoint,
  log: SandboxLog,
  outgoing: OutgoingEvent[],
): Promise<void> {
  const startedMs = Date.now();
  for (const { event, sendIds } of outgoing) {
    // Slow answers to earlier events may have used up the lease: then compete for the entry like everyone else.
    const stillOurs = Date.now() - startedMs < SEND_LEASE_MS - POST_TIMEOUT_MS - SECOND;
    await Promise.all(
      sendIds.map((id) =>
        stillOurs
          ? attempt(store, endpoint, log, id, { eventId: event.id, attempts: 0 }, JSON.stringify(event, null, 2))
          : deliverDue(store, endpoint, log, id),
      ),
    );
  }
}

/** Claims a due queue entry and posts its event; does nothing when another process was first. */
export async function deliverDue(
  store: SandboxStore,
  endpoint: WebhookEndpoint,
  log: SandboxLog,
  dueId: string,
): Promise<void> {
  const claimed = requeuedId(dueId, Date.now() + SEND_LEASE_MS);
  if (!(await store.move(dueId, claimed))) return;
  const entry = await store.find<SendEntry>(claimed);
  const row = entry && (await store.find<EventRow>(entry.eventId));
  if (!entry || !row) return store.remove(claimed);
  await attempt(store, endpoint, log, claimed, entry, JSON.stringify(row.object, null, 2));
}

async function attempt(
  store: SandboxStore,
  endpoint: WebhookEndpoint,
  log: SandboxLog,
  id: string,
  entry: SendEntry,
  payload: string,
): Promise<void> {
  const failure = await post(endpoint, payload);
  if (!failure) return store.remove(id);

  const delayMs = endpoint.retryDelaysMs[entry.attempts];
  const details = { event: entry.eventId, attempt: entry.attempts + 1, failure, retryInMs: delayMs };
  if (delayMs === undefined) {
    log.warn(details, 'payment sandbox: webhook given up');
    return store.remove(id);
  }
  log.info(details, 'payment sandbox: webhook not accepted, will be sent again');
  await store.transaction(async (tx) => {
    await tx.remove(id);
    const again = { ...entry, attempts: entry.attempts + 1 };
    await tx.insert('queue', requeuedId(id, Date.now() + delayMs), again);
  });
}

async function post(endpoint: WebhookEndpoint, payload: string): Promise<string | undefined> {
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'Stripe-Signature': signature(payload, endpoint.secret),
      },
      body: payload,
      redirect: 'manual',
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `status ${response.status}`;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

// Signed by the real clock, not the market's: the receiver compares the time with its own.
function signature(payload: string, secret: string): string {
  const timestamp = Math.floor(Date.now() / 1000);
  const mac = createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex');
  return `t=${timestamp},v1=${mac}`;
}
