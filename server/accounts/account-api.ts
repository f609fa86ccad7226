import { z } from 'zod';
import type { Config } from '../config.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { addressJson } from './account-presenter.ts';
import { unitsToBuyFor } from './account-queries.ts';
import { addressRequest, tokenRequest } from './account-schemas.ts';
import { addressesFor } from './address-queries.ts';
import { issueToken } from './api-tokens.ts';
import { addAddress } from './save-address.ts';
import { signIn } from './sign-in.ts';
import { createSignInLimit } from './sign-in-limit.ts';
import { actorOf } from './who-acts.ts';

interface Parts {
  config: Config;
  db: PrismaClient;
  clock: Clock;
}

const fundingSource = z.enum(['canteen_budget', 'union_funds', 'individual']);
const unit = z.object({ id: z.int(), code: z.string(), name: z.string(), nameEn: z.string() });

const address = z.object({
  id: z.int(),
  recipient: z.string(),
  phone: z.string(),
  region: z.string(),
  detail: z.string(),
  isDefault: z.boolean(),
  unit: unit.nullable(),
});

const me = z.object({
  user: z.object({ id: z.int(), login: z.string(), name: z.string(), locale: z.string() }),
  roles: z.array(z.string()),
  units: z.array(unit.extend({ fundingSources: z.array(fundingSource) })),
  fundingSources: z.array(fundingSource),
  scopes: z.array(z.string()).nullable(),
});

/** Tokens, who one is, and addresses. */
export function accountEndpoints(parts: Parts): Endpoint[] {
  return [issueTokenEndpoint(parts), meEndpoint(parts), ...addressEndpoints(parts)];
}

/** Not idempotent by key: nobody is known yet, and a token's text is kept nowhere. */
function issueTokenEndpoint({ config, db, clock }: Parts): Endpoint {
  const limitSignIn = createSignInLimit();
  return endpoint({
    method: 'post',
    path: '/tokens',
    summary: 'Exchange login and password for a token',
    tag: 'accounts',
    access: 'any',
    body: tokenRequest,
    status: 201,
    response: z.object({ token: z.string(), expiresAt: z.iso.datetime() }),
    handle: async ({ req, body: { login, password, name, scopes } }) => {
      await limitSignIn(req);
      const { id } = await signIn(db, { login, password, allowDemo: !config.production });
      req.res?.set('Cache-Control', 'no-store');
      return issueToken(db, { userId: id, name, scopes, now: clock() });
    },
  });
}

function meEndpoint({ db }: Parts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/me',
    summary: 'Who the token belongs to, and for which units and from which funds it may buy',
    tag: 'accounts',
    access: 'signed_in',
    response: me,
    handle: async ({ req }) => {
      const { id, login, name, locale, grants, scopes } = actorOf(req);
      const units = await unitsToBuyFor(db, actorOf(req));
      return {
        user: { id, login, name, locale },
        roles: [...new Set(grants.map((grant) => grant.role))],
        units,
        fundingSources: [...new Set(['individual', ...units.flatMap((one) => one.fundingSources)])],
        scopes,
      };
    },
  });
}

function addressEndpoints({ db }: Parts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/addresses',
      summary: 'Own addresses, then those of the units bought for',
      tag: 'accounts',
      access: 'signed_in',
      scope: 'account',
      response: z.object({ items: z.array(address), total: z.int(), nextCursor: z.null() }),
      handle: async ({ req }) => {
        const items = (await addressesFor(db, actorOf(req))).map(addressJson);
        return { items, total: items.length, nextCursor: null };
      },
    }),
    endpoint({
      method: 'post',
      path: '/addresses',
      summary: 'Add an own address, or with unitId one of a unit that is bought for',
      tag: 'accounts',
      access: 'signed_in',
      scope: 'account',
      body: addressRequest,
      status: 201,
      response: address,
      idempotent: true,
      handle: async ({ req, body }) => addressJson(await addAddress(db, actorOf(req), body)),
    }),
  ];
}
