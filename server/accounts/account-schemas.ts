import { z } from 'zod';

export const signInForm = z.object({
  login: z.string().trim().min(1, 'required').max(64),
  password: z.string().min(1, 'required').max(200),
  returnTo: z.string().optional(),
});

export const tokenRequest = z.strictObject({
  login: z.string().trim().min(1, 'required').max(64),
  password: z.string().min(1, 'required').max(200),
  name: z.string().trim().min(1, 'required').max(64).default('API'),
  scopes: z.array(z.enum(['catalog', 'cart', 'orders', 'fulfilments', 'payments', 'quotas', 'account'])).max(10).default([]),
});

/** Chinese mobile numbers and landlines, as people type them. */
const phone = z.string().trim().regex(/^(1\d{10}|0\d{2,3}-?\d{7,8}|\+?\d{8,15})$/, 'malformedPhone');

export const addressInput = z.strictObject({
  recipient: z.string().trim().min(1, 'required').max(64),
  phone,
  region: z.string().trim().min(1, 'required').max(128),
  detail: z.string().trim().min(1, 'required').max(255),
});

export const languageForm = z.object({ locale: z.enum(['zh', 'en']), returnTo: z.string().optional() });
