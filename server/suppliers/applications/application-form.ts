import { z } from 'zod';
import { phone } from '../../accounts/account-schemas.ts';
import type { ApplicationDocumentKind, BenefitMode, CertificationSubject } from '../../db/generated/enums.ts';
import { isCreditCode } from '../../shared/credit-code.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { parseYuan } from '../../shared/money.ts';
import { parseKilograms } from '../../shared/weight.ts';
import { faultsOf } from '../../web/forms.ts';

/** A form as it was typed: flat, by the names of its fields. */
export type Typed = Record<string, string>;

export const SUPPLIER_KINDS = ['village_collective', 'cooperative', 'firm', 'family_farm'] as const;
export const BENEFIT_MODES = ['guaranteed_dividend', 'shares', 'profit_return', 'contract', 'jobs'] as const;

export const FIELDS = {
  supplier: [
    ...['name', 'creditCode', 'kind', 'place', 'contact', 'phone', 'bankName', 'bankAccount'],
    ...['goods', 'story', 'primaryOnly', 'benefitNote'],
    ...BENEFIT_MODES.flatMap((mode) => [`benefit.${mode}.households`, `benefit.${mode}.payout`]),
  ],
  product: ['product', 'standard', 'output', 'note'],
} as const satisfies Record<CertificationSubject, readonly string[]>;

/** The papers of a case: those that must be there, and those that may. */
export const DOCUMENTS = {
  supplier: ['business_licence', 'food_licence', 'farmer_agreement', 'other'],
  product: ['batch_standard', 'inspection_report', 'label', 'other'],
} as const satisfies Record<CertificationSubject, readonly ApplicationDocumentKind[]>;

/** What the certifier ticks off, by hand. */
export const CHECKS = {
  supplier: ['identity', 'licence', 'place', 'benefit', 'account', 'goods'],
  product: ['origin', 'standard', 'inspection', 'label', 'category'],
} as const satisfies Record<CertificationSubject, readonly string[]>;

const MOST_TYPED = 2000;
const MOST_HOUSEHOLDS = 1_000_000;
/** zod tells a missing value as one of the wrong kind. */
const missing = { error: ({ input }: { input?: unknown }) => (input === undefined ? 'required' : 'malformed') };
const text = (most: number) => z.string(missing).min(1, 'required').max(most);

const supplierInput = z.object({
  name: text(128),
  creditCode: z.string(missing).toUpperCase().refine(isCreditCode, 'malformedCreditCode'),
  kind: z.enum(SUPPLIER_KINDS, { error: ({ input }) => (input === undefined ? 'required' : 'notAChoice') }),
  place: text(64),
  contact: text(64),
  phone,
  bankName: text(128),
  bankAccount: z
    .string(missing)
    .transform((typed) => typed.replace(/[\s-]/g, ''))
    .pipe(z.string().regex(/^\d{8,32}$/, 'malformedBankAccount')),
  goods: text(300),
  story: text(1000),
  primaryOnly: z.string().optional(),
  benefitNote: text(1000),
});

const productInput = z.object({
  product: text(64),
  standard: text(300),
  output: text(32),
  note: z.string().max(1000).default(''),
});

export interface PromisedBenefit {
  mode: BenefitMode;
  households: number;
  yearlyPayoutFen: number;
}

/** What a supplier tells of itself; `place` and codes as typed, `primaryOnly`: sells edible farm produce alone, which needs no food licence. */
export type SupplierAnswers = Omit<z.output<typeof supplierInput>, 'primaryOnly'> & {
  primaryOnly: boolean;
  benefits: PromisedBenefit[];
};

/** What a supplier tells of a product: its code, the standard that each batch keeps, grams a year. */
export interface ProductAnswers {
  product: string;
  standard: string;
  outputGrams: number;
  note: string;
}

/** Keeps of a sent form what belongs to it, as it was typed. Throws BadInput `tooLong` where more was typed than any field takes. */
export function typedIn(subject: CertificationSubject, body: Record<string, unknown>): Typed {
  const entries = FIELDS[subject].flatMap((field) => {
    const value = body[field];
    return typeof value === 'string' && value.trim() !== '' ? [[field, value.trim()] as const] : [];
  });
  const long = entries.filter(([, value]) => value.length > MOST_TYPED);
  if (long.length > 0)
    throw new BadInput(long.map(([path]) => ({ path, code: 'tooLong', values: { maximum: MOST_TYPED } })));
  return Object.fromEntries(entries);
}

/** Reads a supplier's form strictly. Every fault by its field. */
export function readSupplier(typed: Typed): { answers?: SupplierAnswers; faults: Fault[] } {
  const result = supplierInput.safeParse(typed, { reportInput: true });
  const { benefits, faults } = readBenefits(typed);
  if (!result.success) return { faults: [...faultsOf(result.error), ...faults] };
  if (faults.length > 0) return { faults };
  return { answers: { ...result.data, primaryOnly: result.data.primaryOnly === 'on', benefits }, faults };
}

/** By mode: households and yuan a year, both or neither, one mode at least (rule 19). */
export function readBenefits(typed: Typed): { benefits: PromisedBenefit[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const benefits = BENEFIT_MODES.flatMap((mode): PromisedBenefit[] => {
    const names = { households: `benefit.${mode}.households`, payout: `benefit.${mode}.payout` };
    const told = { households: typed[names.households], payout: typed[names.payout] };
    if (told.households === undefined && told.payout === undefined) return [];
    const households = /^\d{1,7}$/.test(told.households ?? '') ? Number(told.households) : 0;
    if (households < 1 || households > MOST_HOUSEHOLDS)
      faults.push({ path: names.households, code: told.households === undefined ? 'required' : 'malformedHouseholds' });
    const yearlyPayoutFen = parseYuan(told.payout ?? '') ?? 0;
    if (yearlyPayoutFen < 1)
      faults.push({ path: names.payout, code: told.payout === undefined ? 'required' : 'malformedAmount' });
    return [{ mode, households, yearlyPayoutFen }];
  });
  if (benefits.length === 0) faults.push({ path: `benefit.${BENEFIT_MODES[0]}.households`, code: 'benefitNeeded' });
  return { benefits, faults };
}

/** Reads a product's form strictly. Every fault by its field. */
export function readProduct(typed: Typed): { answers?: ProductAnswers; faults: Fault[] } {
  const result = productInput.safeParse(typed, { reportInput: true });
  const outputGrams = parseKilograms(typed.output ?? '') ?? 0;
  const weightless = typed.output !== undefined && outputGrams < 1;
  const faults: Fault[] = weightless ? [{ path: 'output', code: 'malformedWeight' }] : [];
  if (!result.success) return { faults: [...faultsOf(result.error), ...faults] };
  if (faults.length > 0) return { faults };
  const { product, standard, note } = result.data;
  return { answers: { product, standard, note, outputGrams }, faults };
}

/** The papers that a case must have before it is submitted. */
export function documentsNeeded(subject: CertificationSubject, typed: Typed): ApplicationDocumentKind[] {
  if (subject === 'product') return ['batch_standard', 'inspection_report'];
  return ['business_licence', ...(typed.primaryOnly === 'on' ? [] : (['food_licence'] as const)), 'farmer_agreement'];
}
