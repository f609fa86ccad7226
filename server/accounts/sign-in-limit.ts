import type { Request } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { Refusal } from '../shared/errors.ts';

const TRIES = 10;
const WINDOW_MS = 15 * 60_000;

/**
 * Lets through at most 10 failed sign-ins of one login from one address in 15 minutes, then refuses with 429 `tooManySignIns` and
 * `Retry-After`. A try counts from its start, so that many at once gain nothing, and is given back when it succeeds.
 */
export function createSignInLimit(): (req: Request) => Promise<void> {
  const limit = rateLimit({
    windowMs: WINDOW_MS,
    limit: TRIES,
    identifier: 'sign-in',
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skipSuccessfulRequests: true,
    keyGenerator: (req) => `${ipKeyGenerator(req.ip ?? '')} ${String(req.body?.login ?? '').trim()}`,
    handler: (_req, _res, next) => next(new Refusal(429, 'tooManySignIns')),
  });
  return (req) =>
    new Promise((resolve, reject) => {
      if (!req.res) throw new Error('a sign-in is counted on a request under way');
      const done = (error?: unknown) => (error ? reject(error) : resolve());
      Promise.resolve(limit(req, req.res, done)).catch(reject);
    });
}
