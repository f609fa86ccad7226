import { doubleCsrf } from 'csrf-csrf';
import type { RequestHandler } from 'express';
import type { Config } from '../config.ts';
import { Refusal } from '../shared/errors.ts';

/** Signed double-submit tokens bound to the session once somebody is signed in. Forms carry `_csrf`, scripts `x-csrf-token`. */
export function useCsrf(config: Config): RequestHandler[] {
  const secure = config.baseUrl.startsWith('https:');
  const { generateCsrfToken, doubleCsrfProtection, invalidCsrfTokenError } = doubleCsrf({
    getSecret: () => config.sessionSecret,
    getSessionIdentifier: (req) => (req.session.userId ? req.sessionID : 'anonymous'),
    cookieName: secure ? '__Host-market.csrf' : 'market.csrf',
    cookieOptions: { sameSite: 'lax', secure, httpOnly: true, path: '/' },
    getCsrfTokenFromRequest: (req) => req.body?._csrf ?? req.headers['x-csrf-token'],
  });
  return [
    (req, res, next) =>
      doubleCsrfProtection(req, res, (error?: unknown) =>
        next(error === invalidCsrfTokenError ? new Refusal(403, 'staleForm') : error),
      ),
    (req, res, next) => {
      res.locals.csrfToken = generateCsrfToken(req, res);
      next();
    },
  ];
}
