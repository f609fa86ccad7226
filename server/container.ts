import { resolve } from 'node:path';
import type { i18n } from 'i18next';
import { type Logger, pino } from 'pino';
import { createFileStore, type FileStore } from './clients/file-store.ts';
import { createMailer, type Mailer } from './clients/mail.ts';
import { createMeilisearch } from './clients/meilisearch.ts';
import { type PaymentSandbox, startPaymentSandbox } from './clients/payment-sandbox/start-sandbox.ts';
import { createPhotoStore, type PhotoStore } from './clients/photo-store.ts';
import { createStripe, type Stripe } from './clients/stripe.ts';
import type { Config } from './config.ts';
import { connect, type PrismaClient } from './db/client.ts';
import { createEmbeddedEngine } from './search/embedded/embedded-engine.ts';
import type { SearchEngine } from './search/engine.ts';
import { createMeilisearchEngine } from './search/meilisearch/meilisearch-engine.ts';
import { type Clock, fixedClock, systemClock } from './shared/clock.ts';
import { createMessages } from './web/i18n.ts';
import { createSharedPages, type SharedPages } from './web/shared-pages.ts';

/** Everything that is built once for the process. Tests replace Stripe, mail and the clock, nothing else. */
export interface Container {
  config: Config;
  db: PrismaClient;
  log: Logger;
  clock: Clock;
  messages: i18n;
  folders: { views: string; public: string };
  files: FileStore;
  photos: PhotoStore;
  /** null where no mail server is set */
  mail: Mailer | null;
  search: SearchEngine;
  searchReady: () => boolean;
  pages: SharedPages;
  stripe: Stripe;
  stripeWebhookSecret: string;
  /** null where real keys are set */
  sandbox: PaymentSandbox | null;
  baseUrl: string;
  /** made-up data is being served, and every page says so */
  isDemo: boolean;
  close: () => Promise<void>;
}

export interface ContainerOptions {
  /** where this process is reached on loopback, for the payment sandbox's webhooks */
  ownUrl?: string;
  clock?: Clock;
  onQuery?: (sql: string, milliseconds: number) => void;
}

/** Builds every client once. `close` undoes it in reverse. */
export async function createContainer(config: Config, options: ContainerOptions = {}): Promise<Container> {
  const log = pino({ level: config.logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
  const clock = options.clock ?? (config.clock ? fixedClock(config.clock) : systemClock);
  const db = connect(config.databaseUrl, { pool: config.databasePool, onQuery: options.onQuery });
  const folders = { views: resolve('views'), public: resolve('public') };
  const search = config.meilisearch
    ? createMeilisearchEngine(createMeilisearch(config.meilisearch))
    : createEmbeddedEngine();
  const sandbox = config.stripe
    ? null
    : await startPaymentSandbox({
        db,
        production: config.production,
        baseUrl: config.baseUrl,
        webhookUrl: `${options.ownUrl ?? `http://127.0.0.1:${config.port}`}/api/v1/payments/stripe/webhook`,
        viewsDir: folders.views,
        log,
        now: clock,
      });
  const stripe = createStripe(config.stripe ?? { secretKey: sandbox?.secretKey ?? '', apiBase: sandbox?.apiBase });
  const demo = await db.setting.findUnique({ where: { key: 'demo' } });
  return {
    config,
    db,
    log,
    clock,
    messages: createMessages(folders.views),
    folders,
    files: createFileStore(config.dataDir),
    photos: createPhotoStore(config.dataDir),
    mail: createMailer(config.mail),
    search,
    searchReady: () => search.ready(),
    pages: createSharedPages(config.keepPagesMs),
    stripe,
    stripeWebhookSecret: config.stripe?.webhookSecret ?? sandbox?.webhookSecret ?? '',
    sandbox,
    baseUrl: config.baseUrl,
    isDemo: demo !== null,
    close: async () => {
      await sandbox?.stop();
      await db.$disconnect();
    },
  };
}
