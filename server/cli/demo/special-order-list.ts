import type { FundingSource } from '../../db/generated/enums.ts';
import type { DraftRefund } from './market.ts';

/** How far an order has come by now. */
export type Stage = 'submitted' | 'placed' | 'confirmed' | 'shipped' | 'received';

export interface Special {
  /** login of its buyer; `staff` is some employee of the unit */
  buyer: 'buyer' | 'employee' | 'staff';
  unit: string;
  funding: FundingSource;
  daysAgo: number;
  minute: number;
  stage: Stage;
  lines: [product: string, quantity: number][];
  note?: string;
  /** of the first line, asked for the day after it was received */
  refund?: DraftRefund;
}

export const ABC = { unit: 'abc-chongqing', buyer: 'buyer' } as const;
export const OWN = { unit: 'abc-chongqing', buyer: 'employee', funding: 'individual' } as const;
const STAFF = { buyer: 'staff', funding: 'individual' } as const;

/** One of each open state for the accounts that a visitor tries: to approve, to receive, to confirm, to ship, to pay. */
export const SPECIALS: Special[] = [
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
    refund: { quantity: 1, state: 'paid', reason: '其中一袋包装破损（演示）', answer: '已核实，同意退一袋（演示）' },
  },
  {
    ...OWN,
    daysAgo: 11,
    minute: 1290,
    stage: 'received',
    lines: [
      ['lianghe-white-tea-125', 1],
      ['yongdong-honey-500', 1],
    ],
    refund: { quantity: 1, state: 'requested', reason: '茶叶盒受潮，想退这一盒（演示）', answer: null },
  },
  {
    ...ABC,
    funding: 'union_funds',
    daysAgo: 9,
    minute: 620,
    stage: 'received',
    lines: [['lianghe-office-tea-500', 12]],
    refund: { quantity: 2, state: 'requested', reason: '有两袋封口开裂，不能发给职工（演示）', answer: null },
  },
  {
    ...STAFF,
    unit: 'sisu',
    daysAgo: 16,
    minute: 1210,
    stage: 'received',
    lines: [['lianghe-white-tea-250', 2]],
    refund: {
      quantity: 1,
      state: 'refused',
      reason: '口味和想的不一样（演示）',
      answer: '已开封的茶叶不能退，下次可先买小包装（演示）',
    },
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
  { ...OWN, daysAgo: 8, minute: 1090, stage: 'confirmed', lines: [['lianghe-white-tea-250', 2]] },
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
