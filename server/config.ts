import { z } from 'zod';

const optionalText = z.string().trim().min(1).optional();

const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  BASE_URL: z.url().optional(),
  DATABASE_URL: z.string().regex(/^(mysql|mariadb):\/\//, 'must look like mysql://user:password@host:3306/database'),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(16),
  DATA_DIR: z.string().default('.data'),
  SESSION_SECRET: z.string().min(32, 'needs at least 32 characters').optional(),
  STRIPE_SECRET_KEY: optionalText,
  STRIPE_WEBHOOK_SECRET: optionalText,
  STRIPE_API_BASE: z.url().optional(),
  MEILI_URL: z.url().optional(),
  MEILI_API_KEY: optionalText,
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must look like smtp://user:password@host:587')
    .optional(),
  MAIL_FROM: optionalText,
  ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  RATE_LIMIT: z.coerce.number().int().min(0).default(600),
  KEEP_PAGES_MS: z.coerce.number().int().min(0).max(10_000).default(1_000),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  CLOCK: z.iso.datetime({ offset: true }).optional(),
});

export interface Config {
  production: boolean;
  test: boolean;
  port: number;
  host: string;
  baseUrl: string;
  databaseUrl: string;
  databasePool: number;
  dataDir: string;
  sessionSecret: string;
  stripe: { secretKey: string; webhookSecret: string; apiBase?: string } | null;
  /** null: search runs in this process */
  meilisearch: { url: string; apiKey?: string } | null;
  /** null: messages stay in the inbox */
  mail: { url: string; from: string } | null;
  role: 'all' | 'web' | 'worker';
  rateLimit: number;
  /** how long public pages are shown again without asking the database; 0: not at all */
  keepPagesMs: number;
  trustProxy: number;
  logLevel: string;
  clock: Date | null;
}

/** Every fault of the environment at once; the process refuses to start with it. */
export class ConfigFaults extends Error {
  constructor(faults: string[]) {
    super(`The environment does not fit:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigFaults';
  }
}

/** Reads the configuration from environment variables, the only place that does. Throws ConfigFaults naming every fault. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = environment.safeParse(present);
  if (!read.success)
    throw new ConfigFaults(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const e = read.data;
  const production = e.NODE_ENV === 'production';
  const faults = [
    production && !e.SESSION_SECRET && 'SESSION_SECRET: needed in production (32 characters or more)',
    production && !e.BASE_URL && 'BASE_URL: needed in production, the address that people use',
    production &&
      !e.STRIPE_SECRET_KEY &&
      'STRIPE_SECRET_KEY: needed in production; the payment sandbox does not run there',
    e.SMTP_URL && !e.MAIL_FROM && 'MAIL_FROM: needed with SMTP_URL, the address that mails come from',
    e.STRIPE_SECRET_KEY && !e.STRIPE_WEBHOOK_SECRET && 'STRIPE_WEBHOOK_SECRET: needed with STRIPE_SECRET_KEY',
    production && e.CLOCK && 'CLOCK: refused in production',
  ].filter((fault) => typeof fault === 'string');
  if (faults.length > 0) throw new ConfigFaults(faults);
  return {
    production,
    test: e.NODE_ENV === 'test',
    port: e.PORT,
    host: e.HOST,
    baseUrl: (e.BASE_URL ?? `http://${e.HOST.includes(':') ? `[${e.HOST}]` : e.HOST}:${e.PORT}`).replace(/\/$/, ''),
    databaseUrl: e.DATABASE_URL,
    databasePool: e.DATABASE_POOL,
    dataDir: e.DATA_DIR,
    sessionSecret: e.SESSION_SECRET ?? 'development-only-secret-of-no-value-at-all',
    stripe:
      e.STRIPE_SECRET_KEY && e.STRIPE_WEBHOOK_SECRET
        ? { secretKey: e.STRIPE_SECRET_KEY, webhookSecret: e.STRIPE_WEBHOOK_SECRET, apiBase: e.STRIPE_API_BASE }
        : null,
    meilisearch: e.MEILI_URL ? { url: e.MEILI_URL, apiKey: e.MEILI_API_KEY } : null,
    mail: e.SMTP_URL && e.MAIL_FROM ? { url: e.SMTP_URL, from: e.MAIL_FROM } : null,
    role: e.ROLE,
    rateLimit: e.RATE_LIMIT,
    keepPagesMs: e.KEEP_PAGES_MS,
    trustProxy: e.TRUST_PROXY,
    logLevel: e.LOG_LEVEL,
    clock: e.CLOCK ? new Date(e.CLOCK) : null,
  };
}

/** The database's address alone, for commands that need nothing else. Empty when it is not set. */
export function readDatabaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  return env.DATABASE_URL ?? '';
}
