import type { Request, RequestHandler } from 'express';
import type { PrismaClient } from '../db/client.ts';
import type { Role } from '../db/generated/enums.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { NotAllowed, Refusal, SignInNeeded } from '../shared/errors.ts';
import { type Actor, findActor } from './actor.ts';
import { findTokenOwner } from './api-tokens.ts';
import { workNavOf } from './work-nav.ts';

declare global {
  namespace Express {
    interface Request {
      actor: Actor | null;
    }
  }
}

/** Pages: the person of the session, and what every layout shows of them. */
export function actorFromSession(db: PrismaClient, clock: Clock, allowDemo = true): RequestHandler {
  return async (req, res, next) => {
    req.actor = req.session.userId ? await findActor(db, req.session.userId, dayOf(clock()), allowDemo) : null;
    const { actor } = req;
    if (actor) {
      const roles = [...new Set(actor.grants.map((grant) => grant.role))];
      const unit = actor.grants.find((grant) => grant.unitName);
      res.locals.user = {
        id: actor.id,
        name: actor.name,
        roles,
        unitName: req.locale === 'en' ? unit?.unitNameEn : unit?.unitName,
      };
      res.locals.roles = Object.fromEntries(roles.map((role: Role) => [role, true]));
      res.locals.workNav = workNavOf(actor, req.t);
    } else {
      res.locals.user = null;
      res.locals.roles = {};
    }
    res.locals.cartCount = actor ? actor.cartCount : (req.session.guestCart?.length ?? 0);
    res.locals.unreadCount = actor?.unreadCount ?? 0;
    res.locals.buysFor = (actor?.grants ?? [])
      .filter((grant) => grant.role === 'buyer')
      .map((grant) => ({ code: grant.unitCode, name: (req.locale === 'en' && grant.unitNameEn) || grant.unitName }));
    next();
  };
}

/** API: the owner of the bearer token, with its scopes. A wrong token is refused rather than ignored. */
export function actorFromToken(db: PrismaClient, clock: Clock, allowDemo = true): RequestHandler {
  return async (req, res, next) => {
    req.actor = null;
    const header = req.headers.authorization;
    if (!header) return next();
    const token = /^Bearer (\S+)$/i.exec(header)?.[1];
    const owner = token ? await findTokenOwner(db, token, clock()) : null;
    const actor = owner ? await findActor(db, owner.userId, dayOf(clock()), allowDemo) : null;
    if (!owner || !actor) {
      res.set('WWW-Authenticate', 'Bearer error="invalid_token"');
      throw new Refusal(401, 'badToken');
    }
    req.actor = { ...actor, scopes: owner.scopes.length > 0 ? owner.scopes : null };
    next();
  };
}

/** The actor of a request that needs one. Throws SignInNeeded. */
export function actorOf(req: Request): Actor {
  if (!req.actor) throw new SignInNeeded();
  return req.actor;
}

/** Refuses API calls without a token where one is needed, and calls outside a limited token's scopes. */
export function authorizeCall(req: Request, access: 'any' | 'signed_in', scope?: string): void {
  if (access === 'any') return;
  const actor = actorOf(req);
  if (actor.scopes && scope && !actor.scopes.includes(scope)) throw new NotAllowed('outsideScope');
}
