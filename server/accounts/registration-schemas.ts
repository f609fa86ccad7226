import { z } from 'zod';
import { parseDay } from '../shared/days.ts';

const code = z.string().trim().max(32);

export const registrationForm = z.object({
  name: z.string().trim().min(1, 'required').max(64),
  login: z
    .string()
    .trim()
    .min(1, 'required')
    .transform((text) => text.replace(/\s/g, '').toLowerCase())
    .pipe(z.string().regex(/^(1\d{10}|[a-z][a-z0-9._-]{3,31})$/, 'malformedLogin')),
  password: z.string().min(1, 'required').max(200),
  invitation: code.transform((text) => text || undefined).optional(),
  agreed: z.string('mustAgree').min(1, 'mustAgree'),
  returnTo: z.string().optional(),
});

export const joinForm = z.object({ invitation: code.min(1, 'required') });

export const passwordForm = z.object({
  current: z.string().min(1, 'required').max(200),
  password: z.string().min(1, 'required').max(200),
});

const unitId = z
  .string()
  .regex(/^\d{1,9}$/, 'notAChoice')
  .transform(Number);

export const invitationForm = z.object({
  unitId,
  note: z.string().trim().min(1, 'required').max(64),
  maxUses: z
    .string()
    .trim()
    .regex(/^\d{1,6}$/, 'malformed')
    .transform(Number)
    .pipe(z.number().int().min(1).max(100_000)),
  expiresOn: z
    .string()
    .trim()
    .min(1, 'required')
    .refine((text) => parseDay(text) !== null, 'malformed'),
});

export const leavingForm = z.object({ unitId, leavingLogin: z.string().trim().min(1, 'required').max(64) });
