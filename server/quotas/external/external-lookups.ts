import { categoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { FundingSource } from '../../db/generated/enums.ts';
import { placeName, placeTree } from '../../units/place-tree.ts';
import { FUNDING_SOURCES } from '../offline/offline-schemas.ts';
import type { ExternalMapping } from './external-mapping.ts';

/** What the words of a list mean here. `undefined`: not known yet; `null` for a unit: one that is not the actor's to import for. */
export interface Lookups {
  unit: (word: string) => number | null | undefined;
  category: (word: string) => number | undefined;
  origin: (word: string) => number | undefined;
  fundingSource: (word: string) => FundingSource | undefined;
}

/** Reads names, codes and remembered aliases of everything that a list names. A word that means two things means none. */
export async function readLookups(
  db: PrismaClient,
  mapping: ExternalMapping,
  mayImportFor: (unitId: number) => boolean,
  fundingNames: Record<FundingSource, string[]>,
): Promise<Lookups> {
  const [units, categories, places] = await Promise.all([
    db.unit.findMany({
      select: { id: true, code: true, name: true, nameEn: true, aliases: { select: { alias: true } } },
    }),
    categoryTree(db),
    placeTree(db),
  ]);
  const unit = meaningOf(
    units.flatMap(({ id, code, name, nameEn, aliases }) =>
      [code, name, nameEn, ...aliases.map(({ alias }) => alias)].map((word) => [word, id] as const),
    ),
  );
  const told = (words: Record<string, string>, idOf: (code: string) => number | undefined) =>
    Object.entries(words).flatMap(([word, code]) => pairsOf(word, idOf(code)));
  const category = meaningOf([
    ...[...categories.byId.values()].flatMap(({ id, code, name, nameEn, aliases }) =>
      [code, name, nameEn, ...aliases].map((word) => [word, id] as const),
    ),
  ]);
  const ownCategory = meaningOf(told(mapping.words.category, (code) => categories.byCode.get(code)?.id));
  const origin = meaningOf(
    [...places.byId.values()].flatMap(({ id, code, name, nameEn }) =>
      [...new Set([code, name, nameEn, placeName(places, id, 'zh'), placeName(places, id, 'zh', true)])].map(
        (word) => [word, id] as const,
      ),
    ),
  );
  const ownOrigin = meaningOf(told(mapping.words.origin, (code) => places.byCode.get(code)?.id));
  const funding = new Map<string, FundingSource>(
    FUNDING_SOURCES.flatMap((source) =>
      [source, ...fundingNames[source]].map((word) => [plain(word), source] as const),
    ),
  );
  return {
    unit: (word) => {
      const id = unit(word);
      return id !== undefined && !mayImportFor(id) ? null : id;
    },
    category: (word) => ownCategory(word) ?? category(word),
    origin: (word) => ownOrigin(word) ?? origin(word),
    fundingSource: (word) =>
      FUNDING_SOURCES.find((source) => source === mapping.words.fundingSource[word]) ?? funding.get(plain(word)),
  };
}

function pairsOf(word: string, id: number | undefined): (readonly [string, number])[] {
  return id === undefined ? [] : [[word, id]];
}

function plain(word: string): string {
  return word.trim().toLowerCase();
}

function meaningOf(pairs: readonly (readonly [string, number])[]): (word: string) => number | undefined {
  const meanings = new Map<string, number | null>();
  for (const [word, id] of pairs) {
    const known = meanings.get(plain(word));
    meanings.set(plain(word), known === undefined || known === id ? id : null);
  }
  return (word) => meanings.get(plain(word)) ?? undefined;
}
