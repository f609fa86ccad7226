import { z } from 'zod';
import { parseDay } from '../shared/days.ts';
import { parseYuan } from '../shared/money.ts';

const idText = z
  .string()
  .regex(/^\d{1,9}$/, 'malformed')
  .transform(Number);
const day = z.string().refine((text) => parseDay(text) !== null, 'malformedDay');
const MOST_FEN = 100_000_000_000;

export const STATEMENT_TABS = ['unpaid', 'overdue', 'paid', 'all'] as const;
export type StatementTab = (typeof STATEMENT_TABS)[number];

export const statementParams = z.object({ id: idText });

export const statementListQuery = z.object({
  state: z.enum(['open', 'buyer_confirmed', 'supplier_confirmed', 'confirmed', 'invoiced', 'paid']).optional(),
  cursor: z.string().max(200).optional(),
  limit: idText.pipe(z.number().min(1).max(100)).default(20),
});

export const statementPageQuery = z.object({
  tab: z.enum(STATEMENT_TABS).catch('unpaid').default('unpaid'),
  cursor: z.string().max(200).optional(),
});

export const confirmationBody = z.object({
  /** the total that was seen; another one meanwhile is refused */
  totalFen: z.int().optional(),
});

export const invoiceBody = z.object({
  number: z
    .string()
    .trim()
    .regex(/^[0-9A-Za-z-]{6,64}$/, 'notAnInvoiceNumber')
    .transform((text) => text.toUpperCase()),
  issuedOn: day.optional(),
});

export const transferBody = z.object({
  referenceCode: z.string().trim().max(64).optional(),
  amountFen: z.int().positive().max(MOST_FEN),
  payerAccount: z.string().trim().min(1).max(64),
  payerName: z.string().trim().max(128).optional(),
  paidOn: day,
  bankReference: z.string().trim().min(1).max(64).optional(),
});

const yuan = z.string().transform((text, context) => {
  const fen = parseYuan(text);
  if (fen === null || fen === 0 || fen > MOST_FEN) context.addIssue({ code: 'custom', message: 'notAnAmount' });
  return fen ?? 0;
});

export const transferForm = z.object({
  referenceCode: z.string().trim().max(64),
  amount: yuan,
  payerName: z.string().trim().max(128),
  payerAccount: z.string().trim().min(1, 'required').max(64),
  paidOn: day,
  bankReference: z.string().trim().max(64),
});

export const confirmationForm = z.object({
  totalFen: z
    .string()
    .regex(/^-?\d{1,15}$/, 'malformed')
    .transform(Number),
});
export const invoiceForm = z.object({ number: invoiceBody.shape.number, issuedOn: day });
const reason = z.string().trim().min(1, 'required').max(500);
const optionalYuan = z.union([z.literal('').transform(() => null), yuan]);
export const redForm = invoiceForm.extend({ refundId: idText, amount: optionalYuan });
export const redBody = invoiceBody.extend({
  refundId: z.int().positive(),
  /** fen; left out: all that is missing of the refund */
  amountFen: z.int().positive().max(MOST_FEN).optional(),
});
export const extensionForm = z.object({ untilOn: day, reason });
export const extensionDecisionForm = z
  .object({ decision: z.enum(['grant', 'refuse']), answer: z.string().trim().max(500).default('') })
  .refine(({ decision, answer }) => decision === 'grant' || answer !== '', { path: ['answer'], message: 'required' });
export const returnForm = z.object({ amount: optionalYuan, reason });
export const returnBody = z.object({ amountFen: z.int().positive().max(MOST_FEN).optional(), reason });
export const returnDecisionForm = z.object({ decision: z.enum(['return', 'refuse']) });
export const matchForm = z.object({ referenceCode: z.string().trim().min(1, 'required').max(64) });
