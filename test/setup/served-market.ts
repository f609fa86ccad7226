import { expect, vi } from 'vitest';
import { startWork } from '../../server/work.ts';
import { makeWorld, type World } from '../world/world.ts';
import { makeTestApp, type TestApp, type TestAppOverrides } from './app.ts';
import { openBrowser } from './browser.ts';
import { type Visitors, visitorsOf } from './visitors.ts';

/** A market as it is served, its worker beside it, and a browser for those who come. */
export interface ServedMarket extends Visitors {
  app: TestApp;
  world: World;
  close: () => Promise<void>;
}

/** Answers once the market is ready, search and all. */
export async function serveMarket(overrides: TestAppOverrides = {}): Promise<ServedMarket> {
  const app = await makeTestApp(overrides);
  const world = await makeWorld(app.db, { now: new Date() });
  const work = startWork(app.container);
  const browser = await openBrowser();
  const ready = async () => expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  await vi.waitFor(ready, { timeout: 20_000, interval: 50 });
  const close = async () => {
    await browser.close();
    await work.stop();
    await app.close();
  };
  return { app, world, close, ...visitorsOf(browser, app.url) };
}
