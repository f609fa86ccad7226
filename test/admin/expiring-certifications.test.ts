import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Supplier } from '../../server/db/generated/client.ts';
import {
  remindExpiringCertifications,
  tellEndedCertifications,
} from '../../server/notifications/remind-expiring-certifications.ts';
import { pathTo } from '../../server/paths.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { aProduct } from '../world/products.ts';
import { aSupplier, certify, interrupt } from '../world/suppliers.ts';
import { aUser, grant } from '../world/users.ts';

const LAST_DAY = '2026-08-31';
const START = '2026-01-01';
let market: TestApp;

beforeAll(async () => {
  market = await makeTestApp();
});
afterAll(() => market.close());

async function aSeller(supplier: Supplier): Promise<number> {
  const { id } = await aUser(market.db, {});
  await grant(market.db, { id }, { role: 'supplier', supplier });
  return id;
}

/** What a person has been told after the job ran twice at an instant. */
async function toldAt(instant: string, userId: number): Promise<number> {
  await remindExpiringCertifications(market.db, new Date(instant));
  await remindExpiringCertifications(market.db, new Date(instant));
  return market.db.notification.count({ where: { userId, kind: 'certification_ends' } });
}

describe('remindExpiringCertifications', () => {
  it('tells the supplier 60, 30 and 7 days before the last day, once each, by the day in Shanghai', async () => {
    const supplier = await aSupplier(market.db, { certified: [START, LAST_DAY] });
    const seller = await aSeller(supplier);
    expect(await toldAt('2026-07-01T15:59:59Z', seller)).toBe(0);
    expect(await toldAt('2026-07-01T16:00:00Z', seller)).toBe(1);
    expect(await toldAt('2026-07-31T15:59:59Z', seller)).toBe(1);
    expect(await toldAt('2026-07-31T16:00:00Z', seller)).toBe(2);
    expect(await toldAt('2026-08-23T15:59:59Z', seller)).toBe(2);
    expect(await toldAt('2026-08-23T16:00:00Z', seller)).toBe(3);
    expect(await toldAt('2026-09-01T04:00:00Z', seller)).toBe(3);
  });

  it('tells only the nearest term when nothing ran for a while', async () => {
    const supplier = await aSupplier(market.db, { certified: [START, LAST_DAY] });
    const seller = await aSeller(supplier);
    expect(await toldAt('2026-08-28T04:00:00Z', seller)).toBe(1);
  });

  it("tells of a product's certification, with the way to renew it", async () => {
    const supplier = await aSupplier(market.db);
    const seller = await aSeller(supplier);
    const product = await aProduct(market.db, { supplier, certified: false });
    await certify(market.db, { product }, [START, LAST_DAY]);
    expect(await toldAt('2026-08-28T04:00:00Z', seller)).toBe(1);
    const notice = await market.db.notification.findFirstOrThrow({ where: { userId: seller } });
    expect(notice).toMatchObject({ link: pathTo('newApplication'), data: { day: LAST_DAY } });
  });

  it('is silent where it was renewed, is suspended, or ended already', async () => {
    const renewed = await aSupplier(market.db, { certified: [START, LAST_DAY] });
    await certify(market.db, { supplier: renewed }, ['2026-09-01', '2028-08-31']);
    const suspended = await aSupplier(market.db, { certified: false });
    const held = await certify(market.db, { supplier: suspended }, [START, LAST_DAY]);
    await interrupt(market.db, held, 'suspension', '2026-08-01');
    const ended = await aSupplier(market.db, { certified: [START, '2026-08-27'] });
    for (const supplier of [renewed, suspended, ended]) {
      expect(await toldAt('2026-08-28T04:00:00Z', await aSeller(supplier))).toBe(0);
    }
  });
});

describe('tellEndedCertifications', () => {
  it('tells the supplier once that the goods are off the shelf, unless it was renewed', async () => {
    const supplier = await aSupplier(market.db, { certified: [START, LAST_DAY] });
    const seller = await aSeller(supplier);
    const renewed = await aSupplier(market.db, { certified: [START, LAST_DAY] });
    await certify(market.db, { supplier: renewed }, ['2026-09-01', '2028-08-31']);
    const renewer = await aSeller(renewed);
    const told = async (instant: string, userId: number) => {
      await tellEndedCertifications(market.db, new Date(instant));
      return market.db.notification.count({ where: { userId, kind: 'certification_ended' } });
    };
    expect(await told('2026-08-31T15:59:59Z', seller)).toBe(0);
    expect(await told('2026-08-31T16:00:00Z', seller)).toBe(1);
    expect(await told('2026-09-03T04:00:00Z', seller)).toBe(1);
    expect(await told('2026-09-03T04:00:00Z', renewer)).toBe(0);
  });
});
