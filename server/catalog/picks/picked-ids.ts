import type { Request, Response } from 'express';

/** Lists of products that a browser keeps by itself, newest first: no account is needed and nobody else sees them. */
const LISTS = {
  /** pages of products that were looked at */
  seen: { cookie: 'seen', most: 12 },
  /** products that are put side by side */
  compared: { cookie: 'compared', most: 4 },
} as const;

export type ListName = keyof typeof LISTS;

export const MOST_COMPARED = LISTS.compared.most;

const NINETY_DAYS_MS = 90 * 86_400_000;

/** The product ids of a list; what somebody else wrote into the cookie is left out. */
export function pickedIds(req: Request, name: ListName): number[] {
  const { cookie, most } = LISTS[name];
  const kept: unknown = req.cookies?.[cookie];
  if (typeof kept !== 'string') return [];
  const ids = kept.split('.').filter((text) => /^[1-9]\d{0,8}$/.test(text));
  return [...new Set(ids.map(Number))].slice(0, most);
}

/** Puts a product in front; the oldest ones fall out beyond the list's length. */
export function pick(req: Request, res: Response, name: ListName, productId: number): void {
  const others = pickedIds(req, name).filter((id) => id !== productId);
  keep(req, res, name, [productId, ...others].slice(0, LISTS[name].most));
}

/** Takes a product out, or all when none is named. */
export function unpick(req: Request, res: Response, name: ListName, productId?: number): void {
  const left = productId === undefined ? [] : pickedIds(req, name).filter((id) => id !== productId);
  keep(req, res, name, left);
}

function keep(req: Request, res: Response, name: ListName, ids: readonly number[]): void {
  const { cookie } = LISTS[name];
  const options = { httpOnly: true, sameSite: 'lax', secure: req.secure, path: '/' } as const;
  if (ids.length === 0) res.clearCookie(cookie, options);
  else res.cookie(cookie, ids.join('.'), { ...options, maxAge: NINETY_DAYS_MS });
}
