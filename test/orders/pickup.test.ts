import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { channelOfZone } from '../../server/checkout/channel-of-order.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { confirmFulfilment } from '../../server/orders/confirm-fulfilment.ts';
import { addPoint, renewDesk } from '../../server/orders/pickup/pickup-points.ts';
import { receiveByTime } from '../../server/orders/receive-by-time.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { dayOf } from '../../server/shared/days.ts';
import { outboxHandlers } from '../../server/work.ts';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const FORM = 'form.cart-columns';
let app: TestApp;
let world: World;
let employee: Person;
let key = 0;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  employee = await personOf(app, 'employee');
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.cartLine.deleteMany();
  await app.db.pickupPoint.updateMany({ data: { closedAt: now } });
});

async function actorNamed(login: string) {
  const { id } = await app.db.user.findUniqueOrThrow({ where: { login } });
  const actor = await findActor(app.db, id, dayOf(now));
  if (!actor) throw new Error(`no ${login}`);
  return actor;
}

async function aPoint(wish: { unitId?: number | null; capacity?: number; name?: string } = {}) {
  const keeper = await actorNamed(wish.unitId ? 'approver' : 'operator');
  const input = {
    ...{ unitId: wish.unitId ?? null, name: wish.name ?? '涌洞乡电商服务点', nameEn: '', region: '重庆市 秀山县' },
    ...{ address: '涌洞街 8 号', contact: '值守人（测试）', phone: '02370000000', hours: '9:00–18:00' },
    capacity: wish.capacity ?? 50,
  };
  const id = await addPoint(app.db, keeper, input, now);
  return { id, desk: `/pickup-desk/${await renewDesk(app.db, keeper, id, now)}` };
}

async function fetchedOrder(pointId: number, login = 'employee'): Promise<number> {
  key += 1;
  const checkoutKey = `pickup-${key}`;
  return submitOrder(
    app.db,
    await actorNamed(login),
    {
      ...(await channelOfZone(app.db, null)),
      ...{
        recipient: '取货人',
        phone: '13800000000',
        region: '重庆市 秀山县',
        address: '涌洞街 8 号',
        pickupPointId: pointId,
      },
      ...{
        lines: [{ productId: world.products.tea.id, quantity: 1 }],
        unitId: null,
        fundingSource: 'individual' as const,
      },
      ...{ paymentWay: 'stripe' as const, note: null, expectedTotalFen: null, checkoutKey },
    },
    now,
  );
}

async function checkout(who: Person): Promise<Page> {
  const page = await who.open(`/products/${world.products.tea.id}`);
  return who.send(page, 'form#buy', { quantity: 1, next: 'checkout' });
}

async function pay(page: Page, who: Person): Promise<number> {
  const payPage = await who.send(page, FORM);
  await app.visitor().post(payPage.path).type('form').send({ outcome: 'succeed' });
  const { id } = await app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' }, select: { id: true } });
  return id;
}

async function shipped(orderId: number): Promise<number> {
  const supplier = await actorNamed('supplier');
  const { id } = await app.db.fulfilment.findFirstOrThrow({ where: { orderId } });
  await confirmFulfilment(app.db, supplier, id, now);
  await shipFulfilment(
    app.db,
    supplier,
    id,
    { lines: [], carrier: '顺丰', trackingNumber: 'SF1', temperatureDeci: null },
    now,
  );
  return id;
}

describe('a pick-up point', () => {
  it('is chosen instead of an address for half the freight, and is the address that the supplier sees', async () => {
    const { id } = await aPoint();
    const home = await checkout(employee);
    expect(home.$('.sum__total').text()).toContain('¥140.00');
    const fetched = await employee.send(home, FORM, { switchTo: 'pickup', note: '下班来取' });
    expect(fetched.status).toBe(200);
    expect(fetched.$('.sum__total').text()).toContain('¥134.00');
    expect(fetched.$('[name="note"]').val()).toBe('下班来取');
    expect(fetched.$('[name="pickupName"]').val()).toBe('收货人（测试）');
    const orderId = await pay(fetched, employee);
    const order = await app.db.order.findUniqueOrThrow({
      where: { id: orderId },
      include: { fulfilments: { include: { pickup: true } } },
    });
    expect(order).toMatchObject({ freightFen: 600, totalFen: 13_400, state: 'placed', note: '下班来取' });
    expect(order.address).toBe('涌洞街 8 号 涌洞乡电商服务点');
    expect(order.fulfilments).toMatchObject([{ freightFen: 600, pickup: { pointId: id, arrivedAt: null } }]);
    const supplier = await personOf(app, 'supplier');
    const parcel = await supplier.open(`/supplier/fulfilments/${order.fulfilments[0]?.id}`);
    expect(parcel.text).toContain('涌洞乡电商服务点');
  });

  it('loses nothing that was typed when one changes one’s mind and back', async () => {
    await aPoint();
    const home = await checkout(employee);
    const typed = {
      addressId: 'new',
      recipient: '另一人',
      phone: '13900001111',
      province: '重庆市',
      county: '江北区',
      detail: '某路 1 号',
    };
    const fetched = await employee.send(home, FORM, { switchTo: 'pickup', ...typed });
    const back = await employee.send(fetched, FORM, { switchTo: 'home', pickupName: '代取人' });
    expect(back.$('[name="detail"]').val()).toBe('某路 1 号');
    expect(back.$('[name="addressId"]:checked').val()).toBe('new');
    const again = await employee.send(back, FORM, { switchTo: 'pickup' });
    expect(again.$('[name="pickupName"]').val()).toBe('代取人');
  });

  it('that is full, closed or a unit’s of others is refused by its field', async () => {
    const { id } = await aPoint({ capacity: 1 });
    const first = await employee.send(await checkout(employee), FORM, { switchTo: 'pickup' });
    await pay(first, employee);
    const second = await employee.send(await checkout(employee), FORM, { switchTo: 'pickup' });
    expect(faultsOn(await employee.send(second, FORM)).join()).toContain('这个自提点已满');
    await app.db.pickupPoint.update({ where: { id }, data: { closedAt: now } });
    expect(faultsOn(await employee.send(second, FORM)).join()).toContain('这个自提点已停用');
    const reception = await aPoint({ unitId: world.units.bank.id, name: '农行收发室' });
    await expect(fetchedOrder(reception.id, 'outsider')).rejects.toMatchObject({
      faults: [{ path: 'pickupPointId', code: 'noSuchPickupPoint' }],
    });
    const outsider = await personOf(app, 'outsider');
    expect((await checkout(outsider)).$('button[name="switchTo"]').length).toBe(0);
    expect((await checkout(employee)).$('button[name="switchTo"]').length).toBe(2);
  });

  it('takes no more parcels than its capacity, however many press at once', async () => {
    const { id } = await aPoint({ capacity: 3 });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => fetchedOrder(id)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(3);
    expect(await app.db.pickup.count({ where: { pointId: id } })).toBe(3);
  });
});

describe('the keeper’s link', () => {
  it('notes the arrival, has the buyer told the code, and hands over by it: received, counted, gone from the desk', async () => {
    const { id, desk } = await aPoint();
    const orderId = await pay(await employee.send(await checkout(employee), FORM, { switchTo: 'pickup' }), employee);
    const keeper = await personOf(app, null);
    expect((await keeper.open(desk)).text).toContain('另有 1 件供应商还没有发货');
    const fulfilmentId = await shipped(orderId);
    const coming = await keeper.open(desk);
    expect(coming.$(`[data-parcel="${fulfilmentId}"]`).text()).toContain('尾号 0000');
    expect((await employee.open(`/orders/${orderId}`)).text).toContain('到货后这里会显示取货码');

    const arrived = await keeper.send(coming, `[data-parcel="${fulfilmentId}"] form`);
    expect(arrived.$(`[aria-labelledby="waiting"] [data-parcel="${fulfilmentId}"]`).length).toBe(1);
    const { code } = await app.db.pickup.findUniqueOrThrow({ where: { fulfilmentId } });
    expect(code).toMatch(/^\d{6}$/);
    expect(arrived.text).not.toContain(code);
    expect((await employee.open(`/orders/${orderId}`)).$('.pickup-code').text()).toBe(code);
    await drainOutbox(app.db, outboxHandlers(app.container), app.container.log);
    await drainOutbox(app.db, outboxHandlers(app.container), app.container.log);
    expect((await employee.open('/inbox')).text).toContain(`取货码 ${code}`);

    const HAND = `form[action$="/handovers"]`;
    const wrong = await keeper.send(arrived, HAND, { code: code === '000000' ? '000001' : '000000' });
    expect(faultsOn(wrong).join()).toContain('没有这个取货码');
    const done = await keeper.send(arrived, HAND, { code: `${code?.slice(0, 3)} ${code?.slice(3)}` });
    expect(done.$('body').text()).toContain('已交付给 收货人（测试）');
    expect(await app.db.fulfilment.findUniqueOrThrow({ where: { id: fulfilmentId } })).toMatchObject({
      state: 'received',
    });
    expect(await app.db.order.findUniqueOrThrow({ where: { id: orderId } })).toMatchObject({ state: 'completed' });
    const audit = await app.db.auditLine.findFirstOrThrow({
      where: { action: 'pickup.hand_over', subjectId: fulfilmentId },
    });
    expect(audit.onBehalfOf).toBe('涌洞乡电商服务点');
    expect(faultsOn(await keeper.send(done, HAND, { code })).join()).toContain('没有这个取货码');
    expect(id).toBeGreaterThan(0);
  });

  it('handing over twice at once receives once', async () => {
    const { desk } = await aPoint();
    const orderId = await pay(await employee.send(await checkout(employee), FORM, { switchTo: 'pickup' }), employee);
    const fulfilmentId = await shipped(orderId);
    const keepers = await Promise.all([1, 2].map(() => personOf(app, null)));
    await keepers[0]?.send(await (keepers[0] as Person).open(desk), `[data-parcel="${fulfilmentId}"] form`);
    const { code } = await app.db.pickup.findUniqueOrThrow({ where: { fulfilmentId } });
    const pages = await Promise.all(keepers.map((keeper) => keeper.open(desk)));
    const answers = await Promise.all(
      keepers.map((keeper, index) => keeper.send(pages[index] as Page, 'form[action$="/handovers"]', { code })),
    );
    expect(answers.map((answer) => answer.status).sort()).toContain(200);
    expect(answers.every((answer) => answer.status < 500)).toBe(true);
    expect(await app.db.receipt.count({ where: { fulfilmentId } })).toBe(1);
  });

  it('has thirty days for what lies at the point before it counts as received by itself', async () => {
    await aPoint();
    const orderId = await pay(await employee.send(await checkout(employee), FORM, { switchTo: 'pickup' }), employee);
    const id = await shipped(orderId);
    const stateAfter = async (days: number) => {
      await receiveByTime(app.db, new Date(now.getTime() + days * 86_400_000));
      return (await app.db.fulfilment.findUniqueOrThrow({ where: { id } })).state;
    };
    expect(await stateAfter(11)).toBe('shipped');
    expect(await stateAfter(31)).toBe('received');
  });

  it('shows another point’s parcels to nobody, and ends when it is replaced', async () => {
    const mine = await aPoint();
    const other = await aPoint({ name: '别处' });
    const orderId = await fetchedOrder(other.id);
    const { id } = await app.db.fulfilment.findFirstOrThrow({ where: { orderId } });
    const keeper = await personOf(app, null);
    const page = await keeper.open(mine.desk);
    expect(page.$(`[data-parcel="${id}"]`).length).toBe(0);
    await renewDesk(app.db, await actorNamed('operator'), mine.id, now);
    await keeper.open(mine.desk, 404);
    await keeper.open('/pickup-desk/guess', 404);
  });
});

describe('keeping points', () => {
  it('is an operator’s work, with every fault by its field, and shows the keeper’s link once', async () => {
    const operator = await personOf(app, 'operator');
    const list = await operator.open('/pickup-points');
    const ADD = 'form[action="/pickup-points"]';
    const refused = await operator.send(list, ADD, { name: '新点', capacity: 'viele' });
    expect(refused.status).toBe(422);
    expect(refused.$('#f-name').val()).toBe('新点');
    const wish = {
      name: '新点',
      region: '重庆市 秀山县',
      address: '街 1 号',
      contact: '人',
      phone: '13800000000',
      hours: '全天',
    };
    const made = await operator.send(list, ADD, { ...wish, capacity: 20 });
    expect(made.path).toMatch(/^\/pickup-points\/\d+$/);
    const withLink = await operator.send(made, `form[action="${made.path}/desk"]`);
    const link = withLink.$('.desk-link').text();
    expect((await operator.open(made.path)).text).not.toContain(link);
    await (await personOf(app, null)).open(new URL(link).pathname);
    const changed = await operator.send(made, `form[action="${made.path}"]`, {
      ...wish,
      hours: '8:00–20:00',
      capacity: 5,
    });
    expect(changed.$('#f-hours').val()).toBe('8:00–20:00');
  });

  it('of a unit’s reception is its approver’s alone', async () => {
    const reception = await aPoint({ unitId: world.units.bank.id, name: '农行收发室' });
    const everybodys = await aPoint();
    const approver = await personOf(app, 'approver');
    expect((await approver.open('/pickup-points')).text).toContain('农行收发室');
    await approver.open(`/pickup-points/${reception.id}`);
    await approver.open(`/pickup-points/${everybodys.id}`, 404);
    await employee.open('/pickup-points', 403);
  });
});

describe('POST /api/v1/orders', () => {
  it('takes a pick-up point in place of an address', async () => {
    const { id } = await aPoint();
    const token = await apiTokenFor(app.db, world.users.employee, [], now);
    const api = app.visitor();
    const points = await api.get('/api/v1/pickup-points').set('Authorization', `Bearer ${token}`);
    expect(points.body.items).toMatchObject([{ id, unit: null, name: '涌洞乡电商服务点' }]);
    const body = {
      lines: [{ productId: world.products.tea.id, quantity: 1 }],
      fundingSource: 'individual',
      payment: 'stripe',
    };
    const send = (more: object) =>
      api
        .post('/api/v1/orders')
        .set('Authorization', `Bearer ${token}`)
        .send({ ...body, ...more });
    const pickup = { pointId: id, recipient: '取货人', phone: '13800000000' };
    const made = await send({ pickup });
    expect(made.status).toBe(201);
    expect(made.body.totals).toMatchObject({ freightFen: 600 });
    expect((await send({})).status).toBe(400);
    const unknown = await send({ pickup: { ...pickup, pointId: 99_999 } });
    expect(unknown.body.errors).toMatchObject([{ path: 'pickupPointId', code: 'noSuchPickupPoint' }]);
  });
});
