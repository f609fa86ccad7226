import { z } from 'zod';

/** The outbox topic of what payers, suppliers and buyers must be told about statements and invoices. */
export const STATEMENT_TOLD = 'statement.told';

/**
 * An extension (id) that was asked for or decided; refunds of a parcel (id) that may miss a red-letter invoice; an invoice that was asked
 * for of a parcel (id); an invoice (id) of a parcel that was issued.
 */
export const statementTold = z.object({
  kind: z.enum(['extension', 'refund', 'invoice_asked', 'invoice']),
  id: z.number().int(),
});
export type StatementTold = z.infer<typeof statementTold>;
