import { z } from 'zod';

/** The outbox topic of a supplier's account that money is sent to. */
export const BANK_CHANGED = 'supplier.bank_changed';

export const bankChanged = z.object({
  supplierId: z.number().int(),
  byId: z.number().int(),
  /** the end of the new account's number; null: there is none any more */
  ending: z.string().nullable(),
  at: z.string(),
});

export type BankChanged = z.infer<typeof bankChanged>;
