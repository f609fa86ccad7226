import type { RequestHandler } from 'express';
import session, { type SessionData, Store } from 'express-session';
import type { Config } from '../config.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import type { Locale } from './i18n.ts';
import { saveBeforeRedirect } from './save-before-redirect.ts';

declare module 'express-session' {
  interface SessionData {
    userId?: number;
    locale?: Locale;
    /** what a visitor put into the cart before signing in */
    guestCart?: { productId: number; quantity: number; zoneId?: number | null }[];
    flash?: { kind: 'success' | 'info' | 'error'; text: string }[];
    /** what a form held when it was refused, shown once on the way back */
    refused?: {
      form: string;
      values: Record<string, unknown>;
      faults: { path: string; code: string; values?: Record<string, string | number> }[];
    };
  }
}

export const SESSION_COOKIE = 'market.sid';
const LIFETIME_MS = 14 * 86_400_000;

/** Sessions in the table `session`: one read a request, a write only when something changed, so there is no `touch`. */
class DatabaseStore extends Store {
  readonly #db: PrismaClient;
  readonly #clock: Clock;

  constructor(db: PrismaClient, clock: Clock) {
    super();
    this.#db = db;
    this.#clock = clock;
  }

  override get(sid: string, done: (error: unknown, data?: SessionData | null) => void): void {
    fast(this.#db).$queryRaw<{ data: string | SessionData }[]>`
      SELECT data FROM session WHERE id = ${sid} AND expiresAt > ${this.#clock()}`.then(
      ([row]) => done(null, row ? (typeof row.data === 'string' ? JSON.parse(row.data) : row.data) : null),
      done,
    );
  }

  override set(sid: string, data: SessionData, done: (error?: unknown) => void = () => {}): void {
    const expiresAt = new Date(this.#clock().getTime() + LIFETIME_MS);
    const json = JSON.stringify(data);
    this.#db
      .$executeRaw`INSERT INTO session (id, userId, data, expiresAt) VALUES (${sid}, ${data.userId ?? null}, ${json}, ${expiresAt})
      ON DUPLICATE KEY UPDATE userId = VALUES(userId), data = VALUES(data), expiresAt = VALUES(expiresAt)`.then(
      () => done(),
      done,
    );
  }

  override destroy(sid: string, done: (error?: unknown) => void = () => {}): void {
    this.#db.session.deleteMany({ where: { id: sid } }).then(() => done(), done);
  }
}

/** Cookie sessions; a visitor who only looks gets none. */
export function useSession(config: Config, db: PrismaClient, clock: Clock): RequestHandler[] {
  const sessions = session({
    name: SESSION_COOKIE,
    secret: config.sessionSecret,
    store: new DatabaseStore(db, clock),
    resave: false,
    saveUninitialized: false,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      secure: config.baseUrl.startsWith('https:'),
      maxAge: LIFETIME_MS,
      path: '/',
    },
  });
  return [sessions, saveBeforeRedirect];
}
