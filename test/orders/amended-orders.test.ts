import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { amendOrder } from '../../server/checkout/amend-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { returnOrder } from '../../server/orders/approval/reject-order.ts';
import { expireOrder } from '../../server/orders/expire-order.ts';
import { dayOf } from '../../server/shared/days.ts';
import { outboxHandlers } from '../../server/work.ts';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { testDatabase } from '../setup/database.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { meetAtOrder } from '../setup/until-waiting.ts';
import { stockOf } from '../world/products.ts';
import { aUser, grant } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const RETURN = 'form[action$="/return"]';
let databaseUrl: string;
let app: TestApp;
let world: World;
let buyer: Person;
let approver: Person;

beforeAll(async () => {
  databaseUrl = await testDatabase();
  app = await makeTestApp({ clock: () => now, databaseUrl });
  world = await makeWorld(app.db, { now });
  await app.db.unitPayer.updateMany({ data: { approvalThresholdFen: 0 } });
  [buyer, approver] = (await Promise.all(['buyer', 'approver'].map((login) => personOf(app, login)))) as [
    Person,
    Person,
  ];
});
afterAll(() => app.close());

let orderId: number;
let stock: number;

/** Ten bags of tribute rice for the canteen, on account, waiting for approval. */
beforeEach(async () => {
  stock = await stockOf(app.db, world.products.rice);
  await app.db.cartLine.deleteMany();
  await buyer.send(await buyer.open(`/products/${world.products.rice.id}`), 'form#buy', { quantity: 10, unit: 'bank' });
  const page = await buyer.send(await buyer.open('/checkout?unit=bank'), 'form.cart-columns', {
    fundingSource: 'canteen_budget',
    payment: 'on_account',
  });
  orderId = idOf(page);
});

const idOf = ({ path }: Page) => Number(/^\/orders\/(\d+)/.exec(path)?.[1]);
const quantityOf = () => `quantity.${world.products.rice.id}`;
const actorNamed = async (login: 'buyer' | 'approver') => {
  const actor = await findActor(app.db, world.users[login].id, dayOf(now));
  if (!actor) throw new Error(`no ${login}`);
  return actor;
};
const isReturned = async () =>
  approver.send(await approver.open(`/orders/${orderId}`), RETURN, { reason: '减到 8 袋' });
const told = async (login: 'buyer' | 'approver') => {
  while ((await drainOutbox(app.db, outboxHandlers(app.container), app.container.log)) > 0);
  const notices = await app.db.notification.findMany({
    where: { userId: world.users[login].id },
    select: { kind: true },
  });
  return notices.map(({ kind }) => kind);
};

describe('a purchase that its approver returns', () => {
  it('holds nothing, and its buyer reads why and amends it; the approver sees what changed', async () => {
    expect(await told('approver')).toContain('approval_asked');
    await isReturned();
    expect(await stockOf(app.db, world.products.rice)).toBe(stock);
    expect(await told('buyer')).toContain('order_returned');

    const page = await buyer.open(`/orders/${orderId}`);
    expect(page.$('.order-notices').text()).toContain('减到 8 袋');
    const form = await buyer.open(`/orders/${orderId}/amendment`);
    const again = await buyer.send(form, 'form[action$="/amendment"]', { [quantityOf()]: 8, note: '周三送' });
    const amended = idOf(again);
    expect(amended).toBeGreaterThan(orderId);
    expect(await stockOf(app.db, world.products.rice)).toBe(stock - 8);

    const shown = await approver.open(`/orders/${amended}`);
    expect(shown.$('.order-notices').text().replace(/\s+/g, ' ')).toMatch(/10 → 8/);
    expect(shown.$('.order-notices').text()).toContain('周三送');
    await approver.send(shown, 'form[action$="/approval"]');
    expect(await app.db.order.findUnique({ where: { id: amended } })).toMatchObject({
      state: 'placed',
      amendsId: orderId,
    });
    expect(await told('buyer')).toContain('order_approved');
    expect((await buyer.open(`/orders/${orderId}`)).$('.order-notices a').attr('href')).toBe(`/orders/${amended}`);
  });

  it('keeps what was typed and names each fault by its field, writing nothing', async () => {
    await isReturned();
    const orders = await app.db.order.count();
    const form = await buyer.open(`/orders/${orderId}/amendment`);
    const page = await buyer.send(form, 'form[action$="/amendment"]', {
      [quantityOf()]: 'viele',
      phone: '1',
      address: '',
    });
    expect(page.status).toBe(422);
    for (const field of [quantityOf(), 'phone', 'address'])
      expect(page.$(`a[href="#f-${field}"]`), field).toHaveLength(1);
    expect(page.$(`[name="${quantityOf()}"]`).val()).toBe('viele');
    const soldOut = await buyer.send(form, 'form[action$="/amendment"]', { [quantityOf()]: 999_999 });
    expect(soldOut.status).toBe(422);
    expect(faultsOn(soldOut).length).toBeGreaterThan(0);
    const empty = await buyer.send(form, 'form[action$="/amendment"]', { [quantityOf()]: 0 });
    expect(empty.status).toBe(422);
    expect(await app.db.order.count()).toBe(orders);
  });

  it('is resubmitted once, however often and by whomever it is pressed at once', async () => {
    await isReturned();
    const order = await app.db.order.findUniqueOrThrow({ where: { id: orderId } });
    const actor = await actorNamed('buyer');
    const { recipient, phone, region, address } = order;
    const amendment = {
      recipient,
      phone,
      region,
      address,
      note: null,
      lines: [{ productId: world.products.rice.id, quantity: 6 }],
    };
    const ids = await Promise.all(Array.from({ length: 6 }, () => amendOrder(app.db, actor, orderId, amendment, now)));
    expect(new Set(ids).size).toBe(1);
    expect(await stockOf(app.db, world.products.rice)).toBe(stock - 6);
    expect(await app.db.order.count({ where: { amendsId: orderId } })).toBe(1);
  });

  it('may not be decided by whoever bought it first, though a colleague resubmitted it (rule 26)', async () => {
    const { approver: chief } = world.users;
    await grant(app.db, chief, { role: 'buyer', unit: world.units.bank });
    await app.db.order.update({ where: { id: orderId }, data: { buyerId: chief.id } });
    await grant(app.db, world.users.buyer, { role: 'approver', unit: world.units.bank });
    await returnOrder(app.db, await actorNamed('buyer'), orderId, '改', now);
    const form = await buyer.open(`/orders/${orderId}/amendment`);
    const amended = idOf(await buyer.send(form, 'form[action$="/amendment"]', { [quantityOf()]: 6 }));
    await expect(approveOrder(app.db, await actorNamed('approver'), amended, now)).rejects.toThrow('ownPurchase');
    await expect(approveOrder(app.db, await actorNamed('buyer'), amended, now)).rejects.toThrow('ownPurchase');
    expect((await approver.open(`/orders/${amended}`)).$('form[action$="/approval"]')).toHaveLength(0);
    // Nor when it is returned and resubmitted once more: the first buyer is two orders back.
    const clerk = await aUser(app.db, { grants: [{ role: 'approver', unit: world.units.bank }] });
    const clerkActor = await findActor(app.db, clerk.id, dayOf(now));
    if (!clerkActor) throw new Error('no clerk');
    await returnOrder(app.db, clerkActor, amended, '再改', now);
    const second = await buyer.open(`/orders/${amended}/amendment`);
    const third = idOf(await buyer.send(second, 'form[action$="/amendment"]', { [quantityOf()]: 4 }));
    await expect(approveOrder(app.db, await actorNamed('approver'), third, now)).rejects.toThrow('ownPurchase');
    await approveOrder(app.db, clerkActor, third, now);
    await app.db.roleGrant.deleteMany({ where: { userId: chief.id, role: 'buyer' } });
    await app.db.roleGrant.deleteMany({ where: { userId: world.users.buyer.id, role: 'approver' } });
  });
});

describe('decisions that meet', () => {
  /** Both wait for the order's row, so that they truly meet. */
  const meet = (...works: (() => Promise<unknown>)[]) =>
    meetAtOrder(app.container.config.databaseUrl, orderId, ...works);

  it('leave one of approval and return', async () => {
    const chief = await actorNamed('approver');
    const approve = () => approveOrder(app.db, chief, orderId, now);
    const giveBack = () => returnOrder(app.db, chief, orderId, '改', now);
    expect((await meet(approve, giveBack)).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('approve once of two approvals', async () => {
    const chief = await actorNamed('approver');
    const approve = () => approveOrder(app.db, chief, orderId, now);
    expect((await meet(approve, approve)).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await app.db.orderDecision.count({ where: { orderId } })).toBe(1);
  });

  it('give stock back once of an expiry and a return', async () => {
    const chief = await actorNamed('approver');
    const later = new Date(now.getTime() + 4 * 86_400_000);
    const results = await meet(
      async () => {
        if (!(await expireOrder(app.db, orderId, later))) throw new Error('moved on');
      },
      () => returnOrder(app.db, chief, orderId, '改', later),
    );
    expect(results.sort()).toEqual(['fulfilled', 'rejected']);
    expect(await stockOf(app.db, world.products.rice)).toBe(stock);
  });
});

describe('POST /orders/:id/return and /resubmission', () => {
  it('do the same for a unit’s own system', async () => {
    const call = async (login: 'buyer' | 'approver', path: string, body: object) =>
      app
        .visitor()
        .post(`/api/v1/orders/${orderId}${path}`)
        .set('Authorization', `Bearer ${await apiTokenFor(app.db, world.users[login], [], now)}`)
        .send(body);
    expect((await call('approver', '/return', {})).status).toBe(400);
    expect((await call('approver', '/return', { reason: '改' })).status).toBe(200);
    const lines = [{ productId: world.products.rice.id, quantity: 4 }];
    const answer = await call('buyer', '/resubmission', { lines });
    expect(answer.status).toBe(201);
    expect(answer.body.status).toBe('awaiting_approval');
    expect((await call('approver', '/resubmission', { lines })).status).toBe(404);
  });
});

it('leaves figures that agree', async () => {
  expect(await reconcile(databaseUrl, (difference) => console.log(difference))).toBe(0);
});
