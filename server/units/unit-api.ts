import { z } from 'zod';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { placeTree } from './place-tree.ts';
import { listGroups, listUnits } from './unit-lists.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const named = z.object({ code: z.string(), name: z.string(), nameEn: z.string() });
const place = named.extend({
  level: z.enum(['county', 'township', 'village']),
  placeClass: z.enum(['pioneer', 'key_city', 'key_county', 'active', 'steady']).nullable(),
  parent: z.string().nullable(),
});
const group = named.extend({ leadUnit: z.string(), place: z.string().nullable(), members: z.array(z.string()) });
const unit = named.extend({
  id: z.int(),
  kind: z.string(),
  state: z.enum(['active', 'merged', 'dissolved']),
  place: z.string().nullable(),
  parent: z.string().nullable(),
  groups: z.array(z.string()),
});

const page = z.strictObject({
  cursor: z
    .string()
    .max(200)
    .refine((text) => decodeCursor(text, 1) !== null, 'malformed')
    .optional(),
  perPage: z.coerce.number().int().min(1).max(200).default(200),
});

/** GET /places, /groups, and signed in /units: trees and lists by code. */
export function unitEndpoints(parts: Parts): Endpoint[] {
  return [placesEndpoint(parts), groupsEndpoint(parts), unitsEndpoint(parts)];
}

function placesEndpoint({ db }: Parts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/places',
    summary: 'Counties, townships and villages; `parent` makes the tree',
    tag: 'units',
    access: 'any',
    response: z.object({ items: z.array(place), total: z.int(), nextCursor: z.null() }),
    handle: async () => {
      const tree = await placeTree(db);
      const items = [...tree.byId.values()].map(({ code, name, nameEn, level, placeClass, parentId }) => ({
        code,
        name,
        nameEn,
        level,
        placeClass,
        parent: parentId === null ? null : (tree.byId.get(parentId)?.code ?? null),
      }));
      return { items, total: items.length, nextCursor: null };
    },
  });
}

function groupsEndpoint({ db, clock }: Parts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/groups',
    summary: 'Assistance groups with the codes of their lead unit and members today',
    tag: 'units',
    access: 'any',
    response: z.object({ items: z.array(group), total: z.int(), nextCursor: z.null() }),
    handle: async () => {
      const [groups, places] = await Promise.all([listGroups(db, dayOf(clock())), placeTree(db)]);
      const items = groups.map(({ placeId, ...row }) => ({ ...row, place: codeOf(places, placeId) }));
      return { items, total: items.length, nextCursor: null };
    },
  });
}

function unitsEndpoint({ db, clock }: Parts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/units',
    summary: 'Work units with their superior and groups today; by cursor',
    tag: 'units',
    access: 'signed_in',
    query: page,
    response: z.object({ items: z.array(unit), nextCursor: z.string().nullable() }),
    handle: async ({ query: { cursor, perPage } }) => {
      const after = Number(decodeCursor(cursor, 1)?.[0] ?? 0);
      const [rows, places] = await Promise.all([listUnits(db, dayOf(clock()), after, perPage + 1), placeTree(db)]);
      const shown = rows.slice(0, perPage);
      const last = shown.at(-1);
      return {
        items: shown.map(({ placeId, ...row }) => ({ ...row, place: codeOf(places, placeId) })),
        nextCursor: rows.length > perPage && last ? encodeCursor([last.id]) : null,
      };
    },
  });
}

function codeOf(places: Awaited<ReturnType<typeof placeTree>>, id: number | null): string | null {
  return id === null ? null : (places.byId.get(id)?.code ?? null);
}
