import type { FundingSource } from '../../db/generated/enums.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import type { Wish } from './compose-order.ts';
import { isOffered } from './goods.ts';
import type { Draft, Market } from './market.ts';
import type { Fate, ParcelFate } from './order-fate.ts';
import { atMinute, hoursLater } from './world.ts';

/** How far an order has come by now. */
type Stage = 'submitted' | 'placed' | 'confirmed' | 'shipped' | 'received';

interface Special {
  /** login of its buyer; `staff` is some employee of the unit */
  buyer: 'buyer' | 'employee' | 'staff';
  unit: string;
  funding: FundingSource;
  daysAgo: number;
  minute: number;
  stage: Stage;
  lines: [product: string, quantity: number][];
  note?: string;
}

const ABC = { unit: 'abc-chongqing', buyer: 'buyer' } as const;
const OWN = { unit: 'abc-chongqing', buyer: 'employee', funding: 'individual' } as const;
const STAFF = { buyer: 'staff', funding: 'individual' } as const;

/** One of each open state for the accounts that a visitor tries: to approve, to receive, to confirm, to ship, to pay. */
const SPECIALS: Special[] = [
  {
    ...ABC,
    funding: 'canteen_budget',
    daysAgo: 1,
    minute: 980,
    stage: 'submitted',
    note: '周四前送到（演示）',
    lines: [
      ['qianqiu-rice-25000', 16],
      ['woodland-chicken-bulk', 60],
      ['yongdong-pork-lean', 80],
    ],
  },
  {
    ...ABC,
    funding: 'canteen_budget',
    daysAgo: 1,
    minute: 640,
    stage: 'submitted',
    lines: [
      ['woodland-eggs-360', 6],
      ['late-vegetables-radish', 200],
      ['camellia-oil-5000', 4],
    ],
  },
  {
    ...ABC,
    funding: 'union_funds',
    daysAgo: 1,
    minute: 900,
    stage: 'submitted',
    note: '节日慰问（演示）',
    lines: [
      ['five-ones-standard', 36],
      ['camellia-oil-gift', 24],
    ],
  },
  {
    ...ABC,
    funding: 'canteen_budget',
    daysAgo: 1,
    minute: 560,
    stage: 'placed',
    lines: [
      ['late-vegetables-cabbage', 120],
      ['gutian-potato-bulk', 150],
    ],
  },
  {
    ...ABC,
    funding: 'canteen_budget',
    daysAgo: 3,
    minute: 600,
    stage: 'shipped',
    lines: [
      ['qianqiu-rice-25000', 8],
      ['woodland-duck-bulk', 40],
    ],
  },
  {
    ...ABC,
    funding: 'union_funds',
    daysAgo: 3,
    minute: 660,
    stage: 'shipped',
    lines: [['lianghe-office-tea-500', 20]],
  },
  { ...ABC, funding: 'union_funds', daysAgo: 1, minute: 700, stage: 'placed', lines: [['lianghe-white-tea-250', 10]] },
  {
    ...OWN,
    daysAgo: 24,
    minute: 1230,
    stage: 'received',
    lines: [
      ['qianqiu-rice-5000', 2],
      ['woodland-eggs-30', 1],
    ],
  },
  {
    ...OWN,
    daysAgo: 11,
    minute: 1290,
    stage: 'received',
    lines: [
      ['yongdong-honey-500', 1],
      ['lianghe-white-tea-125', 1],
    ],
  },
  {
    ...OWN,
    daysAgo: 3,
    minute: 1215,
    stage: 'shipped',
    lines: [
      ['lianghe-white-tea-250', 1],
      ['nanmu-shiitake-250', 2],
    ],
  },
  {
    ...OWN,
    daysAgo: 1,
    minute: 1260,
    stage: 'placed',
    lines: [
      ['woodland-eggs-30', 2],
      ['heba-new-rice-5000', 1],
    ],
  },
  { ...STAFF, unit: 'cpic-life', daysAgo: 1, minute: 1185, stage: 'placed', lines: [['lianghe-white-tea-125', 2]] },
  {
    ...STAFF,
    unit: 'sisu',
    daysAgo: 1,
    minute: 1320,
    stage: 'placed',
    lines: [
      ['lianghe-office-tea-500', 1],
      ['lianghe-office-tea-bags', 1],
    ],
  },
  {
    ...STAFF,
    unit: 'hospital-958',
    daysAgo: 1,
    minute: 760,
    stage: 'confirmed',
    lines: [['lianghe-white-tea-gift', 1]],
  },
  {
    ...STAFF,
    unit: 'city-commerce',
    daysAgo: 2,
    minute: 1100,
    stage: 'confirmed',
    lines: [['lianghe-white-tea-250', 1]],
  },
  {
    ...STAFF,
    unit: 'chongqing-customs',
    daysAgo: 3,
    minute: 1170,
    stage: 'shipped',
    lines: [['lianghe-white-tea-125', 1]],
  },
  {
    buyer: 'staff',
    unit: 'chongqing-airlines',
    funding: 'union_funds',
    daysAgo: 1,
    minute: 610,
    stage: 'placed',
    lines: [['lianghe-white-tea-gift', 12]],
  },
];

const WELFARE_ORDERED_DAYS_AFTER_CHOICE = 3;

export function specialOrders(market: Market): Draft[] {
  const { world } = market;
  const drafts = SPECIALS.flatMap((special) => {
    const submittedAt = atMinute(addDays(world.today, -special.daysAgo), special.minute);
    return draftOf(market, special, submittedAt);
  });
  // Someone is at the pay page just now; the order ends by itself when it is not paid.
  const atPayPage: Special = {
    ...OWN,
    daysAgo: 0,
    minute: 0,
    stage: 'submitted',
    lines: [['lianghe-white-tea-125', 1]],
  };
  return [...drafts, ...welfareOrders(market), ...draftOf(market, atPayPage, hoursLater(world.now, -3 / 60))];
}

/** What a closed welfare run's claims came to, one order per supplier (rule 29). */
function welfareOrders(market: Market): Draft[] {
  const { world } = market;
  return world.facts.stories.welfareRuns
    .filter((run) => run.state === 'closed')
    .flatMap((run) => {
      const many = (at: number) => Math.ceil((run.headcount - at) / run.packages.length);
      const lines = run.packages.flatMap(({ items }, at) =>
        items.map((item): [string, number] => [item.product, many(at) * item.quantity]),
      );
      const day = addDays(run.chooseUntilDaysAgo, WELFARE_ORDERED_DAYS_AFTER_CHOICE);
      const special: Special = {
        ...ABC,
        unit: run.unit,
        funding: 'union_funds',
        daysAgo: 0,
        minute: 0,
        stage: 'received',
        lines,
        note: run.name,
      };
      return suppliersOf(market, special).flatMap((one, at) => draftOf(market, one, atMinute(day, 560 + at)));
    });
}

function suppliersOf({ goods }: Market, special: Special): Special[] {
  const supplierOf = (code: string) => goods.find((good) => good.spec.code === code)?.supplierId;
  const suppliers = new Set(special.lines.map(([code]) => supplierOf(code)));
  return [...suppliers].map((supplier) => ({
    ...special,
    lines: special.lines.filter(([code]) => supplierOf(code) === supplier),
  }));
}

function draftOf(market: Market, special: Special, submittedAt: Date): Draft[] {
  const { world, people, goods } = market;
  const { unit, funding, stage } = special;
  const unitId = world.id('unit', unit);
  const day = dayOf(submittedAt);
  const wishes = special.lines.flatMap(([code, quantity]): Wish[] => {
    const good = goods.find((candidate) => candidate.spec.code === code);
    return good && isOffered(good, day) && !good.spec.soldOut ? [{ good, quantity }] : [];
  });
  if (wishes.length === 0 || submittedAt < atMinute(world.firstDay, 0)) return [];
  const staff = people.employees(unitId);
  const someone = staff[Math.min(special.minute % staff.length, staff.length - 1)] ?? people.employee;
  const buyerId =
    funding !== 'individual' ? people.buyer(unitId) : special.buyer === 'employee' ? people.employee : someone;
  const own = funding === 'individual';
  const totalFen = wishes.reduce((sum, { good, quantity }) => sum + good.spec.priceFen * quantity, 0);
  const needsApproval = !own && (stage === 'submitted' || totalFen > market.thresholdOf(unitId, funding));
  return [
    {
      buyerId,
      unitId,
      funding,
      way: own ? 'stripe' : 'on_account',
      channel: 'market',
      zoneId: null,
      campaignId: null,
      agreementId: null,
      wishes,
      submittedAt,
      fate: fateAt(stage, submittedAt, {
        now: world.now,
        own,
        needsApproval,
        parcels: new Set(wishes.map((wish) => wish.good.supplierId)).size,
      }),
      to: own ? people.home(buyerId) : people.canteen(unitId),
      note: special.note ?? null,
    },
  ];
}

const STAGES: Stage[] = ['submitted', 'placed', 'confirmed', 'shipped', 'received'];

function fateAt(
  stage: Stage,
  submittedAt: Date,
  { now, own, needsApproval, parcels }: { now: Date; own: boolean; needsApproval: boolean; parcels: number },
): Fate {
  const later = hoursLater(now, 24 * 40);
  // Close together, because every step must lie before the present even when it is early in the morning.
  const when = (step: Stage, hours: number) => {
    if (STAGES.indexOf(step) > STAGES.indexOf(stage)) return later;
    const exact = hoursLater(submittedAt, hours);
    return exact < now ? exact : now;
  };
  const placedAt = when('placed', own ? 0.04 : needsApproval ? 0.6 : 0);
  const parcel: ParcelFate = {
    confirmedAt: when('confirmed', 1.1),
    shippedAt: when('shipped', 22),
    receivedAt: when('received', 70),
    byBuyer: true,
    reviewedAt: stage === 'received' && own ? when('received', 75) : null,
    rating: 5,
    missing: null,
  };
  return {
    decidedAt: needsApproval ? placedAt : null,
    placedAt,
    end: 'delivered',
    endedAt: later,
    parcels: Array.from({ length: parcels }, () => parcel),
  };
}
