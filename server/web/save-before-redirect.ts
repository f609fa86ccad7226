import type { NextFunction, Request, Response } from 'express';

/**
 * Stores a session that has changed before it sends a redirect. The session middleware sends the headers while it still stores, so
 * that a browser could ask for the next page before its session is there: signed in and a stranger again.
 */
export function saveBeforeRedirect(req: Request, res: Response, next: NextFunction): void {
  const before = JSON.stringify(req.session);
  const redirect = res.redirect.bind(res) as (...args: unknown[]) => void;
  res.redirect = (...args: unknown[]) => {
    if (!req.session || JSON.stringify(req.session) === before) return redirect(...args);
    req.session.save((error: unknown) => (error ? next(error) : redirect(...args)));
  };
  next();
}
