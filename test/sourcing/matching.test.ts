import { randomUUID } from 'node:crypto';
import readExcelFile from 'read-excel-file/node';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Product } from '../../server/db/generated/client.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { addDays } from '../../server/shared/days.ts';
import { callOff } from '../../server/sourcing/matching/call-off.ts';
import { decideAgreement, endAgreement } from '../../server/sourcing/matching/decide-agreement.ts';
import { declineIntention, withdrawIntention } from '../../server/sourcing/matching/end-intention.ts';
import { eventResults, sumOfResults } from '../../server/sourcing/matching/event-results.ts';
import { cancelEvent, holdEvent } from '../../server/sourcing/matching/hold-event.ts';
import { proposeAgreement } from '../../server/sourcing/matching/propose-agreement.ts';
import { stateIntention } from '../../server/sourcing/matching/state-intention.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { faultsOn, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;
let tea: Product;
let rice: Product;

beforeAll(async () => {
  market = await openMarket(DAY);
  const { suppliers, categories } = market.world;
  const make = (supplier: { id: number } & (typeof suppliers)['lianghe'], priceFen: number) =>
    aProduct(market.app.db, { supplier, category: categories.tea, priceFen, stock: 100_000 });
  tea = await make(suppliers.lianghe, 1_000);
  rice = await make(suppliers.chuanhe, 700);
});
afterAll(() => market.app.close());

const actorOf = async (who: keyof Market['world']['users'], day = DAY): Promise<Actor> => {
  const found = await findActor(market.app.db, market.world.users[who].id, day);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};

async function hold(more: Partial<Parameters<typeof holdEvent>[2]> = {}): Promise<number> {
  const wish = {
    ...{ name: '春季产销对接会', venue: '便民服务中心', summary: '带样品选品', placeId: null, groupId: null },
    ...{ heldOn: DAY, intentionsUntil: addDays(DAY, 7) },
  };
  return holdEvent(market.app.db, await actorOf('operator'), { ...wish, ...more }, now);
}

async function intend(event: number, more: Partial<Parameters<typeof stateIntention>[3]> = {}): Promise<number> {
  const { units, suppliers } = market.world;
  const wish = { unitId: units.bank.id, supplierId: suppliers.lianghe.id, goods: '茶叶一年用量', amountFen: 50_000 };
  return stateIntention(market.app.db, await actorOf('buyer'), event, { ...wish, ...more }, now);
}

async function propose(intention: number, more: Partial<Parameters<typeof proposeAgreement>[3]> = {}): Promise<number> {
  const wish = {
    ...{ amountFen: 10_000, startsOn: DAY, endsOn: addDays(DAY, 100), terms: '按月送货' },
    prices: [{ productId: tea.id, unitPriceFen: 900 }],
  };
  return proposeAgreement(market.app.db, await actorOf('supplier'), intention, { ...wish, ...more }, now);
}

async function signed(more: Partial<Parameters<typeof proposeAgreement>[3]> = {}, event?: number): Promise<number> {
  const id = await propose(await intend(event ?? (await hold())), more);
  await decideAgreement(market.app.db, await actorOf('approver'), id, null, now);
  return id;
}

async function order(agreement: number, quantity: number, product = tea, at = now): Promise<number> {
  const terms = {
    ...({ fundingSource: 'canteen_budget', paymentWay: 'on_account', channel: 'market', zoneId: null } as const),
    ...{ recipient: '食堂', phone: '13800000000', region: '重庆市', address: '测试路 1 号' },
    ...{ note: null, checkoutKey: randomUUID(), expectedTotalFen: null },
  };
  return callOff(market.app.db, await actorOf('buyer'), agreement, [{ productId: product.id, quantity }], terms, at);
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error) => error.faults?.[0]?.code ?? error.code,
  );

describe('intentions and agreements', () => {
  it('lead from an event over an intention and a signature to orders at the agreed price, and every step is in the results', async () => {
    const event = await hold();
    const agreement = await signed({ amountFen: 20_000 }, event);
    const id = await order(agreement, 10);
    const placed = await market.app.db.order.findUniqueOrThrow({ where: { id }, include: { lines: true } });
    expect(placed).toMatchObject({ agreementId: agreement, state: 'placed', goodsFen: 9_000 });
    expect(placed.lines[0]).toMatchObject({ unitPriceFen: 900, quantity: 10 });
    expect(sumOfResults(await eventResults(market.app.db, event))).toEqual({
      ...{ intendedFen: 50_000, agreedFen: 20_000, calledOffFen: 9_000, acceptedFen: 0 },
    });
    const [parcel] = await market.app.db.fulfilment.findMany({
      where: { orderId: id },
      select: { id: true, supplier: { select: { code: true } }, lines: { select: { id: true, quantity: true } } },
    });
    if (!parcel) throw new Error('no parcel');
    await market.deliver({ id, buyer: 'buyer', fulfilments: [parcel] }, 8);
    expect(sumOfResults(await eventResults(market.app.db, event))).toMatchObject({ acceptedFen: 7_200 });
  });

  it('cost what they cost on the day where no price was agreed', async () => {
    const agreement = await signed({ prices: [] });
    const id = await order(agreement, 2);
    expect(await market.app.db.orderLine.findFirst({ where: { orderId: id } })).toMatchObject({ unitPriceFen: 1_000 });
  });

  it('are answered once: a further proposal takes the place of the earlier, and one that was decided stays', async () => {
    const intention = await intend(await hold());
    const [first, second] = [await propose(intention), await propose(intention)];
    const approver = await actorOf('approver');
    expect(await codeOf(decideAgreement(market.app.db, approver, first, null, now))).toBe('agreementDecided');
    await decideAgreement(market.app.db, approver, second, '价格太高', now);
    const third = await propose(intention);
    await decideAgreement(market.app.db, approver, third, null, now);
    expect(await codeOf(decideAgreement(market.app.db, approver, third, null, now))).toBe('agreementDecided');
    expect(await codeOf(propose(intention))).toBe('intentionOver');
    expect(await codeOf(withdrawIntention(market.app.db, await actorOf('buyer'), intention, now))).toBe(
      'intentionOver',
    );
  });

  it('can be declined by the supplier and withdrawn by the unit, which ends what lay proposed', async () => {
    const event = await hold();
    const declined = await intend(event);
    await declineIntention(market.app.db, await actorOf('supplier'), declined, '今年产量不够', now);
    expect(await codeOf(propose(declined))).toBe('intentionOver');
    const withdrawn = await intend(event);
    const proposed = await propose(withdrawn);
    await withdrawIntention(market.app.db, await actorOf('buyer'), withdrawn, now);
    const approver = await actorOf('approver');
    expect(await codeOf(decideAgreement(market.app.db, approver, proposed, null, now))).toBe('agreementDecided');
  });

  it('are refused to strangers, after the last day, and beside the event’s place', async () => {
    const { units, suppliers, places } = market.world;
    const event = await hold({ placeId: places.shuanghe.id });
    expect(await codeOf(intend(event))).toBe('notAtEvent');
    const open = await hold();
    expect(await codeOf(intend(open, { unitId: units.bank.id + 10_000 }))).toBe('noSuchUnit');
    const late = new Date('2026-05-20T04:00:00Z');
    const wish = { unitId: units.bank.id, supplierId: suppliers.lianghe.id, goods: '茶', amountFen: 1_000 };
    expect(await codeOf(stateIntention(market.app.db, await actorOf('buyer'), open, wish, late))).toBe(
      'intentionsClosed',
    );
    await cancelEvent(market.app.db, await actorOf('operator'), open, '下雪', now);
    expect(await codeOf(intend(open))).toBe('intentionsClosed');
    const intention = await intend(await hold());
    expect(await codeOf(propose(intention, { prices: [{ productId: rice.id, unitPriceFen: 1 }] }))).toBe(
      'notYourProduct',
    );
    expect(await codeOf(propose(intention, { endsOn: '2026-05-01' }))).toBe('agreementDayRange');
    const other = await actorOf('riceSupplier');
    const bad = { amountFen: 1, startsOn: DAY, endsOn: DAY, terms: 'x', prices: [] };
    expect(await codeOf(proposeAgreement(market.app.db, other, intention, bad, now))).toBe('notFound');
    const proposed = await propose(intention);
    expect(await codeOf(decideAgreement(market.app.db, await actorOf('buyer'), proposed, null, now))).toBe('notFound');
    expect(await codeOf(hold({ heldOn: '2026-05-01' }))).toBe('eventDayRange');
    expect(
      await codeOf(
        holdEvent(
          market.app.db,
          await actorOf('buyer'),
          {
            ...{ name: 'x', venue: 'x', summary: 'x', placeId: null, groupId: null, heldOn: DAY, intentionsUntil: DAY },
          },
          now,
        ),
      ),
    ).toBe('notAllowed');
  });
});

describe('calling off', () => {
  it('stays within the amount, however many call off at once', async () => {
    const agreement = await signed({ amountFen: 9_000 });
    const answers = await Promise.all(Array.from({ length: 6 }, () => codeOf(order(agreement, 4))));
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(2);
    expect(answers.filter((answer) => answer === 'agreementUsedUp')).toHaveLength(4);
    expect(await codeOf(order(agreement, 3))).toBe('agreementUsedUp');
    expect(await codeOf(order(agreement, 2))).toBe('done');
  });

  it('gets back what was cancelled', async () => {
    const agreement = await signed({ amountFen: 9_000 });
    const id = await order(agreement, 10);
    expect(await codeOf(order(agreement, 1))).toBe('agreementUsedUp');
    await cancelOrder(market.app.db, await actorOf('buyer'), id, '计划有变', now);
    expect(await codeOf(order(agreement, 10))).toBe('done');
  });

  it('is refused before and after its days, once ended, and for another supplier’s goods', async () => {
    const coming = await signed({ startsOn: addDays(DAY, 1) });
    expect(await codeOf(order(coming, 1))).toBe('agreementNotInForce');
    const agreement = await signed();
    expect(await codeOf(order(agreement, 1, rice))).toBe('noSuchProduct');
    const late = new Date('2026-08-15T04:00:00Z');
    expect(await codeOf(order(agreement, 1, tea, late))).toBe('agreementNotInForce');
    await endAgreement(market.app.db, await actorOf('supplier'), agreement, '停产', now);
    expect(await codeOf(order(agreement, 1))).toBe('agreementNotInForce');
  });

  it('and ending at once: either the order stands or the agreement refuses it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const agreement = await signed();
      const approver = await actorOf('approver');
      const [ordered] = await Promise.all([
        codeOf(order(agreement, 1)),
        endAgreement(market.app.db, approver, agreement, '改计划', now),
      ]);
      expect(['done', 'agreementNotInForce']).toContain(ordered);
      expect(await market.app.db.order.count({ where: { agreementId: agreement } })).toBe(ordered === 'done' ? 1 : 0);
    }
  });

  it('leaves no difference behind', async () => {
    await market.settle();
    const found: unknown[] = [];
    await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
    expect(found).toEqual([]);
  });
});

describe('the pages', () => {
  it('announce an event, take an intention, an agreement, a signature and an order, each with its faults by field', async () => {
    const { users } = market.world;
    const operator = await personOf(market.app, users.operator.login);
    const form = await operator.open('/matching/new');
    const refused = await operator.send(form, 'form[action="/matching"]', { name: '', heldOn: '2020-01-01' });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused).length).toBeGreaterThan(2);
    const values = {
      name: '秋季对接会',
      venue: '礼堂',
      summary: '选品',
      heldOn: DAY,
      intentionsUntil: addDays(DAY, 5),
    };
    const event = await operator.send(form, 'form[action="/matching"]', values);
    expect(event.text).toContain('秋季对接会');

    const buyer = await personOf(market.app, users.buyer.login);
    const page = await buyer.open(event.path);
    const wrong = await buyer.send(page, 'form[action$="/intentions"]', { goods: '', amountFen: '一百' });
    expect(wrong.$('a[href="#f-amountFen"]')).toHaveLength(1);
    const { lianghe } = market.world.suppliers;
    const wish = { supplierId: lianghe.id, goods: '茶叶', amountFen: '3000' };
    expect((await buyer.send(page, 'form[action$="/intentions"]', wish)).text).toContain('待供应商答复');

    const supplier = await personOf(market.app, users.supplier.login);
    const own = await supplier.open('/agreements');
    const intention = await supplier.open(own.$('th a[href^="/intentions/"]').first().attr('href') ?? '');
    const mistaken = await supplier.send(intention, 'form[action$="/agreement"]', {
      [`price.${tea.id}`]: 'x',
      terms: '',
    });
    expect(mistaken.$(`a[href="#f-price.${tea.id}"]`)).toHaveLength(1);
    const proposal = { [`price.${tea.id}`]: '8.80', terms: '按月送' };
    const proposed = await supplier.send(intention, 'form[action$="/agreement"]', proposal);
    expect(proposed.text).toContain('待签');

    const approver = await personOf(market.app, users.approver.login);
    const signing = await approver.send(await approver.open(proposed.path), 'form[action$="/signature"]');
    expect(signing.text).toContain('执行中');

    const inForce = await buyer.open(proposed.path);
    expect(inForce.$(`input[name="quantity.${tea.id}"]`)).toHaveLength(1);
    const checkout = await buyer.open(`${proposed.path}/order?quantity.${tea.id}=10`);
    expect(checkout.text).toContain('88.00');
    const done = await buyer.send(checkout, 'form[action*="/order?"]', {
      fundingSource: 'canteen_budget',
      payment: 'on_account',
    });
    expect(done.path).toMatch(/^\/orders\/\d+$/);
    const none = await buyer.agent.get(`${proposed.path}/order`);
    expect(none.status).toBe(422);

    const results = await operator.agent
      .get(`${event.path}/results.xlsx`)
      .buffer()
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part) => parts.push(part));
        res.on('end', () => done(null, Buffer.concat(parts)));
      });
    const [sheet] = await readExcelFile(results.body);
    expect(sheet?.data[1]?.slice(2)).toEqual([3_000, 3_000, 88, 0]);
    expect((await buyer.agent.get(`${event.path}/results.xlsx`)).status).toBe(403);
    const guest = await personOf(market.app, null);
    expect((await guest.open(event.path)).text).toContain('意向金额');
    expect((await guest.open(event.path)).text).not.toContain('农行市分行');
  });

  it('are not shown to strangers', async () => {
    const agreement = await signed();
    const colleague = await personOf(market.app, market.world.users.riceSupplier.login);
    await colleague.open(`/agreements/${agreement}`, 404);
    const employee = await personOf(market.app, market.world.users.employee.login);
    await employee.open('/agreements', 403);
  });
});

it('the API does the same', async () => {
  const { users, units, suppliers } = market.world;
  const call = async (who: keyof typeof users, method: 'get' | 'post', path: string, body?: object) => {
    const token = await apiTokenFor(market.app.db, users[who], [], now);
    const sent = supertest(market.app.url)[method](`/api/v1${path}`).auth(token, { type: 'bearer' });
    return body ? sent.send(body) : sent;
  };
  const event = await hold();
  const wish = { unitId: units.bank.id, supplierId: suppliers.lianghe.id, goods: '茶', amountFen: 90_000 };
  const intention = await call('buyer', 'post', `/matching-events/${event}/intentions`, wish);
  expect(intention.status).toBe(201);
  const terms = { amountFen: 90_000, startsOn: DAY, endsOn: addDays(DAY, 30), terms: '按周' };
  const agreement = await call('supplier', 'post', `/intentions/${intention.body.id}/agreements`, {
    ...terms,
    prices: [{ productId: tea.id, unitPriceFen: 950 }],
  });
  expect(agreement.body).toMatchObject({ state: 'proposed', calledOffFen: 0 });
  const path = `/agreements/${agreement.body.id}`;
  expect((await call('approver', 'post', `${path}/decision`, { decision: 'decline' })).status).toBe(400);
  expect((await call('approver', 'post', `${path}/decision`, { decision: 'sign' })).body.state).toBe('signed');
  const address = await market.app.db.address.findFirstOrThrow({ where: { unitId: units.bank.id } });
  const ordered = await call('buyer', 'post', `${path}/orders`, {
    ...{ lines: [{ productId: tea.id, quantity: 4 }], fundingSource: 'canteen_budget', addressId: address.id },
    payment: 'on_account',
  });
  expect(ordered.status).toBe(201);
  expect((await call('buyer', 'get', path)).body).toMatchObject({ calledOffFen: 3_800, state: 'signed' });
  const shown = await call('employee', 'get', `/matching-events/${event}`);
  expect(shown.body.results).toMatchObject({ intendedFen: 90_000, agreedFen: 90_000, calledOffFen: 3_800 });
});
