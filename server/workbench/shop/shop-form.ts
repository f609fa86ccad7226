import { z } from 'zod';
import { phone } from '../../accounts/account-schemas.ts';
import { MAX_ORDER_FEN, parseYuan } from '../../shared/money.ts';

const line = (most: number) => z.string().trim().max(most).default('');

/** Yuan as typed, in fen; nothing typed: `empty`. */
const yuan = <T extends number | null>(empty: T) =>
  z
    .string()
    .trim()
    .default('')
    .transform((typed, context): number | T => {
      if (typed === '') return empty;
      const fen = parseYuan(typed);
      if (fen === null || fen > MAX_ORDER_FEN) context.addIssue({ code: 'custom', message: 'malformedAmount' });
      return fen ?? empty;
    });

/** What a supplier says of itself and asks of its buyers; freight is of one parcel. */
export const shopForm = z
  .object({
    nameEn: line(191),
    story: z.string().trim().min(1, 'required').max(1000),
    storyEn: line(2000),
    contact: z.string().trim().min(1, 'required').max(64),
    phone,
    bankName: line(128),
    bankAccount: line(48)
      .transform((typed) => typed.replace(/[\s-]/g, ''))
      .pipe(z.string().regex(/^(\d{8,32})?$/, 'malformedBankAccount')),
    minOrderFen: yuan(0),
    freightFen: yuan(0),
    freeFreightFromFen: yuan(null),
  })
  .refine(({ bankName, bankAccount }) => bankAccount === '' || bankName !== '', {
    path: ['bankName'],
    message: 'required',
  })
  .refine(({ bankName, bankAccount }) => bankName === '' || bankAccount !== '', {
    path: ['bankAccount'],
    message: 'required',
  })
  .transform(({ bankName, bankAccount, ...shop }) => ({
    ...shop,
    bankName: bankName || null,
    bankAccount: bankAccount || null,
  }));

export type ShopInput = z.output<typeof shopForm>;

export const SHOP_FIELDS = [
  ...['nameEn', 'story', 'storyEn', 'contact', 'phone', 'bankName', 'bankAccount'],
  ...['minOrderFen', 'freightFen', 'freeFreightFromFen'],
] as const;
