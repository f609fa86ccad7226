import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { clockText } from '../../units/canteens/canteen-hours.ts';
import { canteensOf, unitsKeptFor } from '../../units/canteens/canteen-queries.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';

const canteenJson = z.object({
  id: z.int(),
  unit: z.string(),
  name: z.string(),
  recipient: z.string(),
  phone: z.string(),
  region: z.string(),
  address: z.string(),
  note: z.string().nullable(),
  /** on the weekdays, 1 Monday to 7, on which it receives; times in Asia/Shanghai */
  hours: z.array(z.object({ weekday: z.int(), from: z.string(), to: z.string() })),
});

/** Where a unit's purchases can be received, and when. */
export function canteenEndpoint(db: PrismaClient): Endpoint {
  return endpoint({
    method: 'get',
    path: '/canteens',
    summary: 'The open canteens of the units that one buys or approves for, with the hours in which each receives',
    tag: 'orders',
    access: 'signed_in',
    scope: 'orders',
    response: z.object({ items: z.array(canteenJson), total: z.int(), nextCursor: z.null() }),
    handle: async ({ req }) => {
      const canteens = await canteensOf(db, unitsKeptFor(actorOf(req)));
      const items = canteens.map(({ id, unit, name, recipient, phone, region, detail, note, hours }) => ({
        ...{ id, unit: unit.code, name, recipient, phone, region, address: detail, note },
        hours: hours.flatMap((one, index) =>
          one ? [{ weekday: index + 1, from: clockText(one.from), to: clockText(one.to) }] : [],
        ),
      }));
      return { items, total: items.length, nextCursor: null };
    },
  });
}
