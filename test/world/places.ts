import type { PrismaClient } from '../../server/db/client.ts';
import type { Category, Place } from '../../server/db/generated/client.ts';
import type { PlaceClass, PlaceLevel } from '../../server/db/generated/enums.ts';
import { nextNumber } from './numbering.ts';

export interface PlaceWish {
  code?: string;
  name?: string;
  level?: PlaceLevel;
  placeClass?: PlaceClass;
  /** null: a county */
  parent?: Place | null;
}

/** A place below `parent`; without any, a county. */
export async function aPlace(db: PrismaClient, wish: PlaceWish = {}): Promise<Place> {
  const { parent = null } = wish;
  const code = wish.code ?? `place-${nextNumber()}`;
  const below: PlaceLevel = parent?.level === 'county' ? 'township' : 'village';
  const made = await db.place.create({
    data: {
      code,
      name: wish.name ?? code,
      nameEn: code,
      level: wish.level ?? (parent ? below : 'county'),
      placeClass: wish.placeClass,
      parentId: parent?.id,
      path: '',
    },
  });
  return db.place.update({ where: { id: made.id }, data: { path: `${parent?.path ?? '/'}${made.id}/` } });
}

export interface CategoryWish {
  code?: string;
  name?: string;
  parent?: Category | null;
  aliases?: string[];
}

export async function aCategory(db: PrismaClient, wish: CategoryWish = {}): Promise<Category> {
  const { parent = null } = wish;
  const code = wish.code ?? `category-${nextNumber()}`;
  const made = await db.category.create({
    data: {
      code,
      name: wish.name ?? code,
      nameEn: code,
      parentId: parent?.id,
      path: '',
      illustration: 'tea',
      aliases: wish.aliases ?? [],
    },
  });
  return db.category.update({ where: { id: made.id }, data: { path: `${parent?.path ?? '/'}${made.id}/` } });
}
