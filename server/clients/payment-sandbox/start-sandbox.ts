import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Router } from 'express';
import type { PrismaClient } from '../../db/client.ts';
import { stripeApi } from './api.ts';
import type { Sandbox, SandboxLog } from './context.ts';
import { deliverDue, deliverNow, RETRY_DELAYS_MS } from './deliver-webhooks.ts';
import { SANDBOX_PAY_PATH, sandboxPayRoutes } from './pay-page.ts';
import { databaseStore } from './store.ts';
import { startQueues } from './work-queues.ts';

export { SANDBOX_PAY_PATH } from './pay-page.ts';

const WAIT_FOR_WEBHOOK_MS = 10_000;

export interface PaymentSandboxOptions {
  db: PrismaClient;
  /** True makes the start fail: nothing that pretends to take money may run there. */
  production: boolean;
  /** The market's public address; the pay page is `${baseUrl}/sandbox/pay/:id`. */
  baseUrl: string;
  /** Where this process, and so the sandbox, reaches the market's webhook. */
  webhookUrl: string;
  /** The same in every process; one is made and kept in the database when absent. */
  webhookSecret?: string | undefined;
  /** Of the API, on loopback; a free one when absent. */
  port?: number | undefined;
  /** Event types to post, as one ticks them for an endpoint at Stripe; all when absent. */
  enabledEvents?: readonly string[] | undefined;
  viewsDir?: string | undefined;
  log: SandboxLog;
  /** The market's clock, which sessions expire by; the wire keeps real time. */
  now?: (() => Date) | undefined;
  retryDelaysMs?: readonly number[] | undefined;
  pollMs?: number | undefined;
}

export interface PaymentSandbox {
  apiBase: string;
  secretKey: string;
  webhookSecret: string;
  /** Mount at SANDBOX_PAY_PATH, before CSRF. */
  payRoutes: Router;
  stop(): Promise<void>;
}

/**
 * Starts a stand-in for Stripe on loopback: its HTTP API, a pay page and signed webhooks, all state in the table sandbox_object.
 * Several processes may run one each over the same database. Throws in production.
 */
export async function startPaymentSandbox(options: PaymentSandboxOptions): Promise<PaymentSandbox> {
  if (options.production) {
    throw new Error(
      'The payment sandbox does not start in production: set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET.',
    );
  }
  const store = databaseStore(options.db);
  const webhookSecret = options.webhookSecret ?? (await keptSecret(store));
  const endpoint = {
    url: options.webhookUrl,
    secret: webhookSecret,
    retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
  };
  const delivering = new Set<Promise<void>>();
  const sandbox: Sandbox = {
    store,
    // Derived, so that every process answers to the same key.
    secretKey: `sk_test_${createHmac('sha256', webhookSecret).update('payment sandbox key').digest('hex').slice(0, 32)}`,
    enabledEvents: options.enabledEvents ? new Set(options.enabledEvents) : 'all',
    log: options.log,
    now: options.now ?? (() => new Date()),
    payUrl: (id) => `${options.baseUrl.replace(/\/$/, '')}${SANDBOX_PAY_PATH}/${id}`,
    deliver(events) {
      const delivery = deliverNow(store, endpoint, options.log, events).catch((error: unknown) => {
        options.log.warn({ err: error }, 'payment sandbox: delivery interrupted, will be resumed');
      });
      delivering.add(delivery);
      void delivery.then(() => delivering.delete(delivery));
      return Promise.race([delivery, unreferencedDelay(WAIT_FOR_WEBHOOK_MS)]);
    },
  };

  const payRoutes = sandboxPayRoutes(sandbox, options.viewsDir ?? resolve('views'));
  const api = stripeApi(sandbox, payRoutes);
  const server = await listen(createServer(api), options.port ?? 0);
  const due = startQueues(sandbox, (id) => deliverDue(store, endpoint, options.log, id), options.pollMs ?? 500);

  return {
    apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secretKey: sandbox.secretKey,
    webhookSecret,
    payRoutes,
    async stop() {
      await due.stop();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await Promise.all(delivering);
    },
  };
}

async function keptSecret(store: Sandbox['store']): Promise<string> {
  const made = `whsec_${randomBytes(24).toString('hex')}`;
  if (await store.insert('webhook_endpoint', 'we_market', { secret: made })) return made;
  const kept = await store.find<{ secret: string }>('we_market');
  return kept?.secret ?? keptSecret(store);
}

function unreferencedDelay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function listen(server: Server, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
