import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../../server/accounts/actor.ts';
import { reconcile } from '../../../server/cli/reconcile/run-checks.ts';
import { decideReAttribution } from '../../../server/quotas/moves/decide-re-attribution.ts';
import { requestReAttribution } from '../../../server/quotas/moves/request-re-attribution.ts';
import { reverseDisqualified } from '../../../server/quotas/moves/reverse-disqualified.ts';
import { decideDisqualification } from '../../../server/suppliers/decide-disqualification.ts';
import { proposeDisqualification } from '../../../server/suppliers/propose-disqualification.ts';
import { revokeCertification } from '../../../server/suppliers/revoke-certification.ts';
import { placeTree } from '../../../server/units/place-tree.ts';
import { faultsOn, personOf } from '../../setup/person.ts';
import { aBatch } from '../../world/products.ts';
import { aUser } from '../../world/users.ts';
import { type Market, openMarket, type Placed } from '../market.ts';

let market: Market;
let today: string;
let second: number;

beforeAll(async () => {
  market = await openMarket('2026-03-10');
  second = (await aUser(market.app.db, { login: 'certifier-2', grants: [{ role: 'certifier' }] })).id;
  turnTo('2026-03-10');
});
afterAll(() => market.app.close());

function turnTo(day: string): void {
  today = day;
  market.turnTo(day);
}

const now = (plusMs = 0) => new Date(new Date(`${today}T04:00:00Z`).getTime() + plusMs);

async function actor(id: number) {
  const found = await findActor(market.app.db, id, today);
  if (!found) throw new Error(`no actor ${id}`);
  return found;
}

async function certificationOf(product: { id: number }): Promise<number> {
  const { id } = await market.app.db.certification.findFirstOrThrow({ where: { productId: product.id } });
  return id;
}

async function propose(certificationId: number, since: string): Promise<void> {
  const act = { certificationId, since, reason: '冒充产地', at: now(), places: await placeTree(market.app.db) };
  await proposeDisqualification(market.app.db, await actor(market.world.users.certifier.id), act);
}

async function approve(certificationId: number, by = second): Promise<void> {
  const act = { certificationId, approve: true, reason: '', at: now(), places: await placeTree(market.app.db) };
  await decideDisqualification(market.app.db, await actor(by), act);
}

/** Runs the job as often as it has something to do; with the minute after which it looks a last time. */
async function reverseAll(): Promise<void> {
  while ((await reverseDisqualified(market.app.db, now())) > 0);
  await reverseDisqualified(market.app.db, now());
  while ((await reverseDisqualified(market.app.db, now(61_000))) > 0);
  await reverseDisqualified(market.app.db, now(61_000));
}

async function sums(order: Placed): Promise<Record<string, number>> {
  const rows = await market.app.db.tallyEntry.groupBy({
    by: ['unitId', 'event'],
    where: { orderId: order.id, programmeId: market.world.programmes.group.id },
    _sum: { fen: true },
  });
  const name = new Map(Object.values(market.world.units).map(({ id, code }) => [id, code]));
  const found = rows.map(({ unitId, event, _sum }) => [`${name.get(unitId)} ${event}`, _sum.fen ?? 0] as const);
  return Object.fromEntries(found.filter(([, fen]) => fen !== 0));
}

async function differences(): Promise<string[]> {
  const found: string[] = [];
  await reconcile(market.app.container.config.databaseUrl, ({ what, expected, found: there }) =>
    found.push(`${what}: expected ${expected}, found ${there}`),
  );
  return found;
}

const buy = (quantity: number, product = market.world.products.tea) =>
  market.buy('buyer', { lines: [{ productId: product.id, quantity }], unit: market.world.units.bank });

describe('a plain revocation', () => {
  it('reverses nothing', async () => {
    const { wulongTea } = market.world.products;
    await market
      .deliver(await market.buy('employee', { lines: [{ productId: wulongTea.id, quantity: 1 }] }))
      .catch(() => {});
    turnTo('2026-03-11');
    const before = await market.app.db.tallyEntry.count();
    await revokeCertification(market.app.db, await actor(market.world.users.certifier.id), {
      ...{ certificationId: await certificationOf(wulongTea), reason: '到期不续', at: now() },
      places: await placeTree(market.app.db),
    });
    await reverseAll();
    expect(await market.app.db.tallyEntry.count()).toBe(before);
    expect(await differences()).toEqual([]);
  });
});

describe('a disqualification for fraud', () => {
  let early: Placed;
  let delivered: Placed;
  let open: Placed;
  let moved: Placed;

  it('needs a second person', async () => {
    const tea = await certificationOf(market.world.products.tea);
    early = await buy(1);
    await market.deliver(early);
    turnTo('2026-04-10');
    [delivered, open, moved] = [await buy(2), await buy(3), await buy(4)];
    await market.deliver(delivered);
    await market.deliver(moved);
    const asked = {
      purchase: { kind: 'order' as const, id: moved.id },
      ...{ toUnit: 'dual', reason: '选错', at: now() },
    };
    const id = await requestReAttribution(market.app.db, await actor(market.world.users.buyer.id), asked);
    const organizer = await actor(market.world.users.organizer.id);
    await decideReAttribution(market.app.db, organizer, { id, approve: true, note: null, at: now() });

    turnTo('2026-05-10');
    await expect(propose(tea, '2026-05-11')).rejects.toMatchObject({ faults: [{ path: 'disqualifySince' }] });
    await propose(tea, '2026-04-01');
    await expect(propose(tea, '2026-04-01')).rejects.toMatchObject({ code: 'disqualificationOpen' });
    await reverseAll();
    expect(await sums(delivered)).toEqual({ 'bank placed': 25_600, 'bank counted': 25_600 });
    await expect(approve(tea, market.world.users.certifier.id)).rejects.toMatchObject({ code: 'ownDisqualification' });
    await expect(approve(tea, market.world.users.supplier.id)).rejects.toMatchObject({ status: 404 });
  });

  it('takes back what was placed since its day, whoever it counts for, and nothing before', async () => {
    const tea = await certificationOf(market.world.products.tea);
    await approve(tea);
    expect(await market.app.db.certification.findUniqueOrThrow({ where: { id: tea } })).toMatchObject({
      state: 'disqualified',
    });
    await reverseAll();
    expect(await sums(early)).toEqual({ 'bank placed': 12_800, 'bank counted': 12_800 });
    for (const order of [delivered, open, moved]) expect(await sums(order)).toEqual({});
    const entries = await market.app.db.tallyEntry.findMany({
      where: { orderId: moved.id, source: 'disqualification' },
    });
    expect(new Set(entries.map(({ unitId }) => unitId))).toEqual(new Set([market.world.units.dual.id]));
    const done = await market.app.db.disqualification.findFirstOrThrow();
    expect(done).toMatchObject({ state: 'done', reversed: 3 });
    expect(await differences()).toEqual([]);
  });

  it('happens once, and what follows counts nothing', async () => {
    const before = await market.app.db.tallyEntry.count();
    await market.app.db.disqualification.updateMany({
      data: { state: 'reversing', lastOrderId: 0, finishedAt: null },
    });
    await reverseAll();
    expect(await market.app.db.tallyEntry.count()).toBe(before);
    await market.deliver(open);
    expect(await sums(open)).toEqual({});
    expect(await differences()).toEqual([]);
  });

  it('does not come back with a re-attribution', async () => {
    const asked = {
      purchase: { kind: 'order' as const, id: delivered.id },
      ...{ toUnit: 'insurer', reason: '选错', at: now() },
    };
    const organizer = await actor(market.world.users.organizer.id);
    const id = await requestReAttribution(market.app.db, await actor(market.world.users.buyer.id), asked);
    await decideReAttribution(market.app.db, organizer, { id, approve: true, note: null, at: now() });
    expect(await sums(delivered)).toEqual({});
    expect(await differences()).toEqual([]);
  });

  it('and a delivery at the same moment leave exact books', async () => {
    const { chicken } = market.world.products;
    await aBatch(market.app.db, chicken, { quantity: 20, expiresOn: null });
    const orders = [await buy(1, chicken), await buy(1, chicken), await buy(1, chicken)];
    const id = await certificationOf(chicken);
    await propose(id, today);
    await approve(id);
    await Promise.all([...orders.map((order) => market.deliver(order)), reverseDisqualified(market.app.db, now())]);
    await reverseAll();
    for (const order of orders) expect(await sums(order)).toEqual({});
    expect(await differences()).toEqual([]);
  });
});

describe('the page of a certification', () => {
  it('takes the proposal of one certifier and the decision of another, with what it will reverse', async () => {
    const { rice } = market.world.products;
    const order = await buy(2, rice);
    const path = `/certifications/${await certificationOf(rice)}`;
    const first = await personOf(market.app, 'certifier');
    const form = 'form[action$="/disqualification"]';
    const empty = await first.send(await first.open(path), form, { disqualifySince: '', disqualifyReason: '' });
    expect(empty.status).toBe(422);
    expect(faultsOn(empty)).toHaveLength(2);
    const proposed = await first.send(empty, form, { disqualifySince: today, disqualifyReason: '以外地米冒充' });
    expect(proposed.$('form[action$="/disqualification/approval"]')).toHaveLength(0);
    const other = await personOf(market.app, 'operator');
    const seen = await other.open(path);
    expect(seen.text).toContain('¥120.00');
    const done = await other.send(seen, 'form[action$="/disqualification/approval"]');
    expect(done.text).toContain('已取消');
    await reverseAll();
    expect(await sums(order)).toEqual({});
  });
});
