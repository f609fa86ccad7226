import { z } from 'zod';
import { isCreditCode } from '../../shared/credit-code.ts';
import { parseYuan } from '../../shared/money.ts';
import { MOST_TERM_DAYS, PAYING_SOURCES } from './payer-queries.ts';

export const DETAIL_FIELDS = ['title', 'taxNumber', 'bankName', 'bankAccount'];
export const TERM_FIELDS = ['creditLimit', 'termDays', 'reason'];
/** The most of a credit limit, fen: ten billion yuan. */
export const MOST_CREDIT = 1_000_000_000_000;

export const payingSource = z.enum(PAYING_SOURCES);
const seen = z.string().max(22).optional();
const plain = (text: string) => text.normalize('NFKC').trim();
const orNull = (text: string) => text || null;

const taxNumber = z
  .string()
  .max(64)
  .transform((text) => plain(text).replace(/[\s-]/g, '').toUpperCase())
  .superRefine((text, context) => {
    if (text === '') context.addIssue({ code: 'custom', message: 'required' });
    else if (!isCreditCode(text)) context.addIssue({ code: 'custom', message: 'notACreditCode' });
  });

const bankAccount = z
  .string()
  .max(80)
  .transform((text) => plain(text).replace(/[\s-]/g, ''))
  .refine((text) => text === '' || /^[0-9A-Za-z]{6,64}$/.test(text), 'notAnAccount');

const details = {
  title: z.string().transform(plain).pipe(z.string().min(1, 'required').max(128)),
  taxNumber,
};

export const detailsForm = z.object({
  ...details,
  bankName: z.string().trim().max(128).default('').transform(orNull),
  bankAccount: bankAccount.default('').transform(orNull),
  fundingSource: payingSource,
  seen,
});

export const detailsBody = z.strictObject({
  ...details,
  bankName: z.string().trim().max(128).nullable().default(null),
  bankAccount: bankAccount.nullable().default(null),
});

const limit = z.string().transform((text, context) => {
  if (text.trim() === '') return null;
  const fen = parseYuan(plain(text));
  if (fen === null) context.addIssue({ code: 'custom', message: 'notAnAmount' });
  else if (fen === 0) context.addIssue({ code: 'custom', message: 'zeroCredit' });
  else if (fen > MOST_CREDIT) context.addIssue({ code: 'custom', message: 'tooMuchCredit' });
  return fen;
});

const days = z
  .string()
  .transform(plain)
  .refine((text) => /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_TERM_DAYS, 'termTooLong')
  .transform(Number);

const reason = z.string().trim().min(1, 'required').max(500);

export const termsForm = z.object({
  creditLimit: limit.default(null),
  termDays: days,
  mustPrepay: z.string().optional().transform(Boolean),
  reason,
  fundingSource: payingSource,
  seen,
});

export const termsBody = z.strictObject({
  /** null: no limit */
  creditLimitFen: z.int().positive().max(MOST_CREDIT).nullable(),
  termDays: z.int().min(1).max(MOST_TERM_DAYS),
  mustPrepay: z.boolean(),
  reason,
});
