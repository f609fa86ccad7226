import { fast, type PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { SupplierKind } from '../../db/generated/enums.ts';
import type { Day } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { certificationHeldBy } from '../../suppliers/certification-held.ts';
import { onShelf } from '../shelf.ts';

export interface PlaceSupplier {
  id: number;
  name: string;
  nameEn: string;
  kind: SupplierKind;
  placeId: number;
}

/** Suppliers of these places that are certified today, by place. */
export function suppliersOf(db: PrismaClient, placeIds: readonly number[], today: Day): PromiseLike<PlaceSupplier[]> {
  return fast(db).$queryRaw<PlaceSupplier[]>`
    SELECT s.id, s.name, s.nameEn, s.kind, s.placeId FROM supplier s
    WHERE s.placeId IN (${Prisma.join([...placeIds])}) AND s.state = 'active' AND ${certificationHeldBy('supplier', today)} IS NOT NULL
    ORDER BY s.placeId, s.id LIMIT 200`;
}

/** How many goods of each place are on the shelf today. */
export async function goodsByPlace(db: PrismaClient, today: Day): Promise<Map<number, number>> {
  const rows = await fast(db).$queryRaw<{ placeId: number; count: number | bigint }[]>`
    SELECT p.placeId, COUNT(*) AS count FROM product p JOIN supplier s ON s.id = p.supplierId WHERE ${onShelf(today)} GROUP BY p.placeId`;
  return new Map(rows.map(({ placeId, count }) => [placeId, Number(count)]));
}

export interface Brand {
  code: string;
  name: string;
  nameEn: string;
  placeId: number | null;
  story: string;
  storyEn: string;
  endedAt: Date | null;
}

const BRAND = {
  code: true,
  name: true,
  nameEn: true,
  placeId: true,
  story: true,
  storyEn: true,
  endedAt: true,
} as const;

/** Brands that have not ended, those of these places or all. */
export function listBrands(db: PrismaClient, placeIds?: readonly number[]): Promise<Brand[]> {
  return db.brand.findMany({
    where: { endedAt: null, ...(placeIds ? { placeId: { in: [...placeIds] } } : {}) },
    select: BRAND,
    orderBy: { id: 'asc' },
    take: 200,
  });
}

/** Throws NotFound. */
export async function findBrand(db: PrismaClient, code: string): Promise<Brand> {
  const brand = await db.brand.findUnique({
    where: { code },
    select: BRAND,
  });
  if (!brand) throw new NotFound();
  return brand;
}

/** What a place says of itself. */
export async function introOf(db: PrismaClient, id: number): Promise<{ intro: string; introEn: string }> {
  return db.place.findUniqueOrThrow({ where: { id }, select: { intro: true, introEn: true } });
}
