import { z } from 'zod';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { placeTree } from '../units/place-tree.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { listSuppliers } from './supplier-queries.ts';

const supplier = z.object({
  id: z.int(),
  code: z.string(),
  name: z.string(),
  nameEn: z.string(),
  kind: z.enum(['village_collective', 'cooperative', 'firm', 'family_farm']),
  place: z.string().nullable(),
  certification: z
    .object({
      number: z.string(),
      issuer: z.string(),
      state: z.enum(['certified', 'suspended', 'revoked', 'disqualified']),
      validFrom: z.string(),
      validUntil: z.string(),
      /** today: its goods may be sold, and count */
      holds: z.boolean(),
    })
    .nullable(),
});

const page = z.strictObject({
  cursor: z
    .string()
    .max(200)
    .refine((text) => decodeCursor(text, 1) !== null, 'malformed')
    .optional(),
  perPage: z.coerce.number().int().min(1).max(100).default(100),
});

/** GET /suppliers */
export function supplierEndpoints({ db, clock }: { db: PrismaClient; clock: Clock }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/suppliers',
      summary:
        'Suppliers that sell, with the code of their place and the certification that holds today, or else their last; by cursor',
      tag: 'catalog',
      access: 'any',
      query: page,
      response: z.object({ items: z.array(supplier), nextCursor: z.string().nullable() }),
      handle: async ({ query: { cursor, perPage } }) => {
        const after = Number(decodeCursor(cursor, 1)?.[0] ?? 0);
        const [rows, places] = await Promise.all([
          listSuppliers(db, dayOf(clock()), after, perPage + 1),
          placeTree(db),
        ]);
        const shown = rows.slice(0, perPage);
        const last = shown.at(-1);
        return {
          items: shown.map(({ placeId, ...row }) => ({ ...row, place: places.byId.get(placeId)?.code ?? null })),
          nextCursor: rows.length > perPage && last ? encodeCursor([last.id]) : null,
        };
      },
    }),
  ];
}
