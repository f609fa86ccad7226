import { z } from 'zod';
import { unitsBoughtFor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { unitOfCart } from '../cart/cart-api.ts';
import { cartQuery, idText } from '../cart/cart-schemas.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn } from '../shared/days.ts';
import { StateConflict } from '../shared/errors.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { pauseUntil, resume } from './standing-order-acts.ts';
import { dayText } from './standing-order-form.ts';
import { findStandingOrder, standingOrdersOf, type WholeStandingOrder } from './standing-order-queries.ts';
import { schedule } from './standing-order-schedule.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const params = z.object({ id: idText });

const standingOrderJson = z.object({
  ...{ id: z.int(), unit: z.string(), name: z.string(), fundingSource: z.string() },
  list: z.object({ id: z.int(), name: z.string() }).nullable(),
  /** weekdays from 1, Monday, or days of the month */
  schedule: z.object({ weekdays: z.array(z.int()).optional(), days: z.array(z.int()).optional() }),
  nextOn: z.string().nullable(),
  pausedUntil: z.string().nullable(),
  /** what became of the last days, the newest first */
  runs: z.array(z.object({ dueOn: z.string(), outcome: z.string(), orderId: z.int().nullable() })),
});

/** Standing orders of a unit, read, paused and resumed. */
export function standingOrderEndpoints({ db, clock }: Parts): Endpoint[] {
  const common = { tag: 'purchase lists', access: 'signed_in', scope: 'orders' } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/standing-orders',
      summary: 'The standing orders of the units that one buys for, or of one of them, the next due first',
      query: cartQuery,
      response: z.object({ items: z.array(standingOrderJson), total: z.int(), nextCursor: z.null() }),
      handle: async ({ req, query }) => {
        const actor = actorOf(req);
        const unitId = unitOfCart(actor, query.unit);
        const units = unitId === null ? unitsBoughtFor(actor) : [unitId];
        const found = await Promise.all(units.map((id) => standingOrdersOf(db, id)));
        const items = found.flat().map(toJson);
        return { items, total: items.length, nextCursor: null };
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/standing-orders/:id',
      summary: 'A standing order with what became of its last days',
      params,
      response: standingOrderJson,
      handle: async ({ req, params: { id } }) => toJson(await findStandingOrder(db, actorOf(req), id)),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/standing-orders/:id/pause',
      summary: 'Orders nothing until a day, from which on it is due again',
      params,
      body: z.strictObject({ until: dayText }),
      response: standingOrderJson,
      handle: async ({ req, params: { id }, body: { until } }) => {
        const seen = await nextDay(req, id);
        await pauseUntil(db, actorOf(req), id, { until, seen }, clock());
        return toJson(await findStandingOrder(db, actorOf(req), id));
      },
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/standing-orders/:id/resumption',
      summary: 'Ends a pause or takes back a skip: it is due again from tomorrow on',
      params,
      response: standingOrderJson,
      handle: async ({ req, params: { id } }) => {
        await resume(db, actorOf(req), id, await nextDay(req, id), clock());
        return toJson(await findStandingOrder(db, actorOf(req), id));
      },
    }),
  ];

  async function nextDay(req: Parameters<typeof actorOf>[0], id: number): Promise<string> {
    const { nextOn } = await findStandingOrder(db, actorOf(req), id);
    if (!nextOn) throw new StateConflict('standingOrderMoved');
    return dayFromColumn(nextOn);
  }
}

function toJson(order: WholeStandingOrder): z.output<typeof standingOrderJson> {
  const { id, name, fundingSource, unit, list, nextOn, pausedUntil, runs } = order;
  const when = schedule.safeParse(order.schedule);
  return {
    ...{ id, unit: unit.code, name, fundingSource, list: list && { id: list.id, name: list.name } },
    schedule: when.success ? when.data : {},
    nextOn: nextOn && dayFromColumn(nextOn),
    pausedUntil: pausedUntil && dayFromColumn(pausedUntil),
    runs: runs.map(({ dueOn, outcome, order: made }) => ({
      ...{ dueOn: dayFromColumn(dueOn), outcome, orderId: made?.id ?? null },
    })),
  };
}
