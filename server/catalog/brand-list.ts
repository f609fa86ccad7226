import type { PrismaClient } from '../db/client.ts';
import { remember } from '../shared/remember.ts';

/** Names of the brands by code; at most 10 seconds old. */
export const brandsByCode = remember(10_000, async (db: PrismaClient) => {
  const brands = await db.brand.findMany({ select: { code: true, name: true, nameEn: true } });
  return new Map(brands.map((brand) => [brand.code, brand]));
});
