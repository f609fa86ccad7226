import { productsNamed } from '../catalog/products-named.ts';
import { type BuyableProduct, findBuyableProducts } from '../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import type { SearchEngine } from '../search/engine.ts';
import { fold } from '../search/normalize-text.ts';
import type { Day } from '../shared/days.ts';

/** What a typed name may mean: one product; several to choose from; or none, with what comes near. */
export interface Match {
  product: BuyableProduct | null;
  /** to choose from, nearest first */
  candidates: BuyableProduct[];
  kind: 'found' | 'several' | 'near' | 'none';
}

const CANDIDATES = 8;
const AT_ONCE = 8;

interface Found {
  ids: number[];
  /** every word was found as it was typed */
  certain: boolean;
}

/**
 * Matches typed names: the code or number itself first, else by the search engine (name, pinyin, initials, weight), which alone never
 * decides between two products and never takes a look-alike for what was meant. Without an engine the database compares names.
 */
export async function matchProducts(
  { db, search }: { db: PrismaClient; search: SearchEngine },
  texts: readonly string[],
  today: Day,
): Promise<Map<string, Match>> {
  const wanted = [...new Set(texts.filter(Boolean))];
  const exact = await productsByCode(db, wanted);
  const named = wanted.filter((text) => !exact.has(text));
  const found = new Map<string, Found>();
  for (let from = 0; from < named.length; from += AT_ONCE)
    await Promise.all(
      named.slice(from, from + AT_ONCE).map(async (text) => found.set(text, await findNamed(db, search, text))),
    );
  const ids = [...exact.values(), ...[...found.values()].flatMap((one) => one.ids)];
  const products = await findBuyableProducts(fast(db), ids, today);
  return new Map(
    wanted.map((text) => {
      const product = products.get(exact.get(text) ?? 0);
      return [text, product ? only(product) : chosenAmong(text, found.get(text), products)];
    }),
  );
}

const only = (product: BuyableProduct): Match => ({ product, candidates: [], kind: 'found' });

/** By code in any case, else by number. */
async function productsByCode(db: PrismaClient, texts: readonly string[]): Promise<Map<string, number>> {
  const numbers = texts.filter((text) => /^[1-9]\d{0,8}$/.test(text)).map(Number);
  const codes = texts.flatMap((text) => [text, text.toLowerCase(), text.toUpperCase()]).filter(isCode);
  const rows = await db.product.findMany({
    where: { OR: [{ code: { in: codes } }, { id: { in: numbers } }] },
    select: { id: true, code: true },
  });
  const idOf = new Map([
    ...rows.map(({ id }) => [String(id), id] as const),
    ...rows.map(({ id, code }) => [code.toLowerCase(), id] as const),
  ]);
  return new Map(
    texts.flatMap((text) => {
      const id = idOf.get(text.toLowerCase());
      return id === undefined ? [] : [[text, id] as const];
    }),
  );
}

const isCode = (text: string) => /^[\x21-\x7e]{1,64}$/.test(text);

async function findNamed(db: PrismaClient, search: SearchEngine, text: string): Promise<Found> {
  if (search.ready()) {
    const hits = await search.search({ q: text.slice(0, 100), perPage: CANDIDATES }).catch(() => null);
    if (hits) return { ids: hits.ids, certain: !hits.relaxed && hits.didYouMean === undefined };
  }
  const named = await productsNamed(db, text);
  return { ids: named.slice(0, CANDIDATES).map((product) => product.id), certain: true };
}

function chosenAmong(text: string, found: Found | undefined, products: ReadonlyMap<number, BuyableProduct>): Match {
  const candidates = (found?.ids ?? []).flatMap((id) => {
    const product = products.get(id);
    return product?.onShelf ? [product] : [];
  });
  if (candidates.length === 0) return { product: null, candidates, kind: 'none' };
  if (!found?.certain) return { product: null, candidates, kind: 'near' };
  const called = candidates.filter((product) => namesOf(product).includes(bare(text)));
  const [one] = called.length === 1 ? called : candidates.length === 1 ? candidates : [];
  return one ? { product: one, candidates: [], kind: 'found' } : { product: null, candidates, kind: 'several' };
}

const bare = (text: string) => fold(text).replace(/\s+/g, '');

/** What a product is called: its name, with or without its specification, in both languages. */
function namesOf({ familyName, nameEn, spec, specEn }: BuyableProduct): string[] {
  return [familyName, `${familyName}${spec}`, nameEn, `${nameEn}${specEn}`].map(bare);
}
