import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { recordTransfer } from '../../server/payments/record-transfer.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { aProduct } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;
let noodles: number;

beforeAll(async () => {
  market = await openMarket(DAY);
  ({ id: noodles } = await aProduct(market.app.db, {
    code: 'noodles',
    name: '高山苕粉',
    caseQuantity: 12,
    stock: 600,
  }));
});
afterAll(() => market.app.close());

type Who = 'buyer' | 'operator' | 'outsider';
type Method = 'get' | 'post' | 'put';
async function call(who: Who, method: Method, path: string, body?: object, { scopes = [] as string[], key = '' } = {}) {
  const token = await apiTokenFor(market.app.db, market.world.users[who], scopes, now);
  const sent = supertest(market.app.url)[method](`/api/v1${path}`).auth(token, { type: 'bearer' });
  if (key) sent.set('Idempotency-Key', key);
  return body ? sent.send(body) : sent;
}

describe('a canteen’s own system', () => {
  it('keeps purchase lists', async () => {
    const lines = [{ productId: noodles, quantity: 24, note: '早上送' }];
    const made = await call('buyer', 'post', '/purchase-lists', { unit: 'bank', name: '每周', lines });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ unit: 'bank', lines: [{ code: 'noodles', quantity: 24, note: '早上送' }] });
    const { id, version } = made.body;
    const { tea } = market.world.products;
    const put = { version, lines: [{ productId: tea.id, quantity: 3 }] };
    const changed = await call('buyer', 'put', `/purchase-lists/${id}/lines`, put);
    expect(changed.body.lines).toMatchObject([{ productId: tea.id, quantity: 3 }]);
    expect((await call('buyer', 'put', `/purchase-lists/${id}/lines`, put)).status).toBe(409);
    const wrong = [put.lines[0], put.lines[0], { productId: 999_999, quantity: 1 }];
    const refused = await call('buyer', 'put', `/purchase-lists/${id}/lines`, { lines: wrong });
    expect(refused.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'lines.1.productId',
      'lines.2.productId',
    ]);
    expect((await call('buyer', 'get', '/purchase-lists?unit=bank')).body.items).toMatchObject([{ id, lineCount: 1 }]);
    expect((await call('outsider', 'get', `/purchase-lists/${id}`)).status).toBe(404);
    expect((await call('outsider', 'get', '/purchase-lists')).body.items).toEqual([]);
  });

  it('checks a list before it orders', async () => {
    const text = 'noodles 2箱\nnoodles 3瓶\nqqqqzzzz 3';
    const { status, body } = await call('buyer', 'post', '/quick-order/check?unit=bank', { text });
    expect(status).toBe(200);
    expect(body.rows[0]).toMatchObject({ quantity: 24, unitsEach: 12, product: { code: 'noodles' }, problems: [] });
    expect(body.rows[1]).toMatchObject({ quantity: null, problems: [{ path: 'quantity', code: 'otherUnit' }] });
    expect(body.rows[2]).toMatchObject({ product: null, problems: [{ path: 'product' }] });
    const rows = [{ product: '苕粉', quantity: 5, productId: noodles }];
    const chosen = await call('buyer', 'post', '/quick-order/check?unit=bank', { rows });
    expect(chosen.body.rows[0]).toMatchObject({ match: 'found', quantity: 5, product: { productId: noodles } });
    expect((await call('buyer', 'post', '/quick-order/check', { rows, text })).status).toBe(400);
    expect(await market.app.db.cartLine.count()).toBe(0);
  });

  it('reads, pauses and resumes standing orders', async () => {
    const { bank } = market.world.units;
    const { id } = await market.app.db.standingOrder.create({
      data: {
        ...{ unitId: bank.id, name: '每周二', schedule: { weekdays: [2] }, nextOn: new Date('2026-05-12') },
        createdById: market.world.users.buyer.id,
      },
    });
    expect((await call('buyer', 'get', '/standing-orders')).body.items).toMatchObject([
      { id, unit: 'bank', schedule: { weekdays: [2] }, nextOn: '2026-05-12' },
    ]);
    const paused = await call('buyer', 'post', `/standing-orders/${id}/pause`, { until: '2026-05-20' });
    expect(paused.body).toMatchObject({ pausedUntil: '2026-05-20', nextOn: '2026-05-26' });
    expect((await call('buyer', 'post', `/standing-orders/${id}/pause`, { until: DAY })).status).toBe(422);
    const resumed = await call('buyer', 'post', `/standing-orders/${id}/resumption`);
    expect(resumed.body).toMatchObject({ pausedUntil: null, nextOn: '2026-05-12' });
    expect((await call('outsider', 'get', `/standing-orders/${id}`)).status).toBe(404);
  });
});

describe('a list of a canteen’s own system', () => {
  const lines = () => [{ productId: noodles, quantity: 12 }];

  it('is made once for one key, and under one name', async () => {
    const wanted = { unit: 'bank', name: '周一', lines: lines() };
    const first = await call('buyer', 'post', '/purchase-lists', wanted, { key: 'list-1' });
    const again = await call('buyer', 'post', '/purchase-lists', wanted, { key: 'list-1' });
    expect([first.status, again.status, again.body.id]).toEqual([201, 201, first.body.id]);
    const other = await call('buyer', 'post', '/purchase-lists', { ...wanted, name: '周二' }, { key: 'list-1' });
    expect(other.status).toBe(422);
    const taken = await call('buyer', 'post', '/purchase-lists', wanted);
    expect(taken).toMatchObject({ status: 422, body: { errors: [{ path: 'name', code: 'listNameTaken' }] } });
    expect(taken.headers['content-type']).toContain('application/problem+json');
  });

  it('is refused with every fault of what was sent', async () => {
    const wrong = {
      unit: 'bank',
      name: ' ',
      lines: [
        { productId: noodles, quantity: 0 },
        { productId: -1, quantity: 1 },
      ],
    };
    const { status, body } = await call('buyer', 'post', '/purchase-lists', wrong);
    expect(status).toBe(400);
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'name',
      'lines.0.quantity',
      'lines.1.productId',
    ]);
    const { id } = (await call('buyer', 'get', '/purchase-lists')).body.items[0];
    const more = await call('buyer', 'put', `/purchase-lists/${id}/lines`, { lines: lines(), name: '别的' });
    expect(more.status).toBe(400);
    expect((await call('buyer', 'post', '/quick-order/check', { text: ' \n' })).status).toBe(400);
    expect((await call('buyer', 'post', '/quick-order/check', { text: 'a 1\n'.repeat(301) })).status).toBe(400);
  });

  it('is nobody’s who does not buy for the unit', async () => {
    const paths = ['/purchase-lists?unit=dual', '/purchase-lists?unit=nowhere', '/standing-orders?unit=dual'];
    for (const path of paths) expect((await call('buyer', 'get', path)).status).toBe(404);
    const foreign = { unit: 'dual', name: '别人的', lines: [] };
    expect((await call('buyer', 'post', '/purchase-lists', foreign)).status).toBe(404);
    expect((await call('buyer', 'post', '/quick-order/check?unit=dual', { text: 'noodles 12' })).status).toBe(404);
    const { id } = (await call('buyer', 'get', '/purchase-lists')).body.items[0];
    const stolen = await call('outsider', 'put', `/purchase-lists/${id}/lines`, { lines: lines() });
    expect(stolen.status).toBe(404);
  });

  it('needs a token, of the right scope', async () => {
    expect((await supertest(market.app.url).get('/api/v1/purchase-lists')).status).toBe(401);
    const orders = { scopes: ['orders'] };
    const cart = { scopes: ['cart'] };
    expect((await call('buyer', 'get', '/purchase-lists', undefined, orders)).status).toBe(403);
    expect((await call('buyer', 'get', '/purchase-lists', undefined, cart)).status).toBe(200);
    expect((await call('buyer', 'post', '/quick-order/check', { text: 'noodles 12' }, orders)).status).toBe(403);
    expect((await call('buyer', 'get', '/standing-orders', undefined, cart)).status).toBe(403);
    expect((await call('buyer', 'get', '/standing-orders', undefined, orders)).status).toBe(200);
    expect((await call('operator', 'get', '/transfers', undefined, orders)).status).toBe(403);
  });
});

describe('the operator’s system', () => {
  it('matches by hand the transfers that no code matched', async () => {
    const lines = [{ productId: market.world.products.tea.id, quantity: 1 }];
    await market.deliver(await market.buy('buyer', { lines, unit: market.world.units.bank }));
    await market.settle();
    const { referenceCode, totalFen } = await market.app.db.statement.findFirstOrThrow();
    const operator = await findActor(market.app.db, market.world.users.operator.id, DAY);
    if (!operator) throw new Error('there is no operator');
    const line = { referenceCode: null, bankReference: 'API-1', amountFen: Number(totalFen), paidOn: DAY };
    await recordTransfer(
      market.app.db,
      operator,
      { ...line, payerName: '食堂', payerAccount: '6222', remark: '茶' },
      now,
    );
    const waiting = await call('operator', 'get', '/transfers');
    expect(waiting.body.items).toMatchObject([{ state: 'unmatched', remark: '茶', payerName: '食堂' }]);
    const path = `/transfers/${waiting.body.items[0].id}/match`;
    expect((await call('buyer', 'get', '/transfers')).status).toBe(403);
    expect((await call('buyer', 'post', path, { referenceCode })).status).toBe(404);
    expect((await call('operator', 'post', path, { referenceCode: 'DZ1' })).status).toBe(422);
    const matched = await call('operator', 'post', path, { referenceCode });
    expect(matched.body).toMatchObject({ state: 'matched', allocatedFen: Number(totalFen) });
    expect((await call('operator', 'post', path, { referenceCode })).status).toBe(409);
    expect((await call('operator', 'get', '/transfers')).body.items).toEqual([]);
  });
});
