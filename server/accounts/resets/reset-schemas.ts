import { z } from 'zod';

const login = z.string().trim().min(1, 'required').max(64);

export const email = z.string().trim().min(1, 'required').max(191).pipe(z.email('malformedEmail'));

export const forgottenForm = z.object({ login, email });

export const freshPasswordForm = z.object({ password: z.string().min(1, 'required').max(200) });

export const handOutForm = z.object({ login, reason: z.string().trim().min(1, 'required').max(200) });

/** An emptied address takes it away. */
export const emailForm = z.object({
  email: z.union([z.literal('').transform(() => null), email]),
  current: z.string().min(1, 'required').max(200),
});
