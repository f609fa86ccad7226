import type { Db, PrismaClient } from '../../db/client.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { type ExternalMapping, mappingOf } from './external-mapping.ts';
import type { KnownLine } from './plan-external-import.ts';

export interface Platform {
  id: number;
  code: string;
  name: string;
  mapping: ExternalMapping;
}

export async function findPlatform(db: Db, code: string): Promise<Platform> {
  const row = await db.externalPlatform.findUnique({ where: { code } });
  if (!row) throw new NotFound();
  return { ...row, mapping: mappingOf(row.mapping) };
}

/** The lines of a platform that are here already, by order and line number. */
export async function knownLines(db: Db, platformId: number, orderNumbers: readonly string[]) {
  const rows = await db.externalPurchase.findMany({
    where: { platformId, orderNumber: { in: [...new Set(orderNumbers)] } },
    select: {
      ...{ id: true, orderNumber: true, lineNumber: true, unitId: true, fundingSource: true, purchasedOn: true },
      ...{ categoryId: true, originPlaceId: true, goods: true, fen: true, grams: true },
    },
  });
  const byKey = new Map<string, KnownLine>(
    rows.map((row) => [
      `${row.orderNumber}\n${row.lineNumber}`,
      { ...row, purchasedOn: dayFromColumn(row.purchasedOn) },
    ]),
  );
  return (orderNumber: string, lineNumber: number) => byKey.get(`${orderNumber}\n${lineNumber}`);
}

export interface PlatformRow {
  code: string;
  name: string;
  lines: number;
  fen: number;
  grams: number;
  lastAt: Date | null;
  lastDay: Day | null;
}

/** Every platform with what was imported from it for these units (null: all), and when last. */
export async function listPlatforms(db: PrismaClient, unitIds: readonly number[] | null): Promise<PlatformRow[]> {
  const ofUnits = unitIds === null ? {} : { unitId: { in: [...unitIds] } };
  const [platforms, sums, imports] = await Promise.all([
    db.externalPlatform.findMany({ select: { id: true, code: true, name: true }, orderBy: { id: 'asc' } }),
    db.externalPurchase.groupBy({
      by: ['platformId'],
      where: ofUnits,
      _sum: { fen: true, grams: true },
      _count: { _all: true },
      _max: { purchasedOn: true },
    }),
    db.externalImport.groupBy({ by: ['platformId'], _max: { at: true } }),
  ]);
  return platforms.map(({ id, code, name }) => {
    const sum = sums.find(({ platformId }) => platformId === id);
    const last = sum?._max.purchasedOn;
    return {
      ...{ code, name, lines: sum?._count._all ?? 0, fen: sum?._sum.fen ?? 0, grams: sum?._sum.grams ?? 0 },
      lastAt: imports.find(({ platformId }) => platformId === id)?._max.at ?? null,
      lastDay: last ? dayFromColumn(last) : null,
    };
  });
}
