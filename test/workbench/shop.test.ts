import { afterAll, beforeAll, expect, it } from 'vitest';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { pathTo } from '../../server/paths.ts';
import { outboxHandlers } from '../../server/work.ts';
import { csrfFrom, makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { photo } from '../suppliers/application-story.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let supplier: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  supplier = await personOf(app, 'supplier');
});
afterAll(() => app.close());

const filled = {
  ...{
    nameEn: 'Lianghe collective',
    story: '凉河村集体的茶园',
    storyEn: 'Tea',
    contact: '联络员',
    phone: '13800000001',
  },
  ...{ bankName: '农行秀山支行', bankAccount: '6228 4800 0000 0001', minOrderFen: '50', freightFen: '8.50' },
  freeFreightFromFen: '99',
};
const lianghe = () => app.db.supplier.findUniqueOrThrow({ where: { id: world.suppliers.lianghe.id } });
const send = async (person: Person, changes: Record<string, string> = {}) =>
  person.send(await person.open(pathTo('supplierShop')), 'form#shop', { ...filled, ...changes });
const lines = (action: string) => app.db.auditLine.findMany({ where: { action }, orderBy: { id: 'asc' } });

it('a supplier sets freight, least order, story, contact and account; what it sells from then on costs that', async () => {
  const page = await send(supplier);
  expect(page.text).toContain('店铺已保存');
  expect(await lianghe()).toMatchObject({
    ...{ minOrderFen: 5000, freightFen: 850, freeFreightFromFen: 9900, nameEn: 'Lianghe collective' },
    ...{ bankName: '农行秀山支行', bankAccount: '6228480000000001', contact: '联络员' },
  });
  expect((await lines('supplier.edit_shop'))[0]).toMatchObject({
    ...{ actorId: world.users.supplier.id, onBehalfOf: null },
    after: { bankAccount: '…0001', freightFen: 850 },
  });
  const shown = await supplier.open(pathTo('supplier', { id: world.suppliers.lianghe.id }));
  expect(shown.text).toContain('8.50');
});

it('faults stand by their fields, and what was typed stays', async () => {
  const page = await send(supplier, { freightFen: '八块', bankAccount: '12', story: '' });
  expect(page.status).toBe(422);
  expect(faultsOn(page)).toHaveLength(3);
  expect(page.$('#f-freightFen').val()).toBe('八块');
});

it('another bank account is told to operators and the supplier’s people, once', async () => {
  const work = async () => {
    while ((await drainOutbox(app.db, outboxHandlers(app.container), app.container.log)) > 0);
  };
  await work();
  const told = () => app.db.notification.findMany({ where: { kind: 'bank_changed' }, orderBy: { id: 'asc' } });
  expect((await told()).map(({ userId }) => userId).sort()).toEqual(
    [world.users.operator.id, world.users.supplier.id].sort(),
  );
  const inbox = await (await personOf(app, 'operator')).open(pathTo('inbox'));
  expect(inbox.text).toContain('农行秀山支行 …0001');
  await send(supplier, { freightFen: '9' });
  await work();
  expect(await told()).toHaveLength(2);
});

it('a work team edits it on the village’s behalf, a stranger does not', async () => {
  await send(await personOf(app, 'workteam'), { freightFen: '10' });
  expect((await lines('supplier.edit_shop')).at(-1)).toMatchObject({
    ...{ actorId: world.users.workTeam.id, onBehalfOf: world.suppliers.lianghe.name },
  });
  await (await personOf(app, 'employee')).open(pathTo('supplierShop'), 403);
  const other = await personOf(app, 'rice-supplier');
  const page = await other.open(pathTo('supplierShop'));
  const refused = await other.send(page, 'form#shop', { ...filled, supplier: String(world.suppliers.lianghe.id) });
  expect(refused.status).toBe(404);
});

it('tells a year’s benefit to farmers with its evidence, which its certifier and the operator can open (rule 19)', async () => {
  const { id } = world.suppliers.lianghe;
  const tell = async (fields: Record<string, string>, withEvidence: boolean) => {
    const csrf = csrfFrom((await supplier.agent.get(pathTo('supplierShop'))).text);
    let sent = supplier.agent.post(pathTo('supplierBenefit')).field('_csrf', csrf).field('supplier', String(id));
    for (const [name, value] of Object.entries(fields)) sent = sent.field(name, value);
    return withEvidence ? sent.attach('evidence', photo, '分红表.png') : sent;
  };
  const told = { year: '2025', 'benefit.shares.households': '120', 'benefit.shares.payout': '180000.50' };
  expect((await tell(told, false)).status).toBe(422);
  expect((await tell({ ...told, year: '2026' }, true)).status).toBe(422);
  expect((await tell(told, true)).status).toBe(303);
  const rows = await app.db.farmerBenefit.findMany({ where: { supplierId: id } });
  expect(rows).toMatchObject([{ year: 2025, mode: 'shares', households: 120, yearlyPayoutFen: 18_000_050n }]);
  expect((await tell({ ...told, 'benefit.shares.households': '130' }, false)).status).toBe(303);
  expect(await app.db.farmerBenefit.findFirstOrThrow({ where: { supplierId: id } })).toMatchObject({
    ...{ households: 130, evidenceFileId: rows[0]?.evidenceFileId },
  });
  const path = pathTo('benefitEvidence', { id, year: 2025 });
  for (const login of ['supplier', 'certifier', 'operator', 'workteam'])
    expect((await (await personOf(app, login)).agent.get(path)).status, login).toBe(200);
  for (const login of ['employee', 'rice-supplier'])
    expect((await (await personOf(app, login)).agent.get(path)).status, login).toBe(404);
  const certification = await app.db.certification.findFirstOrThrow({ where: { supplierId: id } });
  const file = await (await personOf(app, 'certifier')).open(pathTo('certification', { id: certification.id }));
  expect(file.$(`a[href="${path}"]`).length).toBe(1);
});
