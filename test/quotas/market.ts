import supertest from 'supertest';
import { expect } from 'vitest';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Unit, User } from '../../server/db/generated/client.ts';
import type { FundingSource } from '../../server/db/generated/enums.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { outboxHandlers } from '../../server/work.ts';
import { apiTokenFor, makeTestApp, type TestApp, type TestAppOverrides } from '../setup/app.ts';
import { makeWorld, type World } from '../world/world.ts';

export type Person = keyof World['users'] | User;

interface Purchase {
  lines: { productId: number; quantity: number }[];
  /** none: for oneself */
  unit?: Unit;
  fundingSource?: FundingSource;
}

export interface Placed {
  id: number;
  buyer: Person;
  fulfilments: { id: number; supplier: { code: string }; lines: { id: number; quantity: number }[] }[];
}

/** A market in which months can pass, with the steps of a purchase in business words. */
export interface Market {
  app: TestApp;
  world: World;
  /** from now on it is noon of this day in Shanghai */
  turnTo: (day: string) => void;
  get: (who: Person, path: string) => Promise<supertest.Response>;
  /** a unit purchase on account below the approval threshold, or an individual one paid at once */
  buy: (who: Person, purchase: Purchase) => Promise<Placed>;
  /** ships every parcel and accepts all of it, or so many of each line */
  deliver: (order: Placed, accepted?: number) => Promise<void>;
  cancel: (order: Placed) => Promise<void>;
  /** works off what facts have asked for */
  settle: () => Promise<void>;
  /** works that off, and then `npm run reconcile` has nothing to say */
  expectExact: () => Promise<void>;
}

const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', detail: '测试路 1 号' };

export async function openMarket(day: string, overrides: TestAppOverrides = {}): Promise<Market> {
  let now = noonOf(day);
  const app = await makeTestApp({ clock: () => now, ...overrides });
  const world = await makeWorld(app.db, { now });
  const userOf = (who: Person) => (typeof who === 'string' ? world.users[who] : who);
  const call = async (who: Person, method: 'get' | 'post', path: string, body?: object) => {
    const token = await apiTokenFor(app.db, userOf(who), [], now);
    const sent = supertest(app.url)[method](`/api/v1${path}`).auth(token, { type: 'bearer' });
    return body ? sent.send(body) : sent;
  };
  const must = async (who: Person, path: string, body: object) => {
    const answer = await call(who, 'post', path, body);
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const settle = async () => {
    const handlers = { ...outboxHandlers(app.container), 'product.changed': async () => {} };
    while ((await drainOutbox(app.db, handlers, app.container.log)) > 0);
  };
  const ships = (code: string) => (code === 'chuanhe' ? 'riceSupplier' : 'supplier');
  return {
    app,
    world,
    turnTo: (next) => {
      now = noonOf(next);
    },
    get: (who, path) => call(who, 'get', path),
    buy: async (buyer, { lines, unit, fundingSource = unit ? 'canteen_budget' : 'individual' }) => {
      const isAlone = fundingSource === 'individual';
      const order = await must(buyer, '/orders', {
        ...{ lines, fundingSource, address, payment: isAlone ? 'stripe' : 'on_account' },
        ...(isAlone ? {} : { unitId: unit?.id }),
      });
      if (isAlone) {
        await supertest(app.url).post(new URL(order.payment.url).pathname).send({ outcome: 'succeed' }).expect(200);
      } else if (order.status !== 'placed') throw new Error(`order ${order.id} is ${order.status}`);
      return { id: order.id, buyer, fulfilments: order.fulfilments };
    },
    deliver: async ({ buyer, fulfilments }, accepted) => {
      for (const { id, supplier, lines } of fulfilments) {
        await must(ships(supplier.code), `/fulfilments/${id}/shipment`, {
          ...{ lines: [], carrier: '邮政', trackingNumber: `T${id}`, temperature: 4 },
        });
        await must(buyer, `/fulfilments/${id}/receipt`, {
          lines: lines.map((line) => {
            const acceptedQuantity = Math.min(accepted ?? line.quantity, line.quantity);
            return { lineId: line.id, acceptedQuantity, shortQuantity: line.quantity - acceptedQuantity };
          }),
        });
      }
    },
    cancel: async ({ id, buyer }) => void (await must(buyer, `/orders/${id}/cancellation`, { reason: '测试' })),
    settle,
    expectExact: async () => {
      await settle();
      const found: unknown[] = [];
      await reconcile(app.container.config.databaseUrl, (difference) => found.push(difference));
      expect(found).toEqual([]);
    },
  };
}

function noonOf(day: string): Date {
  return new Date(`${day}T04:00:00Z`);
}
