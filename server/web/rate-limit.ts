import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { Refusal } from '../shared/errors.ts';

/** At most `perMinute` requests of one client (its token, else its address); 0: no limit. */
export function limitRate(perMinute: number): RequestHandler {
  if (perMinute === 0) return (_req, _res, next) => next();
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (req) => req.headers.authorization ?? ipKeyGenerator(req.ip ?? ''),
    handler: (_req, _res, next) => next(new Refusal(429, 'tooMany')),
  });
}
