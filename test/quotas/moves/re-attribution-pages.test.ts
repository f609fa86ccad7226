import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiTokenFor } from '../../setup/app.ts';
import { faultsOn, personOf } from '../../setup/person.ts';
import { aUser } from '../../world/users.ts';
import { type Market, openMarket, type Person, type Placed } from '../market.ts';

const TODAY = new Date('2026-03-10T04:00:00Z');

let market: Market;
let decider: Person;

beforeAll(async () => {
  market = await openMarket('2026-03-10');
  const { commerce } = market.world.groups;
  decider = await aUser(market.app.db, { login: 'decider', grants: [{ role: 'organizer', group: commerce }] });
});
afterAll(() => market.app.close());

const tea = () => [{ productId: market.world.products.tea.id, quantity: 1 }];
const buy = () => market.buy('buyer', { lines: tea(), unit: market.world.units.bank });

describe('on the pages', () => {
  it('an approver asks from the order, an organizer reads what will move and approves', async () => {
    const order = await buy();
    const approver = await personOf(market.app, 'approver');
    const page = await approver.open(`/orders/${order.id}`);
    const form = await approver.open(page.$(`a[href="/re-attributions/new?order=${order.id}"]`).attr('href') ?? '');
    expect(form.text).toContain('农行市分行');
    expect(form.text).toContain('¥128.00');
    const refused = await approver.send(form, 'form[action="/re-attributions"]', { toUnit: '', reason: ' ' });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused)).toHaveLength(2);
    const sent = await approver.send(refused, 'form[action="/re-attributions"]', {
      toUnit: 'dual',
      reason: '选错了单位',
    });
    expect(sent.path).toMatch(/^\/re-attributions\/\d+$/);
    expect(sent.$('form[action$="/approval"]')).toHaveLength(0);

    const organizer = await personOf(market.app, 'decider');
    const list = await organizer.open('/re-attributions?state=requested');
    expect(list.$('tbody tr')).toHaveLength(1);
    const move = await organizer.open(sent.path);
    expect(move.text).toContain('农行市分行 → 市地质院');
    const unexplained = await organizer.send(move, 'form[action$="/refusal"]', { refusalReason: '' });
    expect(unexplained.status).toBe(422);
    const approved = await organizer.send(move, 'form[action$="/approval"]', { note: '属实' });
    expect(approved.text).toContain('已改归属');
    expect(approved.$('form[action$="/approval"]')).toHaveLength(0);
    const again = await organizer.send(move, 'form[action$="/approval"]', { note: '' });
    expect(again.status).toBe(409);
  });

  it('the organizer asks from the tally lines and cannot decide it alone', async () => {
    await buy();
    const organizer = await personOf(market.app, 'organizer');
    const unit = await organizer.open('/board/commerce-2026/units/bank');
    const href = unit.$('#entries a[href^="/re-attributions/new"]').first().attr('href') ?? '';
    const form = await organizer.open(href);
    const sent = await organizer.send(form, 'form[action="/re-attributions"]', { toUnit: 'dual', reason: '选错' });
    expect(sent.$('form[action$="/approval"]')).toHaveLength(0);
    expect(sent.text).toContain('须由另一位联络人审定');
  });

  it('an employee’s purchase shows the organizer neither buyer nor order', async () => {
    const order = await market.buy('employee', { lines: tea() });
    const employee = await personOf(market.app, 'employee');
    const form = await employee.open(`/re-attributions/new?order=${order.id}`);
    const sent = await employee.send(form, 'form[action="/re-attributions"]', { toUnit: 'dual', reason: '已调动' });
    const organizer = await personOf(market.app, 'decider');
    const seen = await organizer.open(sent.path);
    expect(seen.text).toContain('购买职工本人');
    expect(seen.text).not.toContain('农行职工');
    expect(seen.$(`a[href="/orders/${order.id}"]`)).toHaveLength(0);
    await (await personOf(market.app, 'colleague')).open(sent.path, 404);
    await (await personOf(market.app, 'approver')).open(sent.path, 404);
    await (await personOf(market.app, 'approver')).open(`/re-attributions/new?order=${order.id}`, 404);
  });

  it('what names no purchase is no page', async () => {
    const approver = await personOf(market.app, 'approver');
    for (const query of ['', '?order=x', '?order=999999', '?offlineLine=5', '?external=3'])
      await approver.open(`/re-attributions/new${query}`, 404);
  });
});

describe('POST /api/v1/re-attributions', () => {
  const call = async (who: Person, path: string, body: object) => {
    const user = typeof who === 'string' ? market.world.users[who] : who;
    const token = await apiTokenFor(market.app.db, user, [], TODAY);
    return supertest(market.app.url).post(`/api/v1/re-attributions${path}`).auth(token, { type: 'bearer' }).send(body);
  };
  const ask = (order: Placed) => call('buyer', '', { orderId: order.id, toUnit: 'dual', reason: '选错' });

  it('asks, approves and refuses', async () => {
    const [first, second] = [await ask(await buy()), await ask(await buy())];
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ state: 'requested', fromUnit: 'bank', toUnit: 'dual', fen: 12_800 });
    expect((await call('buyer', `/${first.body.id}/approval`, {})).status).toBe(403);
    expect((await call(decider, `/${first.body.id}/approval`, {})).body).toMatchObject({ state: 'approved' });
    expect((await call(decider, `/${first.body.id}/approval`, {})).status).toBe(409);
    expect((await call(decider, `/${second.body.id}/refusal`, {})).status).toBe(400);
    expect((await call(decider, `/${second.body.id}/refusal`, { reason: '不属实' })).body.state).toBe('refused');
    const list = await market.get('buyer', '/re-attributions?state=refused');
    expect(list.body.items).toMatchObject([{ id: second.body.id, note: '不属实' }]);
  });

  it('names every fault', async () => {
    const answer = await call('buyer', '', { orderId: 1, externalPurchaseId: 1, toUnit: '', reason: '' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path }: { path: string }) => path).sort()).toContain('toUnit');
    const order = await buy();
    expect((await call('outsider', '', { orderId: order.id, toUnit: 'dual', reason: 'x' })).status).toBe(404);
    expect((await call('buyer', '', { orderId: order.id, toUnit: 'nowhere', reason: 'x' })).body.errors).toMatchObject([
      { path: 'toUnit', code: 'notAChoice' },
    ]);
  });
});
