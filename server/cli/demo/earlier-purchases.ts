import { addDays, type Day, daysBetween } from '../../shared/days.ts';
import { allocate } from '../../shared/money.ts';
import type { Offline } from './add-declared.ts';
import type { DemoUnit } from './fact-places-and-units.ts';
import type { DemoProgramme } from './fact-tasks.ts';
import { RICE_FEN_PER_GRAM, riceGramsAYear } from './portions.ts';
import { type Random, randomFrom } from './random.ts';
import { latest, type World } from './world.ts';
import { countyOf, finalFen, marketShare, yearly } from './yearly.ts';

interface Sold {
  category: string;
  goods: string;
  supplier: string;
  fenPerKilogram: number;
}

const RICE: Sold = {
  category: 'rice',
  goods: '千丘梯田贡米',
  supplier: 'qianqiu',
  fenPerKilogram: RICE_FEN_PER_GRAM * 1000,
};
const GOODS: Record<'xiushan' | 'wulong', Sold[]> = {
  xiushan: [
    { category: 'livestock', goods: '涌洞土猪肉', supplier: 'yongdong-livestock', fenPerKilogram: 3_900 },
    { category: 'chicken', goods: '林下散养鸡', supplier: 'yongdong-livestock', fenPerKilogram: 5_500 },
    { category: 'white-tea', goods: '凉河白茶', supplier: 'lianghe', fenPerKilogram: 60_000 },
    { category: 'shiitake', goods: '楠木香菇', supplier: 'nanmu', fenPerKilogram: 14_000 },
  ],
  wulong: [
    { category: 'livestock', goods: '武隆山羊肉', supplier: 'mugen-goat', fenPerKilogram: 9_000 },
    { category: 'vegetables', goods: '高山蔬菜', supplier: 'xiannushan-veg', fenPerKilogram: 400 },
    { category: 'bean-products', goods: '羊角豆干', supplier: 'yangjiao-tofu', fenPerKilogram: 4_200 },
    { category: 'bamboo-shoots', goods: '桐梓竹笋', supplier: 'xiangshu-bamboo', fenPerKilogram: 2_200 },
  ],
};

/** Several invoices rather than one above this, fen. */
const MOST_ON_AN_INVOICE = 3_000_000;
const QUARTERS = ['03-25', '06-25', '09-25', '11-18', '12-20'];

/** What units bought in the year before the market opened, told afterwards quarter by quarter, so that an ended year has its sums. */
export function earlierPurchases(world: World): Offline[] {
  const purchases = world.facts.units.flatMap((unit) =>
    yearly(world, unit)
      .filter(({ startsOn, endsOn }) => startsOn < world.firstDay && endsOn >= latest(world.firstDay, unit.parentSince))
      .flatMap((programme) => earlierYear(world, unit, programme)),
  );
  return purchases.map((purchase, at) => ({ ...purchase, invoiceNumber: `DEMO-H${String(at + 1).padStart(6, '0')}` }));
}

function earlierYear(world: World, unit: DemoUnit, programme: DemoProgramme): Offline[] {
  const random = randomFrom(`earlier ${programme.code} ${unit.code}`);
  const days = QUARTERS.map((monthDay) => `${programme.startsOn.slice(0, 4)}-${monthDay}`).filter(
    (day) => day >= programme.startsOn && addDays(day, 5) < world.firstDay,
  );
  const whole = finalFen(world, unit, programme) * (1 - marketShare(programme, world.firstDay));
  const parts = allocate(
    Math.round(whole / 100),
    days.map(() => random.int(70, 130)),
  );
  return days.flatMap((day, at) =>
    quarter(world, unit, { random, day, before: days[at - 1], fen: (parts[at] ?? 0) * 100 }),
  );
}

interface Quarter {
  random: Random;
  day: Day;
  before: Day | undefined;
  fen: number;
}

function quarter(world: World, unit: DemoUnit, { random, day, before, fen }: Quarter): Offline[] {
  if (fen <= 0) return [];
  const rice = Math.min(
    fen,
    pledgedRice(world, unit, { from: before ? addDays(before, 1) : `${day.slice(0, 4)}-01-01`, day }),
  );
  const rest = fen - rice;
  const many = Math.ceil(rest / MOST_ON_AN_INVOICE);
  const fens = allocate(
    rest,
    Array.from({ length: many }, () => random.int(60, 140)),
  );
  const others = fens.map((part) =>
    purchaseOf(world, unit, { random, day, sold: random.pick(GOODS[countyOf(unit)]), fen: part }),
  );
  return rice > 0 ? [purchaseOf(world, unit, { random, day, sold: RICE, fen: rice }), ...others] : others;
}

/** What a pledge of rice over several years asked in these days, fen. */
function pledgedRice(world: World, unit: DemoUnit, { from, day }: { from: Day; day: Day }): number {
  const pledge = world.facts.programmes.find((programme) => programme.kind === 'span');
  if (!pledge || day < pledge.startsOn) return 0;
  const days = daysBetween(latest(from, pledge.startsOn), day) + 1;
  const grams = (riceGramsAYear(world, unit) * days * Math.min(unit.pacePercent, 110)) / 36_500;
  return Math.round((grams * RICE_FEN_PER_GRAM) / 1000) * 1000;
}

function purchaseOf(
  { facts }: World,
  unit: DemoUnit,
  { random, day, sold, fen }: { random: Random; day: Day; sold: Sold; fen: number },
): Offline {
  const seller = facts.suppliers.find((row) => row.code === sold.supplier);
  if (!seller) throw new Error(`there is no supplier ${sold.supplier}`);
  const cooks = unit.canteen === 'own' || unit.canteen === 'outsourced';
  const purchasedOn = addDays(day, -random.int(0, 8));
  return {
    unit: unit.code,
    fundingSource: cooks && random.chance(0.75) ? 'canteen_budget' : 'union_funds',
    state: 'verified',
    purchasedOn,
    declaredOn: addDays(day, 2),
    decidedOn: addDays(day, 4),
    reason: null,
    sellerName: seller.name,
    sellerTaxNumber: seller.creditCode,
    invoiceNumber: null,
    invoiceFen: fen,
    note: '市场开通前的采购，按季补报（演示）',
    lines: [
      {
        category: sold.category,
        goods: sold.goods,
        origin: seller.place,
        supplier: seller.code,
        fen,
        grams: Math.round((fen * 1000) / sold.fenPerKilogram),
      },
    ],
  };
}
