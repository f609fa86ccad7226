import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiTokenFor, signInAs } from '../../setup/app.ts';
import { faultsOn, type Person, personOf } from '../../setup/person.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
let organizer: Person;
const FORM = 'form.programme-form';

beforeAll(async () => {
  market = await openMarket('2026-07-02');
  organizer = await personOf(market.app, 'organizer');
});
afterAll(() => market.app.close());

const draft = (code: string) => market.app.db.programme.findUniqueOrThrow({ where: { code } });

async function make(code: string, changes: Record<string, string | null> = {}) {
  const page = await organizer.open('/programmes/new');
  return organizer.send(page, FORM, { code, name: `测试任务 ${code}`, nameEn: code, ...changes });
}

describe('GET /programmes', () => {
  it('lists what the organizer runs or takes part in, with figures', async () => {
    const page = await organizer.open('/programmes');
    expect(page.$('tr[data-programme]').length).toBeGreaterThan(0);
    expect(page.$('tr[data-programme="commerce-2026"] td').text()).toContain('进行中');
    expect(page.text).not.toContain('programmes:');
  });

  it('is for organizers and operators', async () => {
    for (const login of ['employee', 'buyer', 'supplier', 'outsider']) {
      const person = await personOf(market.app, login);
      await person.open('/programmes', 403);
      await person.open('/programmes/new', 403);
      await person.open('/programmes/commerce-2026', 404);
    }
    expect((await market.app.visitor().get('/programmes')).headers.location).toContain('/sign-in');
  });
});

describe('the form of a programme', () => {
  it('begins with the own group, quarters and the defaults of rule 2', async () => {
    const page = await organizer.open('/programmes/new');
    expect(page.$('[name=group]').val()).toBe('commerce');
    expect(page.$('[name=participants]:checked').val()).toBe('commerce');
    expect(page.$('[name=countUntil]').val()).toBe('2027-01-31');
    expect(page.$('[name=countOnAccountBy]:checked').val()).toBe('acceptance');
    expect(page.$('[name="milestones[3][share]"]').val()).toBe('100');
  });

  it('keeps a draft with everything that was given', async () => {
    const page = await make('tea-2026', {
      'milestones[0][share]': '12.5',
      perEmployee: '200.50',
      ratio: '15',
      countUntil: '',
    });
    expect(page.path).toBe('/programmes/tea-2026');
    expect(page.text).toContain('12.5 %');
    const row = await market.app.db.programme.findUniqueOrThrow({
      where: { code: 'tea-2026' },
      include: { milestones: true, origins: true, participants: true },
    });
    expect(row).toMatchObject({ state: 'draft', ingredientRatioBp: 1500, perEmployeeFen: 20_050 });
    expect(row.countUntil.toISOString().slice(0, 10)).toBe('2027-01-31');
    expect(row.milestones.map(({ shareBp }) => shareBp)).toEqual([1250, 5000, 7500, 10_000]);
    expect([row.origins.length, row.participants.length]).toEqual([1, 1]);
    const audit = await market.app.db.auditLine.findFirst({ where: { subjectType: 'programme', subjectId: row.id } });
    expect(audit).toMatchObject({ action: 'programme.create' });
  });

  it('tells every fault by its field and keeps what was typed', async () => {
    const page = await make('commerce-2026', { name: '', ratio: '9.99', perEmployee: 'many', startsOn: '2026-02-30' });
    expect(page.status).toBe(422);
    expect(faultsOn(page)).toEqual([
      '中文名称：请填写此项',
      expect.stringContaining('开始日期：请填写日期'),
      expect.stringContaining('每人：请填写金额'),
    ]);
    expect(page.$('[name=perEmployee]').val()).toBe('many');
    const again = await organizer.send(page, FORM, {
      name: '新',
      ratio: '9.99',
      perEmployee: '',
      startsOn: '2026-01-01',
    });
    expect(faultsOn(again)).toEqual([expect.stringContaining('国家底线是 10%')]);
    expect(again.$('[name=ratio]').val()).toBe('9.99');
    const taken = await organizer.send(again, FORM, { ratio: '' });
    expect(faultsOn(taken)).toEqual([expect.stringContaining('代码已被')]);
  });

  it('checks that milestones rise, lie in the period and end with the whole', async () => {
    const page = await make('odd-milestones', {
      'milestones[0][dueOn]': '2025-12-31',
      'milestones[1][dueOn]': '',
      'milestones[1][share]': '',
      'milestones[2][share]': '20',
      'milestones[3][share]': '90',
    });
    expect(faultsOn(page)).toEqual([
      '第 1 行的日期：日期要在任务期内',
      '第 3 行的比例：比例要大于上一行',
      '第 4 行的比例：最后一天应为 100%',
    ]);
    expect(page.$('[name="milestones[2][share]"]').val()).toBe('20');
  });

  it('survives what no browser sends', async () => {
    const page = await organizer.open('/programmes/new');
    const agent = organizer.agent;
    const _csrf = String(page.$('[name=_csrf]').first().val());
    const odd = {
      _csrf,
      code: ['a'],
      milestones: 'x',
      origins: { a: 'b' },
      startsOn: {},
      participants: ['wulong', 'none'],
    };
    expect((await agent.post('/programmes').type('form').send(odd)).status).toBe(422);
    expect((await agent.post('/programmes/none').type('form').send({ _csrf })).status).toBe(404);
  });

  it('starts the next year from this one', async () => {
    const page = await organizer.open('/programmes/new?from=tea-2026');
    expect(page.$('[name=code]').val()).toBe('tea-2027');
    expect(page.$('[name=name]').val()).toBe('测试任务 tea-2027');
    expect(page.$('[name=startsOn]').val()).toBe('2027-01-01');
    expect(page.$('[name=countUntil]').val()).toBe('2028-01-31');
    expect(page.$('[name="milestones[0][dueOn]"]').val()).toBe('2027-03-31');
    expect(page.$('[name=ratio]').val()).toBe('15');
    const made = await organizer.send(page, FORM);
    expect(made.path).toBe('/programmes/tea-2027');
  });

  it('lets an organizer choose own groups only, and run no other group’s programme', async () => {
    const refused = await make('of-others', { group: 'wulong', participants: 'wulong' });
    expect(refused.status).toBe(422);
    const operator = await personOf(market.app, 'operator');
    const page = await operator.open('/programmes/new');
    const made = await operator.send(page, FORM, {
      ...{ code: 'district-2026', name: '区任务', group: 'wulong', assistedPlace: 'wulong', participants: 'commerce' },
    });
    expect(made.path, made.text).toBe('/programmes/district-2026');
    expect((await organizer.open('/programmes/district-2026')).$('a[href$="/edit"]')).toHaveLength(0);
    await organizer.open('/programmes/district-2026/edit', 403);
    await organizer.open('/programmes/district-2026/opening', 403);
    const _csrf = String(page.$('[name=_csrf]').first().val());
    const stolen = await signInAs(market.app.visitor(), 'organizer');
    expect((await stolen.post('/programmes/district-2026/opening').type('form').send({ _csrf })).status).toBe(403);
    expect((await draft('district-2026')).state).toBe('draft');
  });
});

describe('opening and closing', () => {
  it('says what will happen, then counts; what would rewrite figures is fixed', async () => {
    await make('opened-2026');
    const confirm = await organizer.open('/programmes/opened-2026/opening');
    expect(confirm.text).toContain('启用后');
    const shown = await organizer.send(confirm, 'main form');
    expect(shown.path).toBe('/programmes/opened-2026');
    expect((await draft('opened-2026')).state).toBe('open');
    const edit = await organizer.open('/programmes/opened-2026/edit');
    for (const name of ['code', 'startsOn', 'origins', 'participants', 'countOnAccountBy'])
      expect(edit.$(`[name=${name}]`), name).toHaveLength(0);
    const late = await organizer.send(edit, FORM, { countUntil: '2026-07-01' });
    expect(faultsOn(late)).toEqual([expect.stringContaining('计入截止日不能早于')]);
    const saved = await organizer.send(late, FORM, {
      name: '改名',
      countUntil: '2027-02-28',
      ratio: '20',
      startsOn: '2020-01-01',
    });
    expect(saved.path).toBe('/programmes/opened-2026');
    const row = await draft('opened-2026');
    expect(row).toMatchObject({ name: '改名', ingredientRatioBp: 2000 });
    expect([row.startsOn, row.countUntil].map((day) => day.toISOString().slice(0, 10))).toEqual([
      '2026-01-01',
      '2027-02-28',
    ]);
    const again = await organizer.open('/programmes/opened-2026/opening');
    expect(again.$('main form button')).toHaveLength(0);
  });

  it('closes once the period is over, and then only names change', async () => {
    const rest = [1, 2, 3].flatMap((row) => ['dueOn', 'share'].map((name) => [`milestones[${row}][${name}]`, '']));
    await make('half-2026', { endsOn: '2026-07-02', countUntil: '2026-08-31', ...Object.fromEntries(rest) });
    await organizer.send(await organizer.open('/programmes/half-2026/opening'), 'main form');
    const { agent } = organizer;
    const early = await organizer.open('/programmes/half-2026/closing');
    expect(early.text).toContain('任务期到 2026-07-02 才结束');
    const close = async () => {
      const _csrf = String(early.$('[name=_csrf]').first().val());
      return (await agent.post('/programmes/half-2026/closing').type('form').send({ _csrf })).status;
    };
    expect(await close()).toBe(409);
    market.turnTo('2026-07-03');
    expect(await close()).toBe(409);
    expect((await organizer.open('/programmes/half-2026/closing')).text).toContain('还在补计');
    await market.settle();
    const confirm = await organizer.open('/programmes/half-2026/closing');
    expect(confirm.text).toContain('到 2026-08-31 为止');
    expect((await organizer.send(confirm, 'main form')).text).toContain('结束以后还没有调整');
    const edit = await organizer.open('/programmes/half-2026/edit');
    expect(
      edit
        .$('form.programme-form [name]')
        .toArray()
        .map((field) => edit.$(field).attr('name')),
    ).toEqual([...['_csrf', 'name', 'nameEn']]);
    await organizer.send(edit, FORM, { name: '上半年任务', countUntil: '2030-01-31' });
    expect(await draft('half-2026')).toMatchObject({ name: '上半年任务', state: 'closed' });
    market.turnTo('2026-07-02');
  });
});

describe('the API of programmes', () => {
  const post = async (who: 'organizer' | 'employee' | 'approver', path: string, body: object = {}, key = path) =>
    supertest(market.app.url)
      .post(`/api/v1/programmes${path}`)
      .auth(await apiTokenFor(market.app.db, market.world.users[who], [], new Date('2026-07-02T04:00:00Z')), {
        type: 'bearer',
      })
      .set('Idempotency-Key', `${key} ${JSON.stringify(body).length}`)
      .send(body);
  const wish = (code: string) => ({
    ...{
      code,
      name: code,
      group: 'commerce',
      assistedPlace: 'yongdong',
      participants: ['commerce'],
      origins: ['yongdong'],
    },
    ...{ startsOn: '2026-01-01', endsOn: '2026-12-31' },
  });

  it('makes a draft once per key, opens it, and refuses to close it early', async () => {
    const [made, repeated] = await Promise.all([
      post('organizer', '', wish('by-api')),
      post('organizer', '', wish('by-api')),
    ]);
    const created = [made, repeated].find(({ status }) => status === 201);
    expect(created?.body).toMatchObject({
      code: 'by-api',
      state: 'draft',
      countUntil: '2027-01-31',
      group: 'commerce',
    });
    expect(await market.app.db.programme.count({ where: { code: 'by-api' } })).toBe(1);
    const opened = await post('organizer', '/by-api/opening');
    expect([opened.status, opened.body.state]).toEqual([200, 'open']);
    expect((await post('organizer', '/by-api/opening', {}, 'again')).status).toBe(409);
    const closed = await post('organizer', '/by-api/closing');
    expect([closed.status, closed.type, closed.body.detail]).toEqual([
      409,
      'application/problem+json',
      expect.stringContaining('2026-12-31'),
    ]);
  });

  it('answers faults by field as problem+json, 403 and 404 to others', async () => {
    const body = { ...wish('x y'), startsOn: 'never', milestones: [{ dueOn: '2026-12-31', shareBp: 0 }], odd: 1 };
    const answer = await post('organizer', '', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((fault: { path: string }) => fault.path).sort()).toEqual([
      'code',
      'milestones.0.shareBp',
      'odd',
      'startsOn',
    ]);
    const refused = await post('organizer', '', {
      ...wish('ok'),
      ingredientRatioBp: 900,
      participants: ['wulong'],
      endsOn: '2025-01-01',
    });
    expect([refused.status, refused.body.errors.map((fault: { path: string }) => fault.path)]).toEqual([
      422,
      ['participants', 'endsOn', 'ingredientRatioBp'],
    ]);
    expect((await post('employee', '', wish('mine'))).status).toBe(403);
    expect((await post('approver', '/by-api/closing')).status).toBe(403);
    expect((await post('employee', '/tea-2027/opening')).status).toBe(404);
  });
});
