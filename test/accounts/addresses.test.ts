import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { addressesFor, findAddressFor } from '../../server/accounts/address-queries.ts';
import { addAddress } from '../../server/accounts/save-address.ts';
import type { Unit, User } from '../../server/db/generated/client.ts';
import { pathTo } from '../../server/paths.ts';
import { dayOf } from '../../server/shared/days.ts';
import { type Agent, apiTokenFor, makeTestApp, signInAs, submit, type TestApp } from '../setup/app.ts';
import { aUnit } from '../world/units.ts';
import { anAddress, aUser } from '../world/users.ts';

const ADDRESSES = pathTo('addresses');
const NEW = pathTo('newAddress');
const who = { recipient: '收货人（测试）', phone: '138 0000 0001', detail: '测试路 8 号' };
const typed = { ...who, province: '重庆市', county: '渝中区' };
const json = { ...who, region: '重庆市 渝中区', phone: '13800000001' };

let market: TestApp;
let bank: Unit;
let other: Unit;
let employee: User;

beforeAll(async () => {
  market = await makeTestApp();
  bank = await aUnit(market.db, { code: 'bank', name: '农行市分行' });
  other = await aUnit(market.db, { code: 'other' });
  employee = await aUser(market.db, { grants: [{ role: 'employee', unit: bank }] });
});
afterAll(() => market.close());

async function aBuyer(): Promise<User> {
  const grants = [
    { role: 'employee' as const, unit: bank },
    { role: 'buyer' as const, unit: bank },
  ];
  return aUser(market.db, { grants });
}

async function actor({ id }: User) {
  const found = await findActor(market.db, id, dayOf(new Date()));
  if (!found) throw new Error('no such actor');
  return found;
}

const signedIn = (user: User): Promise<Agent> => signInAs(market.visitor(), user.login);
const defaultsOf = (where: { userId?: number; unitId?: number }) =>
  market.db.address.findMany({ where: { ...where, isDefault: true, deletedAt: null } });

describe(`the address book ${ADDRESSES}`, () => {
  it('is empty at first and leads to the form', async () => {
    const visitor = await signedIn(await aUser(market.db));
    const $ = load((await visitor.get(ADDRESSES)).text);
    expect($('.empty h2').text()).toBe('还没有收货地址');
    expect($('.empty a').attr('href')).toBe(NEW);
  });

  it('keeps the first address as the default, without the spaces of its number', async () => {
    const user = await aUser(market.db);
    const visitor = await signedIn(user);
    const answer = await submit(visitor, NEW, ADDRESSES, typed);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe(ADDRESSES);
    const $ = load((await visitor.get(ADDRESSES)).text);
    expect($('[data-address]')).toHaveLength(1);
    expect($('[data-address] .number').text()).toBe('13800000001');
    expect($('[data-address] .state').text()).toBe('默认');
    expect($('.flash').text()).toContain('地址已添加');
    expect(load((await visitor.get(ADDRESSES)).text)('.flash')).toHaveLength(0);
  });

  it('leads back to checkout when the address was added from there, and nowhere outside', async () => {
    const visitor = await signedIn(await aUser(market.db));
    const from = pathTo('newAddress', { returnTo: '/checkout?unit=3' });
    const returnTo = String(load((await visitor.get(from)).text)('main input[name="returnTo"]').val());
    expect(returnTo).toBe('/checkout?unit=3');
    expect((await submit(visitor, from, ADDRESSES, { ...typed, returnTo })).headers.location).toBe(returnTo);
    const away = await submit(visitor, from, ADDRESSES, { ...typed, returnTo: '//elsewhere.example' });
    expect(away.headers.location).toBe(ADDRESSES);
  });

  it('names every fault at its field and keeps what was typed', async () => {
    const visitor = await signedIn(await aUser(market.db));
    const fields = { ...typed, phone: '12', recipient: '', detail: '<b>8 号</b>', returnTo: '/checkout' };
    const answer = await submit(visitor, NEW, ADDRESSES, fields);
    expect(answer.status).toBe(422);
    const $ = load(answer.text);
    const links = $('.error-summary a')
      .map((_, link) => $(link).attr('href'))
      .get();
    expect(links.sort()).toEqual(['#f-phone', '#f-recipient']);
    expect(links.every((link) => $(link).length === 1)).toBe(true);
    expect($('#f-phone').val()).toBe('12');
    expect($('#f-detail').val()).toBe('<b>8 号</b>');
    expect($('main input[name="returnTo"]').val()).toBe('/checkout');
    expect($('main input[name="_csrf"]')).toHaveLength(1);
  });

  it('changes, makes another the default, removes, and gives the default on', async () => {
    const user = await aUser(market.db);
    const visitor = await signedIn(user);
    const first = await anAddress(market.db, { user, detail: '一号' });
    await submit(visitor, NEW, ADDRESSES, { ...typed, detail: '二号' });
    const second = await market.db.address.findFirstOrThrow({ where: { userId: user.id, detail: '二号' } });
    expect(second.isDefault).toBe(false);

    const form = pathTo('address', { id: second.id });
    expect(load((await visitor.get(form)).text)('#f-detail').val()).toBe('二号');
    expect((await submit(visitor, form, form, { ...typed, detail: '二号甲' })).status).toBe(303);
    expect((await market.db.address.findUniqueOrThrow({ where: { id: second.id } })).detail).toBe('二号甲');

    await submit(visitor, ADDRESSES, pathTo('addressDefault', { id: second.id }));
    expect((await defaultsOf({ userId: user.id })).map(({ id }) => id)).toEqual([second.id]);
    await submit(visitor, ADDRESSES, pathTo('addressRemoval', { id: second.id }));
    expect((await defaultsOf({ userId: user.id })).map(({ id }) => id)).toEqual([first.id]);
    expect((await visitor.get(form)).status).toBe(404);
  });

  it.each(['address', 'addressDefault', 'addressRemoval'] as const)(
    'answers 404 for %s of a stranger',
    async (name) => {
      const mine = await anAddress(market.db, { user: await aUser(market.db) });
      const stranger = await signedIn(await aUser(market.db));
      const answer = await submit(stranger, NEW, pathTo(name, { id: mine.id }), typed);
      expect(answer.status).toBe(404);
      const { recipient, detail, isDefault, deletedAt } = mine;
      const after = await market.db.address.findUniqueOrThrow({ where: { id: mine.id } });
      expect(after).toMatchObject({ recipient, detail, isDefault, deletedAt });
    },
  );

  it('sends whoever is not signed in to the form, and writes nothing', async () => {
    const visitor = market.visitor();
    const answer = await submit(visitor, pathTo('signIn'), ADDRESSES, { ...typed, detail: 'nobody' });
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toContain(pathTo('signIn'));
    expect(await market.db.address.count({ where: { detail: 'nobody' } })).toBe(0);
  });
});

describe("a unit's addresses", () => {
  it('are shared by its buyers alone', async () => {
    const [buyer, colleague] = [await aBuyer(), await aBuyer()];
    const visitor = await signedIn(buyer);
    const choices = load((await visitor.get(NEW)).text)('#f-unitId option');
    expect(choices.map((_, option) => option.attribs.value).get()).toEqual(['', String(bank.id)]);
    await submit(visitor, NEW, ADDRESSES, { ...typed, detail: '职工食堂', unitId: bank.id });

    const $ = load((await (await signedIn(colleague)).get(ADDRESSES)).text);
    expect($('main h2').text()).toContain('农行市分行');
    expect($('[data-address]').text()).toContain('职工食堂');
    expect((await addressesFor(market.db, await actor(employee))).map(({ detail }) => detail)).not.toContain(
      '职工食堂',
    );
    const { id } = await market.db.address.findFirstOrThrow({ where: { detail: '职工食堂' } });
    expect(await findAddressFor(market.db, await actor(colleague), id)).toMatchObject({ unitId: bank.id });
    expect(await findAddressFor(market.db, await actor(employee), id)).toBeNull();
  });

  it('are not added by someone who does not buy for it', async () => {
    const visitor = await signedIn(await aBuyer());
    const answer = await submit(visitor, NEW, ADDRESSES, { ...typed, detail: '别家', unitId: other.id });
    expect(answer.status).toBe(422);
    expect(load(answer.text)('#f-unitId-error').text()).toContain('您不是这个单位的采购员');
    expect(await market.db.address.count({ where: { detail: '别家' } })).toBe(0);
  });

  it('end with the right to buy', async () => {
    const grants = [{ role: 'buyer' as const, unit: other, until: dayOf(new Date()) }];
    const former = await aUser(market.db, { grants });
    const { id } = await anAddress(market.db, { unit: other });
    expect(await findAddressFor(market.db, await actor(former), id)).toBeNull();
  });
});

describe('the region of an address', () => {
  it('is chosen in parts, kept from the largest down, and stands in its parts when it is changed', async () => {
    const visitor = await signedIn(await aUser(market.db));
    const answer = await submit(visitor, NEW, ADDRESSES, {
      ...who,
      province: '四川省',
      city: '成都 市',
      county: '青羊区',
    });
    expect(answer.status).toBe(303);
    const { id, region } = await market.db.address.findFirstOrThrow({ orderBy: { id: 'desc' } });
    expect(region).toBe('四川省 成都市 青羊区');
    const $ = load((await visitor.get(pathTo('address', { id }))).text);
    expect([$('#f-province').val(), $('#f-city').val(), $('#f-county').val()]).toEqual(['四川省', '成都市', '青羊区']);
  });

  it('needs a province that there is, a county, and a city where the province has them', async () => {
    const visitor = await signedIn(await aUser(market.db));
    const faults = async (region: Record<string, string>) => {
      const $ = load((await submit(visitor, NEW, ADDRESSES, { ...who, ...region })).text);
      return $('.error-summary a')
        .map((_, link) => $(link).attr('href'))
        .get();
    };
    expect(await faults({ province: '', county: '' })).toEqual(['#f-province', '#f-county']);
    expect(await faults({ province: '某省', county: '某县' })).toEqual(['#f-province']);
    expect(await faults({ province: '四川省', county: '青羊区' })).toEqual(['#f-city']);
    expect(await faults({ province: '重庆市', county: '渝中区' })).toEqual([]);
  });
});

describe('one default', () => {
  it('is left when many are added at once', async () => {
    const user = await aUser(market.db);
    const who = await actor(user);
    await Promise.all(Array.from({ length: 6 }, () => addAddress(market.db, who, { ...json, isDefault: true })));
    expect(await market.db.address.count({ where: { userId: user.id } })).toBe(6);
    expect(await defaultsOf({ userId: user.id })).toHaveLength(1);
  });

  it('is one of fifty at most, also when the last are added at once', async () => {
    const user = await aUser(market.db);
    const who = await actor(user);
    await market.db.address.createMany({ data: Array.from({ length: 48 }, () => ({ ...json, userId: user.id })) });
    const add = () => addAddress(market.db, who, { ...json, isDefault: false });
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, add));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await expect(add()).rejects.toMatchObject({ status: 422, code: 'tooManyAddresses', values: { maximum: 50 } });
    expect(await market.db.address.count({ where: { userId: user.id } })).toBe(50);
  });
});

describe('/api/v1/addresses', () => {
  const api = (token: string) => ({
    list: () => market.visitor().get('/api/v1/addresses').auth(token, { type: 'bearer' }),
    add: (body: object, key?: string) => {
      const call = market.visitor().post('/api/v1/addresses').auth(token, { type: 'bearer' });
      return (key ? call.set('Idempotency-Key', key) : call).send(body);
    },
  });

  it('adds and lists own ones and those of the units bought for', async () => {
    const calls = api(await apiTokenFor(market.db, await aBuyer()));
    const own = await calls.add(json);
    expect(own.status).toBe(201);
    expect(own.body).toEqual({ id: expect.any(Number), ...json, isDefault: true, unit: null });
    const shared = await calls.add({ ...json, unitId: bank.id });
    expect(shared.body.unit).toMatchObject({ id: bank.id, code: 'bank' });
    const { items, total } = (await calls.list()).body;
    expect(total).toBe(items.length);
    expect(items[0]).toEqual(own.body);
    expect(items).toContainEqual(shared.body);
  });

  it('names every fault, in the language asked for', async () => {
    const calls = api(await apiTokenFor(market.db, employee));
    const answer = await calls.add({ phone: '12', region: 7, colour: 'red' }).set('Accept-Language', 'en');
    expect(answer.status).toBe(400);
    expect(answer.type).toBe('application/problem+json');
    const faults = answer.body.errors.map(({ path, code }: { path: string; code: string }) => `${path} ${code}`);
    expect(faults.sort()).toEqual([
      'colour unknownField',
      'detail required',
      'phone malformedPhone',
      'recipient required',
      'region malformed',
    ]);
    expect(answer.body.errors[0].message).toMatch(/^[A-Z][a-z]/);
  });

  it('refuses a unit that is not bought for with 422', async () => {
    const calls = api(await apiTokenFor(market.db, employee));
    const answer = await calls.add({ ...json, unitId: bank.id });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ path: 'unitId', code: 'notYourUnit' }]);
  });

  it('adds one for the same key, also when both calls arrive at once', async () => {
    const user = await aUser(market.db);
    const calls = api(await apiTokenFor(market.db, user));
    const answers = await Promise.all(Array.from({ length: 4 }, () => calls.add(json, 'one-key')));
    answers.push(await calls.add(json, 'one-key'));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    expect(await market.db.address.count({ where: { userId: user.id } })).toBe(1);
  });

  it('refuses another body under the same key, and lets another person use it', async () => {
    const calls = api(await apiTokenFor(market.db, await aUser(market.db)));
    expect((await calls.add(json, 'my-key')).status).toBe(201);
    const again = await calls.add({ ...json, detail: 'other' }, 'my-key');
    expect(again.status).toBe(422);
    expect(again.body.type).toBe('urn:market:keyReused');
    const others = api(await apiTokenFor(market.db, await aUser(market.db)));
    expect((await others.add({ ...json, detail: 'other' }, 'my-key')).status).toBe(201);
  });

  it('leaves the key free when the call was refused', async () => {
    const user = await aUser(market.db);
    const calls = api(await apiTokenFor(market.db, user));
    const body = { ...json, unitId: other.id };
    expect((await calls.add(body, 'again')).status).toBe(422);
    await market.db.roleGrant.create({
      data: { userId: user.id, role: 'buyer', unitId: other.id, since: new Date('2020-01-01') },
    });
    expect((await calls.add(body, 'again')).status).toBe(201);
  });
});
