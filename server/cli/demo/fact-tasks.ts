import * as z from 'zod';
import type { Day } from '../../shared/days.ts';
import { code, count, day, fen, fundingSource, reason, relativeDays, shortText, text } from './fact-parts.ts';

const programmeCode = code;
const basisPoints = z.int().min(0).max(10_000);

/** What a unit must buy; `value` is fen or grams by `measure`, `versions` the later changes of it. */
const target = z.strictObject({
  unit: code,
  category: code.nullable(),
  /** the goods' origin */
  place: code.nullable(),
  fundingSource: fundingSource.nullable(),
  measure: z.enum(['fen', 'grams']),
  value: count,
  reason,
  versions: z.array(z.strictObject({ version: z.int().min(2), at: day, value: count, reason })).default([]),
});

const declaration = z.strictObject({
  unit: code,
  basis: z.enum(['ingredients', 'employees']),
  basisFen: count,
  ratioBp: basisPoints.nullable(),
  employees: count.nullable(),
  valueFen: count,
  state: z.enum(['submitted', 'accepted', 'returned']),
  submittedAt: day,
  reviewedAt: day.nullable(),
  reason: reason.nullable(),
});

export const programme = z.strictObject({
  code: programmeCode,
  name: text.max(128),
  nameEn: text.max(191),
  kind: z.enum(['year', 'span']),
  group: code.nullable(),
  participants: z.array(code).min(1),
  assistedPlace: code,
  origins: z.array(code).min(1),
  /** none: every category */
  categories: z.array(code),
  startsOn: day,
  endsOn: day,
  countUntil: day,
  state: z.enum(['draft', 'open', 'closed']),
  countIndividualBy: z.enum(['payment', 'receipt']),
  countPrepaidBy: z.enum(['acceptance', 'review']),
  countOnAccountBy: z.enum(['acceptance', 'payment', 'review']),
  priceRiseLimitBp: basisPoints,
  ingredientRatioBp: basisPoints,
  perEmployeeFen: fen,
  milestones: z.array(z.strictObject({ dueOn: day, shareBp: basisPoints })),
  exemptions: z.array(z.strictObject({ unit: code, reason })),
  declarations: z.array(declaration),
  targets: z.array(target),
});

/** `limitValue` is units of sale, or fen for union funds. */
export const cap = z.strictObject({
  kind: z.enum(['person_product', 'unit_product', 'employee_union_year']),
  product: code.nullable(),
  programme: programmeCode.nullable(),
  limitValue: count,
  startsOn: day,
  endsOn: day,
  note: text,
  allocations: z.array(z.strictObject({ unit: code, limitValue: count })).default([]),
});

export const zone = z.strictObject({
  code,
  kind: z.enum(['pavilion', 'unit_zone', 'theme', 'cabinet']),
  name: shortText,
  nameEn: text.max(128),
  place: code.nullable(),
  unit: code.nullable(),
  intro: text,
  introEn: text,
  sort: count,
  products: z.array(code).min(1),
});

const campaignRule = z.strictObject({
  thresholdFen: count.optional(),
  discountFen: count.optional(),
  giftProduct: code.optional(),
  giftQuantity: count.optional(),
  fenPerPoint: count.optional(),
  redeem: z.array(z.strictObject({ product: code, points: count })).optional(),
});

export function campaign(today: Day) {
  const { ago, ahead } = relativeDays(today);
  return z
    .strictObject({
      code,
      kind: z.enum(['threshold_discount', 'threshold_gift', 'points', 'link']),
      name: text.max(128),
      nameEn: text.max(191),
      unit: code.nullable(),
      zone: code.nullable(),
      startsDaysAgo: ago,
      endsInDays: ahead,
      rule: campaignRule,
    })
    .transform(({ startsDaysAgo, endsInDays, ...rest }) => ({ ...rest, startsOn: startsDaysAgo, endsOn: endsInDays }));
}

const address = { recipient: shortText, phone: z.string().max(32), region: text.max(128), detail: text.max(255) };

const payerDefault = z.strictObject({
  titleSuffix: text,
  approvalThresholdFen: fen,
  creditLimitFen: fen,
  termDays: z.int().min(1).max(60),
});

export const accounts = z.strictObject({
  password: text,
  accounts: z.array(
    z.strictObject({
      login: code,
      name: shortText,
      nameEn: shortText,
      email: z.email(),
      grants: z.array(
        z.strictObject({
          role: z.enum([
            'employee',
            'buyer',
            'approver',
            'organizer',
            'supplier',
            'certifier',
            'operator',
            'work_team',
          ]),
          unit: code.nullable(),
          group: code.nullable(),
          supplier: code.nullable(),
          place: code.nullable(),
        }),
      ),
      address: z.strictObject(address).optional(),
    }),
  ),
  unitAddresses: z.array(z.strictObject({ unit: code, ...address })),
  payerDefaults: z.strictObject({ canteen_budget: payerDefault, union_funds: payerDefault }),
});

export type DemoProgramme = z.infer<typeof programme>;
export type DemoTarget = DemoProgramme['targets'][number];
export type DemoCap = z.infer<typeof cap>;
export type DemoZone = z.infer<typeof zone>;
export type DemoCampaign = z.infer<ReturnType<typeof campaign>>;
export type DemoAccounts = z.infer<typeof accounts>;
