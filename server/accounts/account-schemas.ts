import { z } from 'zod';
import { lacksCity, regionFields, regionText } from './address-region.ts';

export const SCOPES = ['catalog', 'cart', 'orders', 'fulfilments', 'payments', 'quotas', 'account'] as const;

const login = z.string().trim().min(1, 'required').max(64);
const password = z.string().min(1, 'required').max(200);
const tokenName = z.string().trim().min(1, 'required').max(64);

export const signInForm = z.object({ login, password, returnTo: z.string().optional() });

export const tokenRequest = z.strictObject({
  login,
  password,
  name: tokenName.default('API'),
  scopes: z.array(z.enum(SCOPES)).max(10).default([]),
});

/** Browsers send one checked box as a text, several as a list, none as nothing. */
export const tokenForm = z.object({
  name: tokenName,
  scopes: z.preprocess(
    (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(z.enum(SCOPES)).max(10),
  ),
});

/** Chinese mobile numbers and landlines, with the spaces that people type. */
export const phone = z
  .string()
  .trim()
  .min(1, 'required')
  .max(32)
  .transform((text) => text.replace(/\s/g, ''))
  .pipe(z.string().regex(/^(1\d{10}|0\d{2,3}-?\d{7,8}|\+?\d{8,15})$/, 'malformedPhone'));

export const addressInput = z.strictObject({
  recipient: z.string().trim().min(1, 'required').max(64),
  phone,
  region: z.string().trim().min(1, 'required').max(128),
  detail: z.string().trim().min(1, 'required').max(255),
});

export type AddressInput = z.output<typeof addressInput>;

/** Without `unitId` the caller's own. */
export const addressRequest = z.strictObject({
  ...addressInput.shape,
  unitId: z.int().positive().optional(),
  isDefault: z.boolean().default(false),
});

const typedFields = {
  recipient: addressInput.shape.recipient,
  phone,
  ...regionFields,
  detail: addressInput.shape.detail,
};

const cityThere = { path: ['city'], message: 'required', when: () => true };

/** An address as a form asks for it, its region in parts. */
export const typedAddress = z
  .object(typedFields)
  .refine((typed) => !lacksCity(typed), cityThere)
  .transform(({ recipient, detail, phone: number, ...region }) => ({
    ...{ recipient, phone: number, region: regionText(region), detail },
  }));

export const addressForm = z
  .object({
    ...typedFields,
    unitId: z
      .string()
      .regex(/^\d{0,9}$/, 'notAChoice')
      .transform((text) => Number(text) || undefined)
      .optional(),
    isDefault: z
      .string()
      .optional()
      .transform((text) => text !== undefined),
  })
  .refine((typed) => !lacksCity(typed), cityThere)
  .transform(({ province, city, county, ...typed }) => ({ ...typed, region: regionText({ province, city, county }) }));

export const idParam = z.object({
  id: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
});

export const languageForm = z.object({ locale: z.enum(['zh', 'en']), returnTo: z.string().optional() });
