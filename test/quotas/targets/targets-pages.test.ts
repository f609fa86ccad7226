import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOn, type Person, personOf } from '../../setup/person.ts';
import { aTarget } from '../../world/programmes.ts';
import { aUser } from '../../world/users.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
let organizer: Person;
let buyer: Person;
const bankPath = '/targets/commerce-2026/units/bank';

beforeAll(async () => {
  market = await openMarket('2026-03-02');
  const { programmes, units, groups } = market.world;
  const { db } = market.app;
  await db.programme.update({ where: { id: programmes.group.id }, data: { perEmployeeFen: 20_000 } });
  await aTarget(db, { programme: programmes.group, unit: units.bank, fen: 1_000_000 });
  await aUser(db, { login: 'second-organizer', grants: [{ role: 'organizer', group: groups.commerce }] });
  organizer = await personOf(market.app, 'organizer');
  buyer = await personOf(market.app, 'buyer');
});
afterAll(() => market.app.close());

const boardOf = async (unit: string, at = '') => {
  const id = market.world.programmes.group.id;
  const { body } = await market.get('organizer', `/programmes/${id}/progress?unit=${unit}${at && `&at=${at}`}`);
  return body.rows.find((row: { key: string }) => row.key === unit);
};

describe('GET /targets', () => {
  it('lists units with their targets, and lets lookers only look', async () => {
    const page = await organizer.open('/targets');
    expect(page.text).toContain('¥10,000.00');
    expect(page.$('a[href="/targets/commerce-2026/table"]')).toHaveLength(1);
    const county = await organizer.open('/targets?programme=county-2026');
    expect(county.$('a[href="/targets/county-2026/table"]')).toHaveLength(0);
    await organizer.open('/targets/county-2026/table', 403);
    expect((await organizer.agent.get('/targets.xlsx?programme=commerce-2026')).status).toBe(200);
  });
});

describe('a unit’s targets', () => {
  it('change one by one with a reason, and every fault is named', async () => {
    const page = await organizer.open(bankPath);
    const refused = await organizer.send(page, '#set form', { amount: '12.345', reason: '' });
    expect([refused.status, faultsOn(refused)]).toEqual([
      422,
      ['小数位数太多：金额最多到分，重量最多到克', '请写明原因'],
    ]);
    expect(refused.$('input[name="amount"]').val()).toBe('12.345');
    const rice = { amount: '1', unit: 'tonnes', category: 'rice', reason: '自购贡米' };
    const done = await organizer.send(refused, '#set form', rice);
    expect(done.status).toBe(200);
    expect(done.text).toContain('1,000 公斤');
    expect(done.$('#history').parent().text()).toContain('自购贡米');
  });

  it('are withdrawn by 0 and then judged as none', async () => {
    const page = await organizer.open(bankPath);
    await organizer.send(page, '#set form', { amount: '0', unit: 'kilograms', category: 'rice', reason: '撤销' });
    const row = await boardOf('bank');
    expect(row.targets.map((target: { measure: string }) => target.measure)).toEqual(['fen']);
  });

  it('tell who comes second that they moved', async () => {
    const [second, first] = [await personOf(market.app, 'second-organizer'), organizer];
    const theirs = await second.open(bankPath);
    const mine = await first.open(bankPath);
    await first.send(mine, '#set form', { amount: '11000', reason: '先到' });
    const refused = await second.send(theirs, '#set form', { amount: '12000', reason: '后到' });
    expect([refused.status, faultsOn(refused)[0]]).toEqual([409, '刚刚被改为 11,000.00 元（第 2 版），请核对']);
    await second.send(refused, '#set form', { amount: '12000', reason: '后到' });
    expect((await boardOf('bank')).targetFen).toBe(1_200_000);
  });
});

describe('the table', () => {
  it('writes only what was changed, with one reason, all or nothing', async () => {
    const { bank, dual, bureau } = market.world.units;
    const page = await organizer.open('/targets/commerce-2026/table');
    const faulty = { [`v-${dual.id}`]: '五百', [`v-${bureau.id}`]: '600', reason: '年初' };
    const refused = await organizer.send(page, '[data-targets]', faulty);
    expect([refused.status, faultsOn(refused)]).toEqual([422, ['市地质院：请填数字，如 120000 或 1,234.50']]);
    expect((await boardOf('bureau')).targetFen).toBeNull();
    await organizer.send(refused, '[data-targets]', { [`v-${dual.id}`]: '500' });
    expect((await boardOf('bureau')).targetFen).toBe(60_000);
    expect((await boardOf('dual')).targetFen).toBe(50_000);
    const versions = await market.app.db.targetVersion.count({
      where: { target: { unitId: bank.id, scopeKey: 'all' } },
    });
    expect(versions).toBe(3);
    const same = await organizer.send(await organizer.open('/targets/commerce-2026/table'), '[data-targets]', {
      reason: '无',
    });
    expect(faultsOn(same)).toEqual(['没有需要修改的任务数']);
  });

  it('refuses at the cell that someone else changed, and does not undo what it did not touch', async () => {
    const { dual, bureau, bank } = market.world.units;
    const page = await organizer.open('/targets/commerce-2026/table');
    const second = await personOf(market.app, 'second-organizer');
    const theirs = await second.open('/targets/commerce-2026/table');
    await second.send(theirs, '[data-targets]', { [`v-${dual.id}`]: '555', [`v-${bureau.id}`]: '666', reason: '先到' });
    const mine = { [`v-${dual.id}`]: '777', [`v-${bank.id}`]: '888', reason: '后到' };
    const refused = await organizer.send(page, '[data-targets]', mine);
    expect([refused.status, faultsOn(refused)]).toEqual([409, ['市地质院：刚刚被改为 555.00 元（第 2 版），请核对']]);
    expect(refused.$(`input[name="v-${bureau.id}"]`).val()).toBe('666');
    expect((await boardOf('bank')).targetFen).toBe(1_200_000);
    await organizer.send(refused, '[data-targets]');
    expect([(await boardOf('dual')).targetFen, (await boardOf('bureau')).targetFen]).toEqual([77_700, 66_600]);
  });
});

describe('an exemption', () => {
  it('begins and ends with reasons, and past days show what held by then', async () => {
    const path = '/targets/commerce-2026/units/dual';
    market.turnTo('2026-04-01');
    const dated = await personOf(market.app, 'organizer');
    await dated.send(await dated.open(path), '[data-exemption]', { exemptionReason: '没有食堂' });
    expect(await boardOf('dual')).toMatchObject({ state: 'exempt', exemptReason: '没有食堂' });
    market.turnTo('2026-05-01');
    const later = await personOf(market.app, 'organizer');
    const page = await later.open(path);
    await later.send(page, '[data-exemption]', { exemptionReason: '食堂开伙' });
    expect((await boardOf('dual')).exemptReason).toBeNull();
    expect((await boardOf('dual', '2026-04-15')).state).toBe('exempt');
    expect((await boardOf('dual', '2026-03-31')).state).not.toBe('exempt');
    const again = await later.send(page, '[data-exemption]', { exemptionReason: '再按一次' });
    expect(again.status).toBe(409);
    market.turnTo('2026-06-01');
    const anew = await personOf(market.app, 'organizer');
    await anew.send(await anew.open(path), '[data-exemption]', { exemptionReason: '又停伙' });
    expect((await boardOf('dual')).exemptReason).toBe('又停伙');
    expect((await boardOf('dual', '2026-05-15')).exemptReason).toBeNull();
    market.turnTo('2026-03-02');
  });
});

describe('a declaration in pages', () => {
  it('is worked out, submitted, sent back, declared anew and accepted', async () => {
    const own = await buyer.open('/declarations');
    expect(own.path).toBe('/declarations/commerce-2026/units/bank');
    const form = '[data-basis="ingredients"]';
    const worked = await buyer.send(own, form, { ingredients: '974,000', step: 'calculate' });
    expect(worked.text).toContain('全年食材支出 ¥974,000.00 × 10% = ¥97,400.00');
    const refused = await buyer.send(worked, form, { ingredients: '-1' });
    expect([refused.status, faultsOn(refused)]).toEqual([422, ['全年食材支出（元）：不能是负数']]);
    const submitted = await buyer.send(worked, form, { ingredients: '974000' });
    expect(submitted.text).toContain('已提交，等待审核');

    const overview = await organizer.open('/declarations?state=waiting');
    expect(overview.$('tbody th').text()).toContain('农行市分行');
    const review = await organizer.open(submitted.path);
    const nameless = await organizer.send(review, '[data-review="return"]');
    expect([nameless.status, faultsOn(nameless)]).toEqual([422, ['请写明原因']]);
    await organizer.send(review, '[data-review="return"]', { returnReason: '漏报' });
    expect((await buyer.open(submitted.path)).text).toContain('漏报');

    const anew = await buyer.send(await buyer.open('/declarations'), form, { ingredients: '1000000' });
    const accept = await organizer.open(anew.path);
    expect(accept.text).toContain('→ ¥100,000.00');
    await organizer.send(accept, '[data-review="accept"]');
    expect((await boardOf('bank')).targetFen).toBe(10_000_000);
    expect((await organizer.open(bankPath)).$(`a[href="${anew.path}"]`)).toHaveLength(1);
    const history = await buyer.open('/declarations');
    expect(
      history
        .$('article .state')
        .map((_, state) => history.$(state).text().trim())
        .get(),
    ).toEqual(['已核定', '已退回']);
    const late = await organizer.send(accept, '[data-review="accept"]');
    expect(late.status).toBe(409);
  });

  it('is not offered where another declares, and an employee sees none of it', async () => {
    const { dual, bank } = market.world.units;
    await market.app.db.unit.update({ where: { id: dual.id }, data: { canteen: 'shared', canteenUnitId: bank.id } });
    const guest = await personOf(market.app, 'dual-buyer');
    const page = await guest.open('/declarations/commerce-2026/units/dual');
    expect(page.text).toContain('在“农行市分行”的食堂用餐，食堂的任务由对方申报');
    expect(page.$('[data-basis="ingredients"]')).toHaveLength(0);
    expect((await buyer.open('/declarations/commerce-2026/units/bank')).text).toContain('也代表在此用餐的：市地质院');
    const employee = await personOf(market.app, 'employee');
    await employee.open('/declarations', 403);
    await employee.open('/declarations/commerce-2026/units/bank', 404);
    await buyer.open('/declarations/commerce-2026/units/bureau', 404);
  });

  it('speaks English too', async () => {
    const english = await personOf(market.app, 'operator');
    const page = await english.open('/targets?programme=commerce-2026');
    const csrf = page.$('input[name="_csrf"]').first().val();
    await english.agent.post('/language').type('form').send({ _csrf: csrf, locale: 'en', returnTo: '/targets' });
    for (const path of ['/targets', bankPath, '/declarations', '/targets/commerce-2026/table']) {
      const { text } = await english.open(path.includes('?') ? path : `${path}?programme=commerce-2026`);
      expect(text).not.toMatch(/targets:|declarations:/);
    }
  });
});
