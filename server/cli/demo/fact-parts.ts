import * as z from 'zod';
import { addDays, type Day, parseDay } from '../../shared/days.ts';

/** The pieces that several files of facts share. */
export const code = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .max(64);
export const text = z.string().trim().min(1);
export const shortText = text.max(64);
export const reason = text.max(500);
export const fen = z.int().nonnegative();
export const grams = z.int().positive();
export const count = z.int().positive();
export const day = text.refine((value) => parseDay(value) !== null, 'not a day');
export const aliases = z.array(text.max(128));
export const fundingSource = z.enum(['canteen_budget', 'union_funds', 'individual']);
export const declaredState = z.enum(['declared', 'verified', 'returned']);

/** Days counted back from the demonstration's own day, so that it is fresh whenever it is loaded. */
export function relativeDays(today: Day) {
  const ago = z.int().transform((days): Day => addDays(today, -days));
  return {
    ago,
    agoOrNull: ago.nullable().default(null),
    ahead: z.int().transform((days): Day => addDays(today, days)),
  };
}

const certificationState = z.enum([
  'applied',
  'recommended',
  'reviewed',
  'in_notice',
  'certified',
  'suspended',
  'revoked',
]);

/** A certification with real days. It is valid on validFrom..validUntil, both included. */
export function certification(today: Day) {
  const { ago } = relativeDays(today);
  return z
    .strictObject({
      number: shortText.nullable(),
      issuer: text.max(128),
      state: certificationState,
      appliedDaysAgo: ago,
      validFromDaysAgo: z.int().optional(),
      validDays: count.optional(),
      noticeFromDaysAgo: z.int().optional(),
      noticeDays: count.optional(),
      interruption: z
        .strictObject({ kind: z.enum(['suspension', 'revocation']), sinceDaysAgo: ago, reason })
        .transform(({ sinceDaysAgo, ...rest }) => ({ ...rest, since: sinceDaysAgo }))
        .optional(),
    })
    .transform((value) => ({
      number: value.number,
      issuer: value.issuer,
      state: value.state,
      appliedOn: value.appliedDaysAgo,
      ...span(today, value.validFromDaysAgo, value.validDays),
      notice: noticeDays(today, value.noticeFromDaysAgo, value.noticeDays),
      interruption: value.interruption ?? null,
    }));
}

export type DemoCertification = z.infer<ReturnType<typeof certification>>;

function span(today: Day, fromDaysAgo: number | undefined, days: number | undefined) {
  if (fromDaysAgo === undefined || days === undefined) return { validFrom: null, validUntil: null };
  const validFrom = addDays(today, -fromDaysAgo);
  return { validFrom, validUntil: addDays(validFrom, days - 1) };
}

function noticeDays(today: Day, fromDaysAgo: number | undefined, days: number | undefined) {
  if (fromDaysAgo === undefined || days === undefined) return null;
  const startsOn = addDays(today, -fromDaysAgo);
  return { startsOn, endsOn: addDays(startsOn, days - 1) };
}
