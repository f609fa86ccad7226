import { z } from 'zod';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn } from '../shared/days.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { choosePackage } from './choose-package.ts';
import { countsOf, findRun, listRuns, ownClaims } from './run-queries.ts';

const id = z.coerce.number().int().positive();
const head = { id: z.int(), name: z.string(), state: z.string(), perHeadFen: z.int(), chooseUntil: z.string() };
const ownJson = z.object({
  runId: z.int(),
  name: z.string(),
  state: z.string(),
  packageId: z.int().nullable(),
  signedAt: z.date().nullable(),
});
const listJson = z.object({ runs: z.array(z.object({ ...head, roster: z.int() })), own: z.array(ownJson) });
const counts = z.object({ roster: z.int(), chosen: z.int(), signed: z.int(), returned: z.int(), given: z.int() });
const runJson = z.object({
  ...head,
  counts,
  packages: z.array(
    z.object({
      ...{ id: z.int(), name: z.string(), capacity: z.int().nullable(), chosen: z.int(), isDefault: z.boolean() },
      items: z.array(z.object({ productId: z.int(), quantity: z.int() })),
    }),
  ),
  orders: z.array(
    z.object({ supplierId: z.int(), addressId: z.int(), orderId: z.int(), refundId: z.int().nullable() }),
  ),
});

/** Welfare runs: the unit's to see, an employee's own choice to make. */
export function welfareEndpoints({ db, clock }: { db: PrismaClient; clock: Clock }): Endpoint[] {
  return [
    endpoint({
      ...{ method: 'get', path: '/welfare/runs', tag: 'welfare', access: 'signed_in', scope: 'orders:read' },
      summary:
        'The runs of the units that the caller buys or approves for, and those that the caller is on the roster of',
      response: listJson,
      handle: async ({ req }) => {
        const actor = actorOf(req);
        const [runs, own] = await Promise.all([listRuns(db, actor), ownClaims(db, actor)]);
        return {
          runs: runs.map(({ _count, chooseUntil, unit, ...run }) => ({
            ...{ ...run, chooseUntil: dayFromColumn(chooseUntil), roster: _count.claims },
          })),
          own: own.map((claim) => ({
            ...{ runId: claim.runId, name: claim.run.name, state: claim.run.state },
            ...{ packageId: claim.package?.id ?? null, signedAt: claim.signedAt },
          })),
        };
      },
    }),
    endpoint({
      ...{ method: 'get', path: '/welfare/runs/:id', tag: 'welfare', access: 'signed_in', scope: 'orders:read' },
      summary: 'A run with its packages, counts and orders',
      params: z.object({ id }),
      response: runJson,
      handle: async ({ req, params }) => {
        const run = await findRun(db, actorOf(req), params.id);
        return {
          ...{ id: run.id, name: run.name, state: run.state, perHeadFen: run.perHeadFen },
          ...{ chooseUntil: dayFromColumn(run.chooseUntil), counts: await countsOf(db, run.id) },
          packages: run.packages.map((one) => ({
            ...{ id: one.id, name: one.name, capacity: one.capacity, chosen: one.chosen, isDefault: one.isDefault },
            items: one.items.map(({ productId, quantity }) => ({ productId, quantity })),
          })),
          orders: run.orders.map(({ supplierId, addressId, orderId, refundId }) => ({
            ...{ supplierId, addressId, orderId, refundId },
          })),
        };
      },
    }),
    endpoint({
      ...{
        method: 'post',
        path: '/welfare/runs/:id/choice',
        tag: 'welfare',
        access: 'signed_in',
        scope: 'orders:write',
      },
      summary: 'Choose a package for oneself, or another one, until the last day',
      params: z.object({ id }),
      body: z.strictObject({ packageId: z.int().positive() }),
      response: z.object({ packageId: z.int() }),
      handle: async ({ req, params, body }) => {
        await choosePackage(db, { actor: actorOf(req), runId: params.id }, body.packageId, clock());
        return { packageId: body.packageId };
      },
    }),
  ];
}
