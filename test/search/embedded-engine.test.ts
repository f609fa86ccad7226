import { describe, expect, it } from 'vitest';
import { createEmbeddedEngine } from '../../server/search/embedded/embedded-engine.ts';
import type { ProductDocument } from '../../server/search/product-document.ts';
import { aProduct, from, inCategory } from './a-product.ts';
import { describeSearchEngine } from './engine-contract.ts';

describeSearchEngine('embedded', async () => createEmbeddedEngine());

describe('the embedded engine', () => {
  it('lets other work run while it builds', async () => {
    const engine = createEmbeddedEngine();
    let turns = 0;
    let isBuilding = true;
    const count = () => {
      turns++;
      if (isBuilding) setImmediate(count);
    };
    setImmediate(count);
    await engine.rebuild(manyProducts(2_000));
    isBuilding = false;
    expect(turns).toBeGreaterThan(10);
  });

  it('counts every facet as a plain count over all products does', async () => {
    const products = Array.from({ length: 400 }, (_, at) => product(at));
    const engine = createEmbeddedEngine();
    await engine.rebuild(manyProducts(400));
    const query = { category: ['茶叶', '贡米'], place: ['wulong'], minPriceFen: 2_000 };
    const isWanted = {
      category: ({ categoryCodes }: ProductDocument) => categoryCodes.some((code) => query.category.includes(code)),
      place: ({ placeCodes }: ProductDocument) => placeCodes.includes('wulong'),
      price: ({ priceFen }: ProductDocument) => priceFen >= 2_000,
    };
    const { total, facets } = await engine.search(query);
    expect(total).toBe(products.filter((p) => isWanted.category(p) && isWanted.place(p) && isWanted.price(p)).length);
    const withoutCategory = products.filter((p) => isWanted.place(p) && isWanted.price(p));
    for (const { code, count } of facets.category) {
      expect(count).toBe(withoutCategory.filter(({ categoryCodes }) => categoryCodes.includes(code)).length);
    }
    const withoutPlace = products.filter((p) => isWanted.category(p) && isWanted.price(p));
    for (const { code, count } of facets.place) {
      expect(count).toBe(withoutPlace.filter(({ placeCodes }) => placeCodes.includes(code)).length);
    }
    const withoutPrice = products.filter((p) => isWanted.category(p) && isWanted.place(p));
    expect(facets.price.reduce((sum, { count }) => sum + count, 0)).toBe(withoutPrice.length);
  });
});

function product(at: number): ProductDocument {
  const good = ['茶叶', '贡米', '蜂蜜', '腊肉'][at % 4] ?? '';
  const county = ['xiushan', 'wulong', 'chengkou'][at % 3] ?? '';
  return aProduct({
    id: at + 1,
    name: `${good}${at}号`,
    priceFen: (at * 37) % 9_000,
    ...inCategory(good),
    ...from(county),
  });
}

async function* manyProducts(count: number): AsyncGenerator<ProductDocument[]> {
  yield Array.from({ length: count }, (_, at) => product(at));
}
