import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayToColumn } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { aBatch } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let operator: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  operator = await personOf(app, 'operator');
  const bare = async (producedOn: string, traceCode: string) => {
    const { id } = await aBatch(app.db, world.products.tea, { quantity: 5, producedOn, traceCode });
    await app.db.batch.update({ where: { id }, data: { conformityNumber: null } });
  };
  await bare('2026-06-01', 'BARE-1');
  await bare('2025-06-15', 'BARE-OLD');
  const { chuanhe, lianghe } = world.suppliers;
  const mark = (supplierId: number, number: string, familyId: number | null) =>
    app.db.qualityMark.create({
      data: {
        ...{ supplierId, familyId, number, kind: 'organic', state: 'confirmed' },
        ...{ validFrom: dayToColumn('2026-01-01'), validUntil: dayToColumn('2026-12-31') },
      },
    });
  const untraced = await app.db.productFamily.create({
    data: {
      ...{ code: 'untraced', supplierId: chuanhe.id, name: '没有批次的米', nameEn: 'Untraced rice', aliases: [] },
      ...{ description: '', descriptionEn: '', storage: '', storageEn: '' },
    },
  });
  await mark(chuanhe.id, 'ORG-1', untraced.id);
  await mark(lianghe.id, 'ORG-2', null);
});
afterAll(() => app.close());

describe('GET /admin/tracing', () => {
  it('shows the figures of rule 18 with exactly what they lack', async () => {
    const { $, text } = await operator.open('/admin/tracing');
    expect(text).toContain('1 / 2');
    expect($('section[aria-labelledby="marks"] tbody tr')).toHaveLength(1);
    expect($('section[aria-labelledby="marks"]').text()).toContain('没有批次的米');
    const batches = $('section[aria-labelledby="bare"] tbody tr');
    expect(batches).toHaveLength(1);
    expect(batches.text()).toContain('BARE-1');
    const other = await operator.open(`/admin/tracing?supplier=${world.suppliers.chuanhe.id}`);
    expect(other.$('section[aria-labelledby="bare"] tbody tr')).toHaveLength(0);
    expect((await operator.open('/admin')).$('a[href="/admin/tracing"]')).toHaveLength(1);
  });

  it('is the operator’s alone, as Excel too', async () => {
    await (await personOf(app, 'supplier')).agent.get('/admin/tracing').expect(403);
    const excel = await operator.agent.get('/admin/tracing.xlsx');
    expect(excel.status).toBe(200);
    expect(excel.headers['content-disposition']).toContain('tracing-2026-06-15.xlsx');
  });

  it('reminds the suppliers, each once a day', async () => {
    const page = await operator.open('/admin/tracing');
    const told = await operator.send(page, 'form[action="/admin/tracing/reminders"]');
    expect(told.text).toContain('已提醒 2 家');
    await operator.send(told, 'form[action="/admin/tracing/reminders"]');
    const inbox = await app.db.notification.findMany({ where: { kind: 'trace_missing' } });
    expect(inbox.map(({ userId }) => userId).sort()).toEqual(
      [world.users.supplier.id, world.users.riceSupplier.id].sort(),
    );
    expect((await (await personOf(app, 'supplier')).open('/inbox')).text).toContain('1 个批次缺达标合格证');
  });
});
