import type { PrismaClient } from '../../server/db/client.ts';
import { addDays, dayOf } from '../../server/shared/days.ts';
import { aCategory, aPlace } from './places.ts';
import { aProduct } from './products.ts';
import { aProgramme } from './programmes.ts';
import { aSupplier, type Validity } from './suppliers.ts';
import { aGroup, aUnit, joinGroup } from './units.ts';
import { anAddress, aUser } from './users.ts';

export type World = Awaited<ReturnType<typeof makeWorld>>;

/**
 * The small market that tests share, as it stands at `now`. Everything a test does not care about is here once; what it is about,
 * the test makes itself with the factories beside this file. Logins are the names below; the password is PASSWORD of users.ts.
 */
export async function makeWorld(db: PrismaClient, { now }: { now: Date }) {
  const today = dayOf(now);
  const year = Number(today.slice(0, 4));
  const places = await makePlaces(db);
  const categories = await makeCategories(db);
  const { units, groups } = await makeUnits(db, places);
  const suppliers = await makeSuppliers(db, places, [`${year}-01-01`, `${year}-12-31`]);
  const products = await makeProducts(db, { places, categories, suppliers, today, year });
  const users = await makeUsers(db, { places, units, groups, suppliers });
  const programmes = await makeProgrammes(db, { places, groups, year });
  return { now, today, year, places, categories, units, groups, suppliers, products, users, programmes };
}

type Places = Awaited<ReturnType<typeof makePlaces>>;
type Units = Awaited<ReturnType<typeof makeUnits>>;
type Suppliers = Awaited<ReturnType<typeof makeSuppliers>>;

/** 秀山 > 涌洞 > 凉河, 川河; 武隆 > 双河. */
async function makePlaces(db: PrismaClient) {
  const xiushan = await aPlace(db, { code: 'xiushan', name: '秀山土家族苗族自治县' });
  const yongdong = await aPlace(db, { code: 'yongdong', name: '涌洞乡', parent: xiushan, placeClass: 'key_city' });
  const lianghe = await aPlace(db, { code: 'lianghe', name: '凉河村', parent: yongdong });
  const chuanhe = await aPlace(db, { code: 'chuanhe', name: '川河村', parent: yongdong });
  const wulong = await aPlace(db, { code: 'wulong', name: '武隆区' });
  const shuanghe = await aPlace(db, { code: 'shuanghe', name: '双河村', parent: wulong, level: 'village' });
  return { xiushan, yongdong, lianghe, chuanhe, wulong, shuanghe };
}

async function makeCategories(db: PrismaClient) {
  const tea = await aCategory(db, { code: 'tea', name: '茶叶', aliases: ['茶'] });
  const grainOil = await aCategory(db, { code: 'grain-oil', name: '粮油' });
  const rice = await aCategory(db, { code: 'rice', name: '贡米', parent: grainOil, aliases: ['大米'] });
  const chicken = await aCategory(db, { code: 'chicken', name: '山地鸡', aliases: ['土鸡'] });
  return { tea, grainOil, rice, chicken };
}

/**
 * Group `commerce` (led by the commission): bank, bureau with two prisons below it, dual. Group `wulong` (led by the insurer): dual,
 * which is thus in both (双跨). `outside` is in none.
 */
async function makeUnits(db: PrismaClient, { yongdong, wulong }: Places) {
  const commission = await aUnit(db, { code: 'commission', name: '市商务委', employees: 320 });
  const insurer = await aUnit(db, { code: 'insurer', name: '人保重庆分公司', kind: 'insurer' });
  const commerce = await aGroup(db, { code: 'commerce', name: '市商务委帮扶集团', lead: commission, place: yongdong });
  const wulongGroup = await aGroup(db, { code: 'wulong', name: '武隆帮扶集团', lead: insurer, place: wulong });
  const bank = await aUnit(db, { code: 'bank', name: '农行市分行', kind: 'bank', employees: 900, groups: [commerce] });
  const bureau = await aUnit(db, { code: 'bureau', name: '市监狱局', groups: [commerce] });
  const firstPrison = await aUnit(db, { code: 'first-prison', name: '第一监狱', kind: 'prison', parent: bureau });
  const secondPrison = await aUnit(db, { code: 'second-prison', name: '第二监狱', kind: 'prison', parent: bureau });
  const dual = await aUnit(db, { code: 'dual', name: '市地质院', kind: 'institute', groups: [commerce] });
  await joinGroup(db, wulongGroup, dual, '2020-01-01');
  const outside = await aUnit(db, { code: 'outside', name: '集团外单位', kind: 'school' });
  return {
    units: { commission, insurer, bank, bureau, firstPrison, secondPrison, dual, outside },
    groups: { commerce, wulong: wulongGroup },
  };
}

/** `lianghe` ships for 12 yuan, free from 199; `chuanhe` for 20, free from 500; `shuanghe`, in Wulong, for 10, never free. */
async function makeSuppliers(db: PrismaClient, { lianghe, chuanhe, shuanghe }: Places, certified: Validity) {
  return {
    lianghe: await aSupplier(db, {
      code: 'lianghe',
      name: '凉河村股份经济合作社',
      place: lianghe,
      freightFen: 1200,
      freeFreightFromFen: 19_900,
      certified,
    }),
    chuanhe: await aSupplier(db, {
      code: 'chuanhe',
      name: '川河贡米合作社',
      kind: 'cooperative',
      place: chuanhe,
      freightFen: 2000,
      freeFreightFromFen: 50_000,
      certified,
    }),
    shuanghe: await aSupplier(db, {
      code: 'shuanghe',
      name: '双河茶业公司',
      kind: 'firm',
      place: shuanghe,
      freightFen: 1000,
      certified,
    }),
  };
}

interface GoodsParts {
  places: Places;
  categories: Awaited<ReturnType<typeof makeCategories>>;
  suppliers: Suppliers;
  today: string;
  year: number;
}

async function makeProducts(db: PrismaClient, { categories, suppliers, today, year }: GoodsParts) {
  const certified: Validity = [`${year}-01-01`, `${year}-12-31`];
  const batch = (quantity: number, daysAgo: number, keepsDays: number) => ({
    quantity,
    producedOn: addDays(today, -daysAgo),
    expiresOn: addDays(today, keepsDays - daysAgo),
  });
  return {
    /** 5 kg by the pair at 60 yuan; 57 from 10, 54 from 50; 200 that spoil first and 300 */
    rice: await aProduct(db, {
      code: 'rice-5kg',
      name: '千丘梯田贡米',
      supplier: suppliers.chuanhe,
      category: categories.rice,
      spec: '5 公斤/袋',
      netGrams: 5000,
      priceFen: 6000,
      tiers: [
        [10, 5700],
        [50, 5400],
      ],
      minQuantity: 2,
      orderMultiple: 2,
      caseQuantity: 4,
      shelfLifeDays: 365,
      stock: [batch(200, 60, 365), batch(300, 10, 365)],
      certified,
    }),
    /** 250 g at 128 yuan, 100 in stock */
    tea: await aProduct(db, {
      code: 'tea-250g',
      name: '凉河白茶',
      supplier: suppliers.lianghe,
      category: categories.tea,
      spec: '250 克/盒',
      saleUnit: '盒',
      netGrams: 250,
      priceFen: 12_800,
      shelfLifeDays: 540,
      stock: [batch(100, 30, 540)],
      certified,
    }),
    /** 1.5 kg at 98 yuan, cold chain, 50 in stock */
    chicken: await aProduct(db, {
      code: 'chicken',
      name: '涌洞山地鸡',
      supplier: suppliers.lianghe,
      category: categories.chicken,
      spec: '1.5 公斤/只',
      saleUnit: '只',
      netGrams: 1500,
      priceFen: 9800,
      coldChain: true,
      shelfLifeDays: 7,
      stock: [batch(50, 1, 7)],
      certified,
    }),
    /** of a certified supplier, itself never certified */
    uncertified: await aProduct(db, {
      code: 'uncertified-tea',
      name: '未认定的茶',
      supplier: suppliers.lianghe,
      category: categories.tea,
      priceFen: 5000,
      stock: [batch(20, 10, 365)],
      certified: false,
    }),
    /** grown in Wulong, 250 g at 88 yuan, 100 in stock */
    wulongTea: await aProduct(db, {
      code: 'wulong-tea-250g',
      name: '武隆高山茶',
      supplier: suppliers.shuanghe,
      category: categories.tea,
      spec: '250 克/盒',
      saleUnit: '盒',
      netGrams: 250,
      priceFen: 8800,
      shelfLifeDays: 540,
      stock: [batch(100, 20, 540)],
      certified,
    }),
  };
}

interface PeopleParts extends Units {
  places: Places;
  suppliers: Suppliers;
}

/** One person per role of the bank and around it, one buyer in other units, and `outsider` without any right. */
async function makeUsers(db: PrismaClient, { units, groups, suppliers, places }: PeopleParts) {
  const { bank, commission, firstPrison, dual, outside } = units;
  const worksAt = (unit: { id: number }) => ({ role: 'employee' as const, unit });
  const buysFor = (unit: { id: number }) => [worksAt(unit), { role: 'buyer' as const, unit }];
  const named = (login: string, name: string, grants: Parameters<typeof aUser>[1] & object = {}) =>
    aUser(db, { login, name: `${name}（测试）`, ...grants });
  const users = {
    employee: await named('employee', '农行职工', { grants: [worksAt(bank)], address: true }),
    colleague: await named('colleague', '农行另一职工', { grants: [worksAt(bank)], address: true }),
    buyer: await named('buyer', '食堂采购员', { grants: buysFor(bank) }),
    approver: await named('approver', '单位审批人', { grants: [worksAt(bank), { role: 'approver', unit: bank }] }),
    organizer: await named('organizer', '帮扶集团联络人', {
      grants: [worksAt(commission), { role: 'organizer', group: groups.commerce }],
    }),
    supplier: await named('supplier', '凉河村集体', { grants: [{ role: 'supplier', supplier: suppliers.lianghe }] }),
    riceSupplier: await named('rice-supplier', '川河合作社', {
      grants: [{ role: 'supplier', supplier: suppliers.chuanhe }],
    }),
    certifier: await named('certifier', '认定人员', { grants: [{ role: 'certifier' }] }),
    operator: await named('operator', '平台运营', { grants: [{ role: 'operator' }] }),
    workTeam: await named('workteam', '驻村工作队', { grants: [{ role: 'work_team', place: places.lianghe }] }),
    prisonBuyer: await named('prison-buyer', '监狱采购员', { grants: buysFor(firstPrison) }),
    dualBuyer: await named('dual-buyer', '双跨单位采购员', { grants: buysFor(dual) }),
    outsideBuyer: await named('outside-buyer', '集团外采购员', { grants: buysFor(outside) }),
    outsider: await named('outsider', '社会购买者', { address: true }),
  };
  for (const unit of [bank, firstPrison, dual, outside]) await anAddress(db, { unit, detail: `${unit.name}食堂` });
  return users;
}

interface ProgrammeParts {
  places: Places;
  groups: Units['groups'];
  year: number;
}

/**
 * `group`: this year's of the commerce group, for goods of 秀山. `county`: this year's of both groups, for goods of 秀山 and 武隆, so that
 * Wulong's tea counts in this one alone.
 */
async function makeProgrammes(db: PrismaClient, { places, groups, year }: ProgrammeParts) {
  return {
    group: await aProgramme(db, {
      code: `commerce-${year}`,
      name: '涌洞乡年度任务',
      year,
      group: groups.commerce,
      assistedPlace: places.yongdong,
      origins: [places.xiushan],
    }),
    county: await aProgramme(db, {
      code: `county-${year}`,
      name: '秀山武隆协作任务',
      year,
      assistedPlace: places.xiushan,
      origins: [places.xiushan, places.wulong],
      participants: [groups.commerce, groups.wulong],
    }),
  };
}
