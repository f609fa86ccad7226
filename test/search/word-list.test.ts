import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { catchUp } from '../../server/search/search-changes.ts';
import { deliveredWords, synonymsOf, useWordList } from '../../server/search/synonyms.ts';
import { readWordList, textsOfWordList } from '../../server/search/word-list-form.ts';
import { makeTestApp, signInAs, submit, type TestApp } from '../setup/app.ts';
import { makeWorld, type World } from '../world/world.ts';

describe('a list of words as operators write it', () => {
  it('reads what it writes', () => {
    const { list, faults } = readWordList(textsOfWordList(deliveredWords));
    expect(faults).toEqual([]);
    expect(list).toEqual(deliveredWords);
  });

  it('names every fault by its field and line', () => {
    const { faults } = readWordList({
      same: '土鸡 山地鸡\n孤单\n',
      kinds: '大米 贡米\n大米 → 贡米\n大米 -> 香米',
      words: '好词 坏<词>',
    });
    expect(faults.map(({ path, code, values }) => [path, code, values?.line])).toEqual([
      ['same', 'lonelyWord', 2],
      ['kinds', 'noArrow', 1],
      ['kinds', 'wordTwice', 3],
      ['words', 'badWord', 1],
    ]);
  });
});

describe('the operators’ page of search words', () => {
  let market: TestApp;
  let world: World;

  beforeAll(async () => {
    market = await makeTestApp();
    world = await makeWorld(market.db, { now: new Date() });
    await follow();
  });
  afterEach(() => useWordList(deliveredWords));
  afterAll(() => market.close());

  let seen: Awaited<ReturnType<typeof catchUp>> | null = null;
  async function follow() {
    seen = await catchUp(market.container, seen);
  }
  const found = async (q: string) => (await market.container.search.search({ q })).ids;
  const save = async (texts: Partial<ReturnType<typeof textsOfWordList>>, version = '0') => {
    const operator = await signInAs(market.visitor(), world.users.operator.login);
    return submit(operator, '/search-words', '/search-words', {
      ...textsOfWordList(deliveredWords),
      ...texts,
      version,
    });
  };

  it('teaches a word that buyers use: found once the index was built anew, in every process', async () => {
    expect(await found('珍珠饭粒')).toEqual([]);
    const answer = await save({ same: `${textsOfWordList(deliveredWords).same}\n珍珠饭粒 贡米` });
    expect(answer.status).toBe(303);
    await follow();
    expect(synonymsOf('珍珠饭粒')).toEqual(['贡米']);
    expect(await found('珍珠饭粒')).toContain(world.products.rice.id);
    expect(await market.db.auditLine.count({ where: { action: 'search.words' } })).toBe(1);
  });

  it('keeps what was typed and says what is wrong, saving nothing', async () => {
    const versions = await market.db.searchWordList.count();
    const answer = await save({ same: '孤单的词' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('第 1 行');
    expect(answer.text).toContain('>孤单的词</textarea>');
    expect(await market.db.searchWordList.count()).toBe(versions);
  });

  it('does not overwrite what another has saved meanwhile', async () => {
    const answer = await save({ words: '另一份' }, '0');
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('另一位运营人员');
  });

  it('shows what was looked for in vain, but no numbers that may be a person’s', async () => {
    const visitor = market.visitor();
    for (const q of ['外星蘑菇王', '外星蘑菇王', '13800000000 某人'])
      await visitor.get('/products').query({ q }).expect(200);
    await expect
      .poll(() => market.db.searchMiss.findMany({ select: { word: true, count: true } }))
      .toEqual([{ word: '外星蘑菇王', count: 2 }]);
    const operator = await signInAs(market.visitor(), world.users.operator.login);
    const page = await operator.get('/search-words').query({ try: '外星蘑菇王' });
    expect(page.text).toContain('外星蘑菇王');
    expect(page.text).toContain('没有找到商品');
  });

  it('is for operators only', async () => {
    const employee = await signInAs(market.visitor(), world.users.employee.login);
    await employee.get('/search-words').expect(403);
  });
});
