import { z } from 'zod';
import type { PrismaClient } from '../db/client.ts';
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
export function supplierEndpoints({ db }: { db: PrismaClient }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/suppliers',
      summary: 'Suppliers that sell, with the code of their place; by cursor',
      tag: 'catalog',
      access: 'any',
      query: page,
      response: z.object({ items: z.array(supplier), nextCursor: z.string().nullable() }),
      handle: async ({ query: { cursor, perPage } }) => {
        const after = Number(decodeCursor(cursor, 1)?.[0] ?? 0);
        const [rows, places] = await Promise.all([listSuppliers(db, after, perPage + 1), placeTree(db)]);
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
