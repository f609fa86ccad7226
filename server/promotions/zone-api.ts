import { z } from 'zod';
import { zoneList } from '../catalog/zone-list.ts';
import type { PrismaClient } from '../db/client.ts';
import { placeTree } from '../units/place-tree.ts';
import { type Endpoint, endpoint } from '../web/api.ts';

const zone = z.object({
  code: z.string(),
  kind: z.enum(['pavilion', 'unit_zone', 'theme', 'cabinet']),
  name: z.string(),
  nameEn: z.string(),
  place: z.string().nullable(),
  unit: z.string().nullable(),
});

/** GET /zones */
export function zoneEndpoints({ db }: { db: PrismaClient }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/zones',
      summary: 'Pavilions, unit zones, themes and cabinets, with the codes of their place or unit',
      tag: 'catalog',
      access: 'any',
      response: z.object({ items: z.array(zone), total: z.int(), nextCursor: z.null() }),
      handle: async () => {
        const [zones, places] = await Promise.all([zoneList(db), placeTree(db)]);
        const items = zones.map(({ code, kind, name, nameEn, placeId, unit }) => ({
          code,
          kind,
          name,
          nameEn,
          place: placeId === null ? null : (places.byId.get(placeId)?.code ?? null),
          unit: unit?.code ?? null,
        }));
        return { items, total: items.length, nextCursor: null };
      },
    }),
  ];
}
