import { z } from 'zod';
import { isCreditCode } from '../../shared/credit-code.ts';
import { parseDay } from '../../shared/days.ts';
import { decodeCursor } from '../../shared/pagination.ts';

export const DECLARED_STATES = ['declared', 'returned', 'verified', 'withdrawn'] as const;
export const FUNDING_SOURCES = ['canteen_budget', 'union_funds', 'individual'] as const;
export const MOST_LINES = 30;
/** The most that a line or an invoice may come to, in fen and grams: what an integer column holds. */
export const MOST_AMOUNT = 2_000_000_000;

const code = z.string().trim().min(1, 'required').max(64);
/** zod tells a missing value as one of the wrong kind. */
const orMissing = (otherwise: string) => ({
  error: ({ input }: { input?: unknown }) => (input === undefined ? 'required' : otherwise),
});
const amount = z.int(orMissing('malformed')).min(1).max(MOST_AMOUNT);

const line = z.object({
  category: code,
  origin: code,
  supplier: code.nullish(),
  goods: z.string().trim().min(1, 'required').max(128),
  fen: amount,
  grams: z.int(orMissing('malformed')).min(0).max(MOST_AMOUNT),
});

/** What is declared: the seller, the paper, the goods. Amounts in fen, weights in grams, places and categories by code (rule 14). */
export const offlineInput = z
  .object({
    unit: code,
    fundingSource: z.enum(FUNDING_SOURCES, orMissing('notAChoice')),
    isFromFarmer: z.boolean().default(false),
    sellerName: z.string().trim().min(1, 'required').max(128),
    sellerTaxNumber: z
      .string()
      .trim()
      .toUpperCase()
      .refine((text) => text.length !== 18 || isCreditCode(text), 'wrongCreditCode')
      .refine((text) => /^[0-9A-Z]{15,20}$/.test(text), 'malformedTaxNumber')
      .nullish(),
    invoiceNumber: z
      .string()
      .trim()
      .toUpperCase()
      .regex(/^[0-9A-Z-]{6,64}$/, 'malformedInvoiceNumber')
      .nullish(),
    invoiceFen: amount.nullish(),
    purchasedOn: z.string().refine((text) => parseDay(text) !== null, 'malformedDay'),
    note: z.string().trim().max(500).nullish(),
    lines: z.array(line).min(1, 'noLines').max(MOST_LINES),
  })
  .superRefine((purchase, context) => {
    for (const path of missingOfPaper(purchase))
      context.addIssue({ code: 'custom', path: [path], message: 'required' });
  });
export type OfflineInput = z.output<typeof offlineInput>;

type Paper = Pick<OfflineInput, 'isFromFarmer' | 'sellerTaxNumber' | 'invoiceNumber' | 'invoiceFen'>;

/** What of its invoice a declaration does not say; a farmer's receipt needs none. */
export function missingOfPaper(paper: Partial<Paper>): (keyof Paper)[] {
  if (paper.isFromFarmer && !paper.invoiceNumber) return [];
  return (['sellerTaxNumber', 'invoiceNumber', 'invoiceFen'] as const).filter((part) => !paper[part]);
}

function chosen<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional()).catch(undefined);
}

/** A list page's query: what cannot be read is left out. */
export const offlineListQuery = z.object({
  state: chosen(z.enum([...DECLARED_STATES, 'all'])),
  unit: chosen(code),
  q: chosen(z.string().trim().max(64)),
  cursor: chosen(z.string().max(200)),
});
export type OfflineListQuery = z.output<typeof offlineListQuery>;

export const offlineApiListQuery = z.strictObject({
  status: z.enum(DECLARED_STATES).optional(),
  unit: code.optional(),
  cursor: z
    .string()
    .max(200)
    .refine((text) => decodeCursor(text, 2) !== null, 'malformed')
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});

export const reasonBody = z.object({ reason: z.string().trim().min(1, 'reasonNeeded').max(500) });
export const purchaseParams = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) });
