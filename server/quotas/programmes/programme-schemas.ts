import { z } from 'zod';
import type { Day } from '../../shared/days.ts';
import { parseDay } from '../../shared/days.ts';
import { parseYuan } from '../../shared/money.ts';

/** The national floor of what canteens buy from these places: 10 % of the ingredients (rule 9). */
export const LOWEST_RATIO_BP = 1000;
export const MOST_MILESTONES = 24;

export const INDIVIDUAL_BY = ['payment', 'receipt'] as const;
export const PREPAID_BY = ['acceptance', 'review'] as const;
export const ON_ACCOUNT_BY = ['acceptance', 'payment', 'review'] as const;

const code = z.string().trim().min(1, 'required').max(64);
const ownCode = code.regex(/^(?=.*[a-z-])[a-z0-9-]{2,64}$/, 'malformedProgrammeCode').refine((text) => text !== 'new', {
  message: 'malformedProgrammeCode',
});
const name = z.string().trim().min(1, 'required').max(128);
const nameEn = z.string().trim().max(191).default('');
const day = z
  .string()
  .trim()
  .min(1, 'required')
  .refine((text) => text === '' || parseDay(text) !== null, 'malformedDay');
const basisPoints = z.int().min(1).max(10_000);
const rules = {
  countIndividualBy: z.enum(INDIVIDUAL_BY).default('payment'),
  countPrepaidBy: z.enum(PREPAID_BY).default('acceptance'),
  countOnAccountBy: z.enum(ON_ACCOUNT_BY).default('acceptance'),
};

/** POST /programmes: codes, basis points and fen. */
export const programmeBody = z.strictObject({
  code: ownCode,
  name,
  nameEn,
  group: code.nullable().default(null),
  assistedPlace: code,
  startsOn: day,
  endsOn: day,
  countUntil: day.optional(),
  origins: z.array(code).max(500).default([]),
  categories: z.array(code).max(500).default([]),
  participants: z.array(code).min(1, 'participantNeeded').max(500),
  ...rules,
  ingredientRatioBp: z.int().min(0).max(10_000).default(LOWEST_RATIO_BP),
  perEmployeeFen: z.int().min(0).max(100_000_000).default(0),
  priceRiseLimitBp: basisPoints.default(1000),
  milestones: z
    .array(z.strictObject({ dueOn: day, shareBp: basisPoints }))
    .max(MOST_MILESTONES)
    .default([]),
});

/** What a programme is made of, in codes; `countUntil` is set by who reads it when it was left out. */
export type ProgrammeWish = z.output<typeof programmeBody>;

const list = z
  .union([z.array(z.string()), z.string()])
  .default([])
  .transform((value) => [value].flat().filter((text) => text !== ''));

/** A share as typed in percent ("12.5"), to basis points; nothing typed is undefined. */
const percent = z
  .string()
  .trim()
  .default('')
  .transform((text, context) => {
    if (text === '') return undefined;
    const match = /^(\d{1,3})(?:\.(\d{1,2}))?%?$/.exec(text);
    const bp = match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : Number.NaN;
    if (bp >= 0 && bp <= 10_000) return bp;
    context.addIssue({ code: 'custom', message: 'malformedPercent', input: text });
    return z.NEVER;
  });

const yuan = z
  .string()
  .trim()
  .default('')
  .transform((text, context) => {
    const fen = text === '' ? 0 : parseYuan(text);
    if (fen !== null && fen <= 100_000_000) return fen;
    context.addIssue({ code: 'custom', message: 'malformedAmount', input: text });
    return z.NEVER;
  });

const optionalDay = z
  .string()
  .trim()
  .default('')
  .refine((text) => text === '' || parseDay(text) !== null, 'malformedDay')
  .transform((text): Day | undefined => text || undefined);

const milestoneRows = z
  .array(z.object({ dueOn: z.string().trim().default(''), share: percent }))
  .max(MOST_MILESTONES)
  .default([])
  .transform((rows, context) =>
    rows.flatMap(({ dueOn, share }, index) => {
      if (dueOn === '' && share === undefined) return [];
      const fault = (field: string, message: string) =>
        context.addIssue({ code: 'custom', message, path: [index, field], input: dueOn });
      if (parseDay(dueOn) === null) fault('dueOn', dueOn === '' ? 'required' : 'malformedDay');
      if (share === undefined) fault('share', 'required');
      return [{ dueOn, shareBp: share ?? 0, index }];
    }),
  );

/** What may still change of an open programme: nothing of it rewrites what was counted. */
const changeable = {
  name,
  nameEn,
  countUntil: optionalDay,
  ratio: percent,
  perEmployee: yuan,
  priceRiseLimit: percent,
  milestones: milestoneRows,
};

/** The form of a draft: as people type it, in percent and yuan; `milestones[0][dueOn]` and so on. */
export const programmeForm = z.object({
  code: ownCode,
  group: z.string().trim().default(''),
  assistedPlace: code,
  startsOn: day,
  endsOn: day,
  origins: list,
  categories: list,
  participants: list,
  ...rules,
  ...changeable,
});

export const openProgrammeForm = z.object(changeable);

export const programmeNameForm = z.object({ name, nameEn });

export const programmeQuery = z.object({ from: z.string().max(64).optional().catch(undefined) });
