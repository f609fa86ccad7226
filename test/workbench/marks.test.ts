import { load } from 'cheerio';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { remindExpiringMarks } from '../../server/notifications/remind-expiring-marks.ts';
import { pathTo } from '../../server/paths.ts';
import { reindexProducts } from '../../server/search/index-products.ts';
import { catchUp } from '../../server/search/search-changes.ts';
import { outboxHandlers } from '../../server/work.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { photo, upload } from '../suppliers/application-story.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let supplier: Person;
let certifier: Person;
let seen: Awaited<ReturnType<typeof catchUp>>;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  await reindexProducts(app.db, app.container.search, '2026-06-15');
  seen = await catchUp(app.container, null);
  supplier = await personOf(app, 'supplier');
  certifier = await personOf(app, 'certifier');
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.qualityMark.deleteMany();
  await app.db.notification.deleteMany();
});

const filled = {
  ...{ kind: 'organic', number: 'ＯＲＧ 2026-1', issuer: '中绿华夏（测试）', familyId: '' },
  ...{ validFrom: '2026-01-01', validUntil: '2026-12-31' },
};
type Wish = Partial<Record<keyof typeof filled, string>>;

/** Fills the form in, with a scan unless told otherwise. */
async function handIn(wish: Wish = {}, { file = true } = {}) {
  const fields = { ...filled, ...wish, supplierId: String(world.suppliers.lianghe.id) };
  const action = pathTo('supplierMarks');
  const answer = await upload(supplier, action, action, fields, file ? [['file', photo, 'organic.png']] : []);
  const $ = load(answer.text);
  return {
    status: answer.status,
    issuer: $('#f-issuer').val(),
    faulty: $('.field--error [name]')
      .get()
      .map((input) => $(input).attr('name')),
  };
}
const decide = async (decision: string, reason = '', by = certifier) => {
  const { id } = await app.db.qualityMark.findFirstOrThrow();
  const page = await by.open(`${pathTo('markDesk')}${decision === 'end' ? '?part=confirmed' : ''}`);
  return by.agent
    .post(pathTo('markDecision', { id }))
    .type('form')
    .send({ decision, reason, _csrf: page.$('input[name="_csrf"]').first().val() });
};
const isFound = async () => {
  while ((await drainOutbox(app.db, outboxHandlers(app.container), app.container.log)) > 0);
  seen = await catchUp(app.container, seen);
  const page = await (await personOf(app, null)).open('/products?certification=organic');
  return page.$('.empty').length === 0 && page.$('#results').text().includes('凉河白茶');
};
const kinds = async (who: 'supplier' | 'certifier') =>
  (await app.db.notification.findMany({ where: { userId: world.users[who].id }, orderBy: { id: 'asc' } })).map(
    ({ kind }) => kind,
  );

it('a supplier hands one in, a certifier confirms it, and its goods are marked and found by it until it is taken back', async () => {
  expect((await handIn()).status).toBe(303);
  expect(await isFound()).toBe(false);
  expect(await kinds('certifier')).toEqual(['mark_submitted']);
  const desk = await certifier.open(pathTo('markDesk'));
  expect(desk.$('article').text()).toContain('ORG2026-1');
  const scan = await certifier.agent.get(String(desk.$('.mark__scan').attr('src')));
  expect(scan.headers['content-type']).toBe('image/png');
  expect((await decide('confirm')).status).toBe(303);
  expect(await isFound()).toBe(true);
  expect(await kinds('supplier')).toEqual(['mark_confirmed']);
  const product = await (await personOf(app, null)).open(pathTo('product', { id: world.products.tea.id }));
  expect(product.text).toContain('有机产品');
  const own = await supplier.open(pathTo('supplierMarks'));
  expect((await supplier.send(own, 'article form[action$="/withdrawal"]')).text).toContain('证书已撤回');
  expect(await isFound()).toBe(false);
  const actions = await app.db.auditLine.findMany({ where: { subjectType: 'quality_mark' }, orderBy: { id: 'asc' } });
  expect(actions.map(({ action }) => action)).toEqual(['mark.submit', 'mark.confirm', 'mark.withdraw']);
});

it('a refusal needs a reason that the supplier reads, and the number may be handed in again', async () => {
  await handIn();
  const refused = await decide('refuse');
  expect(refused.status).toBe(422);
  const $ = load(refused.text);
  expect($(String($('.error-summary__list a').attr('href'))).is('textarea')).toBe(true);
  expect((await decide('refuse', '编号看不清')).status).toBe(303);
  expect((await supplier.open(pathTo('supplierMarks'))).text).toContain('编号看不清');
  expect((await handIn()).status).toBe(303);
  expect(await app.db.qualityMark.count()).toBe(1);
  expect((await decide('confirm')).status).toBe(303);
  expect((await decide('end', '抽检不合格')).status).toBe(303);
  expect(await isFound()).toBe(false);
  expect((await kinds('supplier')).sort()).toEqual(['mark_confirmed', 'mark_ended', 'mark_refused']);
});

it('is renewed for a later term under its number while it holds; its supplier is reminded until then', async () => {
  await handIn({ validUntil: '2026-07-31' });
  await decide('confirm');
  const remind = async () => {
    await remindExpiringMarks(app.db, now);
    await remindExpiringMarks(app.db, now);
    return (await kinds('supplier')).filter((kind) => kind === 'mark_ends').length;
  };
  expect(await remind()).toBe(1);
  expect((await handIn({ validFrom: '2026-07-01', validUntil: '2027-06-30' })).faulty).toEqual(['number']);
  expect((await handIn({ validFrom: '2026-08-01', validUntil: '2027-07-31' })).status).toBe(303);
  expect(await app.db.qualityMark.findMany({ select: { state: true }, orderBy: { id: 'asc' } })).toEqual([
    { state: 'confirmed' },
    { state: 'submitted' },
  ]);
  await app.db.notification.deleteMany();
  expect(await remind()).toBe(0);
  expect(await isFound()).toBe(true);
});

it('is found to its last day in Shanghai', async () => {
  await handIn({ validUntil: '2026-06-15' });
  await decide('confirm');
  expect(await isFound()).toBe(true);
  await reindexProducts(app.db, app.container.search, '2026-06-16');
  seen = await catchUp(app.container, seen);
  const page = await (await personOf(app, null)).open('/products?certification=organic');
  expect(page.$('.empty').length).toBe(1);
  await reindexProducts(app.db, app.container.search, '2026-06-15');
});

it('of two certifiers who decide at once one does, the other is told', async () => {
  await handIn();
  await aUser(app.db, { login: 'second-certifier', grants: [{ role: 'certifier' }] });
  const second = await personOf(app, 'second-certifier');
  const answers = await Promise.all([decide('confirm'), decide('refuse', '看不清', second)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
  expect(answers.find(({ status }) => status === 409)?.text).toContain('刚刚已有决定');
});

it('two who hand in one number at once make one certificate', async () => {
  const answers = await Promise.all([handIn(), handIn()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 422]);
  expect(await app.db.qualityMark.count()).toBe(1);
});

it.each<[Wish, boolean, string[]]>([
  [{ number: '' }, true, ['number']],
  [{ kind: 'best', issuer: '' }, true, ['kind', 'issuer']],
  [{ validFrom: '去年' }, true, ['validFrom']],
  [{ validUntil: '2025-12-31' }, true, ['validUntil']],
  [{ validFrom: '2025-01-01', validUntil: '2026-06-14' }, true, ['validUntil']],
  [{ familyId: '999999' }, true, ['familyId']],
  [{}, false, ['file']],
])('refuses %j by its fields and keeps nothing', async (wish, file, wanted) => {
  const page = await handIn(wish, { file });
  expect(page.status).toBe(422);
  expect(page.faulty).toEqual(wanted);
  expect(page.issuer).toBe(wish.issuer ?? filled.issuer);
  expect(await app.db.qualityMark.count()).toBe(0);
});

it('is nobody else’s: other suppliers, places and buyers', async () => {
  await handIn();
  const { id } = await app.db.qualityMark.findFirstOrThrow();
  const other = await personOf(app, 'rice-supplier');
  const page = await other.open(pathTo('supplierMarks'));
  const taken = await other.agent
    .post(pathTo('markWithdrawal', { id }))
    .type('form')
    .send({ supplierId: world.suppliers.lianghe.id, _csrf: page.$('input[name="_csrf"]').first().val() });
  expect(taken.status).toBe(404);
  await other.agent.get(pathTo('markFile', { id })).expect(404);
  const buyer = await personOf(app, 'buyer');
  await buyer.open(pathTo('supplierMarks'), 403);
  await buyer.open(pathTo('markDesk'), 403);
  const operator = await personOf(app, 'operator');
  expect((await operator.open(pathTo('markDesk'))).$('article form')).toHaveLength(0);
  expect((await decide('confirm', '', operator)).status).toBe(403);
});
