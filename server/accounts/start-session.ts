import type { Request } from 'express';
import { isLocale } from '../web/i18n.ts';

/**
 * A new session id, so that one known before says nothing after; the language chosen on the way in stays, what was put into
 * the cart, and by whose link the visitor came (rule 16).
 */
export async function startSession(req: Request, user: { id: number; locale: string }): Promise<void> {
  const { locale, campaign, guestCart } = req.session;
  await regenerate(req);
  req.session.userId = user.id;
  if (guestCart) req.session.guestCart = guestCart;
  if (campaign) req.session.campaign = campaign;
  if (locale) req.session.locale = locale;
  else if (isLocale(user.locale)) req.session.locale = user.locale;
}

export function regenerate(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.session.regenerate((error: unknown) => (error ? reject(error) : resolve()));
  });
}
