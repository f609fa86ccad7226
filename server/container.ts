import { join } from 'node:path';
import type { i18n } from 'i18next';
import { type Logger, pino } from 'pino';
import type Stripe from 'stripe';
import type { PaymentSandbox } from './clients/payment-sandbox/start-sandbox.ts';
import type { Config } from './config.ts';
import { connect, type PrismaClient } from './db/client.ts';
import type { SearchEngine } from './search/engine.ts';
import { type Clock, fixedClock, systemClock } from './shared/clock.ts';
import { createMessages } from './web/i18n.ts';

/** Everything that is built once for the process. Tests replace Stripe, mail and the clock, nothing else. */
export interface Container {
  config: Config;
  db: PrismaClient;
  log: Logger;
  clock: Clock;
  messages: i18n;
  folders: { views: string; public: string };
  search: SearchEngine;
  searchReady: () => boolean;
  stripe: Stripe;
  stripeWebhookSecret: string;
  sandbox: PaymentSandbox | null;
  /** made-up data is being served, and every page says so */
  isDemo: boolean;
  close: () => Promise<void>;
}
