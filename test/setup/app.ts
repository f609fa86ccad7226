import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { load } from 'cheerio';
import type { Express } from 'express';
import supertest from 'supertest';
import { issueToken } from '../../server/accounts/api-tokens.ts';
import { createApp } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';
import { type Container, createContainer } from '../../server/container.ts';
import type { PrismaClient } from '../../server/db/client.ts';
import type { Clock } from '../../server/shared/clock.ts';
import { PASSWORD } from '../world/users.ts';
import { testDatabase } from './database.ts';

export type Agent = ReturnType<typeof supertest.agent>;

export interface TestApp {
  app: Express;
  container: Container;
  db: PrismaClient;
  /** where it listens, for the payment sandbox and for browsers */
  url: string;
  /** a visitor with a cookie jar of their own */
  visitor: () => Agent;
  close: () => Promise<void>;
}

export interface TestAppOverrides {
  /** environment variables beside the tests' own */
  env?: Record<string, string>;
  clock?: Clock;
  onQuery?: (sql: string, milliseconds: number) => void;
  /** a database that is there already; else an empty one of this test file */
  databaseUrl?: string;
}

/**
 * The real container and app on the tests' database, listening on a free port of loopback, with CSRF, headers and limits on.
 * Nothing works off the outbox: a test that needs it calls `drainOutbox` itself.
 */
export async function makeTestApp(overrides: TestAppOverrides = {}): Promise<TestApp> {
  const databaseUrl = overrides.databaseUrl ?? (await testDatabase());
  const server = createServer();
  const url = await listen(server);
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL: '8',
    BASE_URL: url,
    LOG_LEVEL: 'fatal',
    RATE_LIMIT: '100000',
    KEEP_PAGES_MS: '0',
    ...overrides.env,
  });
  const { clock, onQuery } = overrides;
  const container = await createContainer(config, { ownUrl: url, clock, onQuery });
  const app = createApp(container);
  server.on('request', app);
  return {
    app,
    container,
    db: container.db,
    url,
    visitor: () => supertest.agent(url),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await container.close();
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The token that a page's forms carry. */
export function csrfFrom(html: string): string {
  const token = load(html)('input[name="_csrf"]').first().val();
  if (typeof token !== 'string' || token === '') throw new Error(`no CSRF token in this page:\n${html.slice(0, 500)}`);
  return token;
}

type Fields = Record<string, string | number | string[] | undefined>;

/** Opens the page `from` and sends its form to `action` with these fields and the page's CSRF token. */
export async function submit(agent: Agent, from: string, action: string, fields: Fields = {}) {
  const page = await agent.get(from).redirects(5);
  return agent
    .post(action)
    .type('form')
    .send({ ...fields, _csrf: csrfFrom(page.text) });
}

/** Signs the visitor in; throws when that does not work. */
export async function signInAs(agent: Agent, login: string, password = PASSWORD): Promise<Agent> {
  const answer = await submit(agent, '/sign-in', '/sign-in', { login, password });
  if (answer.status !== 303) throw new Error(`signing in as ${login} was answered with ${answer.status}`);
  return agent;
}

/** A new API token of a user; without scopes it may do all that the user may. A test whose clock is months away says `now`. */
export async function apiTokenFor(
  db: PrismaClient,
  user: { id: number },
  scopes: string[] = [],
  now = new Date(),
): Promise<string> {
  const { token } = await issueToken(db, { userId: user.id, name: 'test', scopes, now });
  return token;
}
