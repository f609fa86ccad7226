import { z } from 'zod';
import { invoiceForm, redForm } from '../statement-schemas.ts';

const title = z.string().trim().min(1, 'required').max(128);
const taxNumber = z
  .string()
  .trim()
  .max(32)
  .transform((text) => text.toUpperCase() || null);

/** A person's title needs no tax number, a company's does. */
export const invoiceWishForm = z
  .object({ kind: z.enum(['person', 'company']), title, taxNumber: taxNumber.default(null) })
  .refine(({ kind, taxNumber: typed }) => kind === 'person' || typed !== null, {
    path: ['taxNumber'],
    message: 'required',
  })
  .transform(({ kind, ...wish }) => (kind === 'person' ? { ...wish, taxNumber: null } : wish));

export const invoiceWishBody = z.object({ title, taxNumber: taxNumber.nullable().default(null) });

export const parcelInvoiceForm = invoiceForm;

/** `refundId` 0: of what did not arrive. */
export const parcelRedForm = redForm;
