import type { Db } from '../../db/client.ts';
import type { Fault } from '../../shared/errors.ts';
import type { OfflineInput } from './offline-schemas.ts';

export interface ResolvedLine {
  categoryId: number;
  originPlaceId: number;
  supplierId: number | null;
  goods: string;
  fen: number;
  grams: number;
}

interface Found {
  lines: ResolvedLine[];
  /** every code that names nothing, by its line */
  faults: Fault[];
}

/** The ids of what lines name by code: category, place of origin, supplier. */
export async function resolveLines(db: Db, lines: OfflineInput['lines']): Promise<Found> {
  const codes = (of: (line: OfflineInput['lines'][number]) => string | null | undefined) => ({
    where: { code: { in: [...new Set(lines.map(of).filter((code) => code !== null && code !== undefined))] } },
    select: { id: true, code: true },
  });
  const categories = idsOf(await db.category.findMany(codes((line) => line.category)));
  const places = idsOf(await db.place.findMany(codes((line) => line.origin)));
  const suppliers = idsOf(await db.supplier.findMany(codes((line) => line.supplier)));
  const faults: Fault[] = [];
  const resolved = lines.map((line, index) => {
    const id = (ids: Map<string, number>, field: 'category' | 'origin' | 'supplier') => {
      const found = ids.get(line[field] ?? '');
      if (found === undefined) faults.push({ path: `lines.${index}.${field}`, code: 'notAChoice' });
      return found ?? 0;
    };
    return {
      categoryId: id(categories, 'category'),
      originPlaceId: id(places, 'origin'),
      supplierId: line.supplier ? id(suppliers, 'supplier') : null,
      goods: line.goods,
      fen: line.fen,
      grams: line.grams,
    };
  });
  return { lines: resolved, faults };
}

function idsOf(rows: readonly { id: number; code: string }[]): Map<string, number> {
  return new Map(rows.map(({ id, code }) => [code, id]));
}
