import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayToColumn } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { aProduct } from '../world/products.ts';
import { aSupplier, certify, interrupt } from '../world/suppliers.ts';
import { makeWorld } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let market: TestApp;
let noticeId: number;
let overId: number;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  await makeWorld(market.db, { now });
  const product = await aProduct(market.db, { name: '公示中的茶', certified: false });
  const certification = await market.db.certification.create({
    data: { productId: product.id, issuer: '认定部门（测试）', state: 'in_notice' },
  });
  const notice = async (startsOn: string, endsOn: string) => {
    const days = { startsOn: dayToColumn(startsOn), endsOn: dayToColumn(endsOn) };
    return (
      await market.db.publicNotice.create({ data: { certificationId: certification.id, text: '拟认定', ...days } })
    ).id;
  };
  overId = await notice('2026-05-01', '2026-05-08');
  noticeId = await notice('2026-06-10', '2026-06-17');
});
afterAll(() => market.close());

const get = (path: string) => supertest(market.url).get(`/api/v1${path}`);
const object = (body: object) => supertest(market.url).post('/api/v1/objections').send(body);

describe('GET /api/v1/notices', () => {
  it('tells what runs, and what is over', async () => {
    const running = await get('/notices');
    expect(running.body.items.map(({ id }: { id: number }) => id)).toEqual([noticeId]);
    expect(running.body.items[0]).toMatchObject({
      subject: 'product',
      isOpen: true,
      endsOn: '2026-06-17',
      objections: [],
    });
    const over = await get('/notices?past=true');
    expect(over.body.items.map(({ id }: { id: number }) => id)).toEqual([overId]);
    expect((await get('/notices?past=maybe')).status).toBe(400);
  });
});

describe('POST /api/v1/objections', () => {
  it('takes anybody’s, and tells neither name nor contact', async () => {
    const made = await object({ noticeId, text: '产地并不在本县', name: '路人', contact: '13900000000' });
    expect([made.status, made.body.text, made.body.answer]).toEqual([201, '产地并不在本县', null]);
    const listed = await get(`/objections?noticeId=${noticeId}`);
    expect(listed.body.items).toHaveLength(1);
    expect(JSON.stringify(listed.body) + JSON.stringify(made.body)).not.toMatch(/路人|13900000000/);
    expect(await market.db.objection.findFirst({ where: { id: made.body.id } })).toMatchObject({ name: '路人' });
  });

  it('refuses with every fault, an unknown notice and one that is over', async () => {
    const wrong = await object({ noticeId, text: '', colour: 'red' });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['colour', 'text']);
    expect((await object({ noticeId: 999_999, text: '没有这项公示' })).status).toBe(404);
    const over = await object({ noticeId: overId, text: '公示早已结束' });
    expect([over.status, over.headers['content-type']]).toEqual([409, expect.stringContaining('problem+json')]);
  });
});

describe('GET /api/v1/suppliers', () => {
  it('tells the certification that holds, else the last with its state', async () => {
    const held = await aSupplier(market.db, { certified: ['2026-01-01', '2026-12-31'] });
    const ended = await aSupplier(market.db, { certified: ['2025-01-01', '2026-06-14'] });
    const none = await aSupplier(market.db, { certified: false });
    const suspended = await aSupplier(market.db, { certified: false });
    await interrupt(market.db, await certify(market.db, { supplier: suspended }), 'suspension', '2026-06-01');
    const renewed = await aSupplier(market.db, { certified: ['2025-01-01', '2026-06-30'] });
    await certify(market.db, { supplier: renewed }, ['2026-07-01', '2028-06-30']);
    const { body } = await get('/suppliers');
    const of = (id: number) => body.items.find((item: { id: number }) => item.id === id).certification;
    expect(of(held.id)).toMatchObject({ state: 'certified', validUntil: '2026-12-31', holds: true });
    expect(of(ended.id)).toMatchObject({ validUntil: '2026-06-14', holds: false });
    expect(of(none.id)).toBeNull();
    expect(of(suspended.id)).toMatchObject({ state: 'suspended', holds: false });
    expect(of(renewed.id)).toMatchObject({ validUntil: '2026-06-30', holds: true });
  });
});

describe('GET /api/v1/certificates/:number', () => {
  it('verifies what is held up: holder, days, and whether it holds today', async () => {
    const product = await aProduct(market.db, { name: '待核验的米', certified: false });
    const held = await certify(market.db, { product }, ['2026-01-01', '2026-06-15']);
    expect((await get(`/certificates/${held.number}`)).body).toMatchObject({
      ...{ name: '待核验的米 1 公斤/袋', productId: product.id, validUntil: '2026-06-15', holds: true },
    });
    await interrupt(market.db, held, 'suspension', '2026-06-15');
    expect((await get(`/certificates/${held.number}`)).body).toMatchObject({ state: 'suspended', holds: false });
    expect((await get('/certificates/BF2026S999999')).status).toBe(404);
  });
});
