import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { inSeason } from '../../server/cli/demo/fact-specifications.ts';
import { loadDemoFacts } from '../../server/cli/demo/facts.ts';

const today = '2026-11-24';
const facts = loadDemoFacts(today);
const specs = facts.products.flatMap((family) => family.specs.map((spec) => ({ ...spec, family })));
const wordsOf = (family: (typeof facts.products)[number]) => [family.name, ...family.aliases].join(' ');

describe('places of the demonstration', () => {
  it('hold every township of the three counties', () => {
    const townships = (county: string) => facts.places.filter((p) => p.level === 'township' && p.parent === county);
    expect(facts.places.filter((p) => p.level === 'county').map((p) => p.name)).toEqual([
      '秀山土家族苗族自治县',
      '城口县',
      '武隆区',
    ]);
    expect(['xiushan', 'chengkou', 'wulong'].map((county) => townships(county).length)).toEqual([27, 25, 26]);
  });

  it('hold the eight villages of Yongdong, a key township of the city', () => {
    const yongdong = facts.places.find((p) => p.code === 'xiushan-yongdong');
    const villages = facts.places.filter((p) => p.parent === 'xiushan-yongdong').map((p) => p.name);
    expect(yongdong?.placeClass).toBe('key_city');
    expect(villages).toEqual(['凉河村', '野坪村', '楠木村', '川河村', '河坝村', '涌洞村', '古田村', '新农村']);
  });
});

describe('units of the demonstration', () => {
  const real = facts.units.filter((unit) => !unit.madeUp);
  const members = facts.groups.flatMap((group) => group.members.map((member) => ({ ...member, group })));

  it('are the 17 of the city group and the 104 of Wulong, each in a group', () => {
    const yongdong = facts.groups.find((group) => group.code === 'yongdong');
    expect(yongdong?.members).toHaveLength(17);
    expect(real.filter((unit) => unit.place === 'wulong')).toHaveLength(104);
    expect(real).toHaveLength(121);
    expect(facts.groups.filter((group) => group.county === 'wulong')).toHaveLength(26);
    expect(new Set(members.map((member) => member.unit)).size).toBe(121);
  });

  it('are nine times in two groups, seven of them marked so in the source', () => {
    const twice = real.filter((unit) => members.filter((member) => member.unit === unit.code).length === 2);
    expect(twice).toHaveLength(9);
    expect(members.filter((member) => member.dual)).toHaveLength(18);
    expect(new Set(members.filter((member) => member.markedDual).map((member) => member.unit)).size).toBe(7);
  });

  it('pair 17 units with the eight villages', () => {
    expect(facts.pairings).toHaveLength(17);
    expect(new Set(facts.pairings.map((pairing) => pairing.place)).size).toBe(8);
    expect(facts.pairings.find((pairing) => pairing.unit === 'geology-institute')?.place).toBe('xiushan-yongdong-heba');
  });

  it('put made-up prisons, and nothing real, below the prison bureau', () => {
    const below = facts.units.filter((unit) => unit.parent === 'prison-bureau');
    expect(below.length).toBeGreaterThanOrEqual(3);
    expect(below.every((unit) => unit.madeUp && unit.name.includes('演示'))).toBe(true);
    expect(facts.units.filter((unit) => unit.madeUp)).toEqual(below);
  });
});

describe('goods of the demonstration', () => {
  const lines = {
    xiushan:
      '千丘梯田贡米 凉河白茶 山银花 黄精 延季蔬菜 羊肚菌 香菇 散养鸡 散养鸭 猪肉 牛肉 羊肉 中蜂蜂蜜 稻花鱼 水产 油茶 银杏 冰糖李',
    chengkou: '城口山地鸡 城口老腊肉 城口蜂蜜 鸡鸣茶 野生山核桃 板栗 香菇 道地中药材 山神漆器 杂粮 生态鱼 竹笋',
    wulong: '武隆山羊 番茄 竹笋 脆桃 高山茶叶 豆干 蚕茧 生态鱼 中药材',
  };

  it('are at least 120 specifications of at least 25 suppliers, several to a family', () => {
    expect(specs.length).toBeGreaterThanOrEqual(150);
    expect(new Set(facts.products.map((family) => family.supplier)).size).toBeGreaterThanOrEqual(28);
    expect(facts.products.every((family) => family.specs.length >= 2)).toBe(true);
  });

  it.each(Object.entries(lines))('name every product line of %s', (county, names) => {
    const words = facts.products.filter((family) => family.origin.startsWith(county)).map(wordsOf);
    const absent = names.split(' ').filter((name) => !words.some((text) => text.includes(name)));
    expect(absent).toEqual([]);
  });

  it('come from the villages that grow them', () => {
    const origins = (category: string) =>
      facts.products.filter((family) => family.category === category).map((family) => family.origin);
    expect(origins('morels')).toContain('xiushan-yongdong-gutian');
    expect(origins('shiitake')).toContain('xiushan-yongdong-nanmu');
    expect(origins('rice')).toEqual(['xiushan-yongdong-yongdong', 'xiushan-yongdong-heba', 'xiushan-yongdong-gutian']);
  });

  it('carry every brand, each on goods of its own county', () => {
    const names = facts.brands.map((brand) => brand.name);
    for (const name of '野坪君 蓝天茶 大巴山硒谷 大巴山药谷 寻味武隆 五农人 后山里 凤来谷'.split(' '))
      expect(names).toContain(name);
    for (const brand of facts.brands) {
      const branded = facts.products.filter((family) => family.brand === brand.code);
      expect(branded.length, brand.name).toBeGreaterThan(0);
      expect(branded.every((family) => family.origin.split('-')[0] === brand.place.split('-')[0])).toBe(true);
    }
  });

  it('leave no category without goods', () => {
    const parents = new Set(facts.categories.map((category) => category.parent));
    const empty = facts.categories.filter(
      (category) => !parents.has(category.code) && !facts.products.some((family) => family.category === category.code),
    );
    expect(empty).toEqual([]);
  });

  it('are partly sold out, seasonal, expired, suspended, waiting and settled by weight', () => {
    expect(specs.filter((spec) => spec.soldOut && spec.batches.length > 0).length).toBeGreaterThan(1);
    expect(specs.filter((spec) => spec.seasonFrom !== null).length).toBeGreaterThan(5);
    expect(specs.filter((spec) => (spec.certification.validUntil ?? today) < today).length).toBeGreaterThan(1);
    expect(specs.filter((spec) => spec.saleMode === 'by_weight').length).toBeGreaterThan(10);
    const states = new Set(facts.suppliers.map((supplier) => supplier.certification.state));
    expect([...states].sort()).toEqual(['applied', 'certified', 'in_notice', 'suspended']);
    expect(facts.suppliers.some((supplier) => (supplier.certification.validUntil ?? today) < today)).toBe(true);
  });

  it('carry a conformity certificate on at least 80 % of the edible batches, but not on all', () => {
    const edible = new Set(facts.categories.filter((category) => category.edible).map((category) => category.code));
    const batches = specs.filter((spec) => edible.has(spec.family.category)).flatMap((spec) => spec.batches);
    const share = batches.filter((batch) => batch.conformity).length / batches.length;
    expect(share).toBeGreaterThanOrEqual(0.8);
    expect(share).toBeLessThan(1);
  });

  it('are fresh on whatever day they are loaded', () => {
    const plum = (day: string) =>
      loadDemoFacts(day)
        .products.flatMap((family) => family.specs)
        .find((spec) => spec.code === 'rock-plum-2500');
    expect(plum('2026-11-24')).toMatchObject({ batches: [], comingBatch: { producedOn: '2027-07-01' } });
    expect(plum('2027-07-20')?.batches[0]).toMatchObject({ producedOn: '2027-07-18', expiresOn: '2027-07-28' });
    const springTea = (day: string) =>
      loadDemoFacts(day)
        .products.flatMap((family) => family.specs)
        .find((spec) => spec.code === 'lianghe-white-tea-100')?.batches[0]?.producedOn;
    expect(springTea('2026-11-24')).toBe('2026-03-26');
    expect(springTea('2027-02-01')).toBe('2026-03-26');
    expect(inSeason({ seasonFrom: 11, seasonTo: 2 }, '2026-01-05')).toBe(true);
    expect(inSeason({ seasonFrom: 11, seasonTo: 2 }, '2026-03-05')).toBe(false);
  });
});

describe('tasks of the demonstration', () => {
  const programme = (code: string) => {
    const found = facts.programmes.find((row) => row.code === code);
    if (!found) throw new Error(`no programme ${code}`);
    return found;
  };

  it('run this year and last for Yongdong and for Wulong, and one over two years; next year’s is a draft', () => {
    expect(facts.programmes.map((row) => row.code).sort()).toEqual([
      'wulong-2025',
      'wulong-2026',
      'yongdong-2025',
      'yongdong-2026',
      'yongdong-2027',
      'yongdong-rice-2025-2026',
    ]);
    expect(programme('yongdong-2025').state).toBe('closed');
    expect(programme('yongdong-2027').state).toBe('draft');
    expect(programme('yongdong-2026')).toMatchObject({ origins: ['xiushan'], assistedPlace: 'xiushan-yongdong' });
  });

  it('hold the pledge of 10,000 jin of rice by weight', () => {
    const rice = programme('yongdong-2026').targets.find((target) => target.measure === 'grams');
    expect(rice).toMatchObject({ unit: 'geology-institute', category: 'rice', value: 10_000 * 500 });
  });

  it('split the pledges of the guarantee group by category and of the bank by funding', () => {
    const targets = (unit: string) => programme('yongdong-2026').targets.filter((target) => target.unit === unit);
    expect(targets('three-gorges-guarantee').flatMap((target) => target.category ?? [])).toEqual([
      'tea',
      'herbs',
      'rice',
      'chicken',
      'livestock',
    ]);
    expect(targets('abc-chongqing').flatMap((target) => target.fundingSource ?? [])).toEqual([
      'canteen_budget',
      'individual',
    ]);
  });

  it('give every unit a target this year, or exempt it, or leave it without one', () => {
    const current = [programme('yongdong-2026'), programme('wulong-2026')];
    const targeted = new Set(current.flatMap((row) => row.targets.map((target) => target.unit)));
    const exempt = new Set(current.flatMap((row) => row.exemptions.map((exemption) => exemption.unit)));
    const without = facts.units.filter((unit) => !targeted.has(unit.code) && !exempt.has(unit.code));
    expect(exempt.size).toBe(6);
    expect([...exempt].some((unit) => targeted.has(unit))).toBe(false);
    expect(without.map((unit) => unit.code)).toEqual(['ict-institute', 'wl-rongxing-bank']);
  });
});

describe('accounts and zones of the demonstration', () => {
  it('give every role one account, all named by role', () => {
    const logins = facts.accounts.accounts.map((account) => account.login);
    expect(logins).toEqual('employee buyer approver organizer supplier certifier operator workteam'.split(' '));
    expect(facts.accounts.accounts.every((account) => account.name.endsWith('（演示）'))).toBe(true);
  });

  it('open a pavilion per county, a cabinet, unit zones and a campaign', () => {
    const zones = (kind: string) => facts.zones.filter((zone) => zone.kind === kind).map((zone) => zone.name);
    expect(zones('pavilion')).toEqual(['秀山馆', '城口馆', '武隆馆']);
    expect(zones('cabinet')).toEqual(['武陵生活馆专柜']);
    expect(zones('unit_zone')).toContain('太保爱心购');
    expect(facts.campaigns.find((campaign) => campaign.kind === 'link')?.name).toBe('巴渝网姐邀你购');
  });
});

describe('loading facts that are wrong', () => {
  let directory = '';
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function withChange(file: string, from: string, to: string) {
    directory = mkdtempSync(join(tmpdir(), 'facts-'));
    cpSync(new URL('../../prisma/demo', import.meta.url), directory, { recursive: true });
    const path = join(directory, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} holds no ${from}`);
    writeFileSync(path, text.replace(from, to));
    return () => loadDemoFacts(today, directory);
  }

  it.each([
    ['products.json', '"supplier": "qianqiu"', '"supplier": "nobody"', 'qianqiu-rice: there is no supplier nobody'],
    ['products.json', '"code": "qianqiu-rice-5000"', '"code": "qianqiu-rice-2500"', 'qianqiu-rice-2500 occurs twice'],
    ['products.json', '"priceFen": 3980', '"priceFen": 39.8', 'priceFen'],
    [
      'products.json',
      '"fromQuantity": 8, "priceFen": 3820',
      '"fromQuantity": 8, "priceFen": 4820',
      'qianqiu-rice-2500: its tiers',
    ],
    ['groups.json', '"lead": "city-commerce"', '"lead": "wl-tax"', 'yongdong: is led by a unit that is no member'],
    ['programmes.json', '"startsOn": "{this}-01-01"', '"startsOn": "{this}-02-30"', 'not a day'],
  ])('refuses %s with %s made %s', (file, from, to, fault) => {
    expect(withChange(file, from, to)).toThrow(fault);
  });
});
