import { beforeAll, describe, expect, it } from 'vitest';
import type { ProductQuery, SearchEngine } from '../../server/search/engine.ts';
import type { ProductDocument } from '../../server/search/product-document.ts';
import { aProduct, from, inCategory } from './a-product.ts';

const rice = inCategory('贡米', '粮油');
const chicken = inCategory('山地鸡', '畜禽');
const yongdong = ['涌洞乡', '凉河村'];

/** The shelf on which both engines are tried. */
export const shelf: ProductDocument[] = [
  aProduct({
    id: 1,
    name: '千丘梯田贡米5公斤',
    netGrams: 5_000,
    priceFen: 9_800,
    sales: 90,
    ...rice,
    ...from('xiushan', '涌洞乡', '河坝村'),
  }),
  aProduct({
    id: 2,
    name: '秀山贡米礼盒 500g×4',
    netGrams: 2_000,
    priceFen: 6_800,
    sales: 40,
    ...rice,
    ...from('xiushan', '涌洞乡', '古田村'),
    brandCode: 'yepingjun',
    brandName: '野坪君',
  }),
  aProduct({
    id: 3,
    name: '城口山地鸡',
    netGrams: 1_500,
    priceFen: 12_800,
    sales: 70,
    coldChain: true,
    ...chicken,
    ...from('chengkou', '鸡鸣乡'),
    supplierCode: 'chengkou-farm',
    supplierName: '城口县大巴山农业发展有限公司',
    certifications: ['assisted', 'geographic'],
  }),
  aProduct({
    id: 4,
    name: '林下散养土鸡',
    netGrams: 1_250,
    priceFen: 11_800,
    sales: 20,
    coldChain: true,
    inStock: false,
    ...chicken,
    ...from('xiushan', ...yongdong),
    certifications: ['assisted'],
  }),
  aProduct({
    id: 5,
    name: '农家土鸡蛋三十枚',
    netGrams: 1_500,
    priceFen: 4_500,
    sales: 300,
    ...inCategory('禽蛋', '畜禽'),
    ...from('xiushan', '涌洞乡', '野坪村'),
  }),
  aProduct({
    id: 6,
    name: '凉河白茶',
    spec: '特级 250g 罐装',
    netGrams: 250,
    priceFen: 26_000,
    sales: 15,
    ...inCategory('茶叶'),
    ...from('xiushan', ...yongdong),
    brandCode: 'lantiancha',
    brandName: '蓝天茶',
    zones: ['xiushan-pavilion'],
    certifications: ['assisted', 'green'],
  }),
  aProduct({
    id: 7,
    name: '山银花',
    netGrams: 500,
    priceFen: 5_600,
    ...inCategory('中药材'),
    ...from('xiushan', '涌洞乡', '川河村'),
  }),
  aProduct({
    id: 8,
    name: '楠木香菇干货',
    netGrams: 250,
    priceFen: 3_900,
    sales: 10,
    ...inCategory('食用菌'),
    ...from('xiushan', '涌洞乡', '楠木村'),
  }),
  aProduct({
    id: 9,
    name: '城口老腊肉',
    netGrams: 1_000,
    priceFen: 8_800,
    sales: 120,
    ...inCategory('腊肉', '畜禽'),
    ...from('chengkou', '沿河乡'),
    supplierCode: 'chengkou-farm',
    supplierName: '城口县大巴山农业发展有限公司',
  }),
  aProduct({ id: 10, name: '重庆长寿柚', netGrams: 2_500, priceFen: 1_990, ...inCategory('水果') }),
  aProduct({
    id: 11,
    name: '高山番茄',
    aliases: ['西红柿'],
    netGrams: 2_500,
    priceFen: 1_500,
    ...inCategory('高山蔬菜', '蔬菜'),
    ...from('wulong', '火炉镇'),
    zones: ['wulong-pavilion'],
  }),
  aProduct({
    id: 12,
    name: '散装大米',
    netGrams: 5_000,
    priceFen: 4_000,
    sales: 5,
    ...inCategory('大米', '粮油'),
    ...from('wulong', '凤来镇'),
  }),
];

/** What any engine behind the port must do. `create` gives an engine without documents. */
export function describeSearchEngine(name: string, create: () => Promise<SearchEngine>): void {
  describe(`search with the ${name} engine`, () => {
    let engine: SearchEngine;

    beforeAll(async () => {
      engine = await create();
      expect(engine.ready()).toBe(false);
      expect(await engine.rebuild(pagesOf(shelf))).toEqual({ count: shelf.length });
    });

    const found = async (query: ProductQuery | string) =>
      (await engine.search(typeof query === 'string' ? { q: query } : query)).ids;
    const foundByName = async (query: ProductQuery | string) => [...(await found(query))].sort((a, b) => a - b);

    it('is ready once it has been built', async () => {
      expect(engine.ready()).toBe(true);
      expect(await engine.health()).toMatchObject({ ok: true, documents: shelf.length });
    });

    describe('what people type', () => {
      it.each([
        ['a part of a word', '米', [1, 2, 12]],
        ['a category', '贡米', [1, 2]],
        ['a wider word: tribute rice is rice, too', '大米', [1, 2, 12]],
        ['another word for it', '土鸡', [3, 4, 5]],
        ['the official name for it', '金银花', [7]],
        ['an alias', '西红柿', [11]],
        ['full pinyin', 'gongmi', [1, 2]],
        ['pinyin with the last syllable unfinished', 'gongm', [1, 2]],
        ['pinyin of a middle part', 'shandiji', [3, 4]],
        ['capital letters', 'GONGMI', [1, 2]],
        ['initials', 'cksdj', [3]],
        ['initials of a middle part', 'sdj', [3, 4]],
        ['a slip in pinyin', 'gonmgi', [1, 2]],
        ['both readings: chongqing', 'chongqing', [10]],
        ['both readings: zhongqing', 'zhongqing', [10]],
        ['other characters of the same sound', '贡咪', [1, 2]],
        ['a character that looks alike', '香茹', [8]],
        ['a county', '秀山', [1, 2, 4, 5, 6, 7, 8]],
        ['a township', '涌洞', [1, 2, 4, 5, 6, 7, 8]],
        ['a village', '凉河村', [4, 6]],
        ['a place in pinyin', 'lianghecun', [4, 6]],
        ['place and good in one piece', '秀山大米', [1, 2]],
        ['place and good in pinyin', 'wulongfanqie', [11]],
        ['place and good apart', '城口 腊肉', [9]],
        ['a weight in kilograms', '贡米5公斤', [1]],
        ['a pack by its weight', '贡米5公斤装', [1]],
        ['a county by its short name and kind', '秀山县', [1, 2, 4, 5, 6, 7, 8]],
        ['what only praises or promises', '包邮的优质贡米', [1, 2]],
        ['the same weight in jin', '贡米 10斤', [1]],
        ['the same weight in Chinese numerals', '贡米十斤', [1]],
        ['a weight in full-width grams', '５００ｇ', [2, 7]],
        ['a count in other numerals', '30枚', [5]],
        ['a brand', '野坪君', [2]],
        ['a supplier', '大巴山农业', [3, 9]],
        ['words around it', '我想买贡米', [1, 2]],
      ])('finds by %s: %s', async (_what, q, ids) => {
        expect(await foundByName(q)).toEqual(ids);
      });

      it('puts what is called so before what only holds the word', async () => {
        expect((await found('土鸡蛋'))[0]).toBe(5);
        expect((await found('山地鸡'))[0]).toBe(3);
        expect((await found('大米'))[0]).toBe(12);
        expect((await found('土鸡')).at(-1)).toBe(5);
      });

      it('says what it took a word for', async () => {
        expect((await engine.search({ q: '秀山贡咪' })).didYouMean).toBe('秀山贡米');
        expect((await engine.search({ q: '贡米' })).didYouMean).toBeUndefined();
      });

      it('takes no word of the language for another one', async () => {
        for (const q of ['供米', '工米']) expect((await engine.search({ q })).ids, q).toEqual([1, 2]);
        // Sounds like 贡米 but for the tone.
        const hits = await engine.search({ q: '公民' });
        expect(hits).toMatchObject({ ids: [], related: [] });
        expect(hits.didYouMean).toBeUndefined();
      });

      it('finds what is called by the good when nothing matches every word, and says so', async () => {
        const hits = await engine.search({ q: '武隆 腊肉' });
        expect(hits.relaxed).toBe(true);
        expect(hits.ids).toEqual([9]);
        expect((await engine.search({ q: '秀山 贡米' })).relaxed).toBe(false);
      });

      it('offers similar goods below a short list, within the filters and not in the total', async () => {
        const packs = await engine.search({ q: '贡米10斤' });
        expect(packs).toMatchObject({ ids: [1], total: 1, related: [2] });
        expect((await engine.search({ q: '贡米10斤', brand: ['lantiancha'] })).related).toEqual([]);
        expect((await engine.search({ q: '秀山', perPage: 1 })).related).toEqual([]);
      });

      it('finds nothing for what is not there', async () => {
        const hits = await engine.search({ q: '电视机' });
        expect(hits).toMatchObject({ ids: [], total: 0, relaxed: false });
        expect(await found('山药')).toEqual([]);
        expect(hits.facets.category).toEqual([]);
      });

      it('survives signs that mean something to a query language', async () => {
        for (const q of ['"', '(', '*', '\\', '-', 'AND', "'; --", '<b>', '%', '[a', '😀', ' ', '贡米"']) {
          await expect(engine.search({ q })).resolves.toBeDefined();
        }
        expect(await foundByName('"贡米"')).toEqual([1, 2]);
      });

      it('marks what was found, in the name as it is written', async () => {
        const marked = async (q: string, id: number) => {
          const name = shelf.find((product) => product.id === id)?.name ?? '';
          const { highlights } = await engine.search({ q });
          return (highlights[id] ?? []).map(({ start, end }) => name.slice(start, end));
        };
        expect(await marked('贡米', 1)).toEqual(['贡米']);
        expect(await marked('贡咪', 1)).toEqual(['贡米']);
        expect(await marked('gongmi', 2)).toEqual(['贡米']);
        expect(await marked('贡米10斤', 1)).toEqual(['贡米5公斤']);
        expect(await marked('cksdj', 3)).toEqual(['城口山地鸡']);
      });
    });

    describe('filters', () => {
      it.each<[string, ProductQuery, number[]]>([
        ['a category', { category: ['贡米'] }, [1, 2]],
        ['a category above', { category: ['畜禽'] }, [3, 4, 5, 9]],
        ['any of two categories', { category: ['贡米', '茶叶'] }, [1, 2, 6]],
        ['a county', { place: ['chengkou'] }, [3, 9]],
        ['a village', { place: ['xiushan/涌洞乡/凉河村'] }, [4, 6]],
        ['a supplier', { supplier: ['chengkou-farm'] }, [3, 9]],
        ['a certification', { certification: ['assisted'] }, [3, 4, 6]],
        ['a brand', { brand: ['lantiancha'] }, [6]],
        ['a zone', { zone: ['wulong-pavilion'] }, [11]],
        ['prices, both ends included', { minPriceFen: 3_900, maxPriceFen: 4_500 }, [5, 8, 12]],
        ['a least weight', { minGrams: 5_000 }, [1, 12]],
        ['a most weight', { maxGrams: 250 }, [6, 8]],
        ['weights, both ends included', { minGrams: 1_000, maxGrams: 1_500 }, [3, 4, 5, 9]],
        ['stock', { inStock: true, category: ['山地鸡'] }, [3]],
        ['cold chain', { coldChain: true }, [3, 4]],
        ['no cold chain', { coldChain: false, category: ['畜禽'] }, [5, 9]],
        ['several at once, with words', { q: '鸡', place: ['xiushan'], certification: ['assisted'] }, [4]],
        ['a code that nothing carries', { category: ['电器'] }, []],
      ])('by %s', async (_what, query, ids) => {
        expect(await foundByName(query)).toEqual(ids);
        expect((await engine.search(query)).total).toBe(ids.length);
      });
    });

    describe('facets', () => {
      it('count the whole result, not the page', async () => {
        const { facets, total } = await engine.search({ q: '秀山', perPage: 1 });
        expect(total).toBe(7);
        expect(facets.place.find(({ code }) => code === 'xiushan/涌洞乡')).toEqual({
          code: 'xiushan/涌洞乡',
          count: 7,
        });
        expect(facets.category[0]).toEqual({ code: '畜禽', count: 2 });
      });

      it('leave their own filter out, so that a second value can be ticked, and follow the others', async () => {
        const { facets, total } = await engine.search({ category: ['贡米'], place: ['xiushan'] });
        const categories = Object.fromEntries(facets.category.map(({ code, count }) => [code, count]));
        expect(total).toBe(2);
        expect(categories).toMatchObject({ 贡米: 2, 茶叶: 1, 山地鸡: 1 });
        expect(categories).not.toHaveProperty('腊肉');
        expect(facets.place.map(({ code }) => code).filter((code) => !code.includes('/'))).toEqual(['xiushan']);
        expect(facets.brand).toEqual([{ code: 'yepingjun', count: 1 }]);
      });

      it('keep a ticked value of which nothing is left', async () => {
        const { facets } = await engine.search({ brand: ['lantiancha'], category: ['贡米'] });
        expect(facets.brand).toEqual([
          { code: 'yepingjun', count: 1 },
          { code: 'lantiancha', count: 0 },
        ]);
      });

      it('count prices in ranges that together hold everything', async () => {
        const { facets } = await engine.search({ maxPriceFen: 2_000 });
        expect(facets.price.map(({ count }) => count)).toEqual([2, 3, 4, 2, 1, 0]);
      });
    });

    describe('orders and pages', () => {
      it.each<[ProductQuery, number[]]>([
        [{ category: ['畜禽'], sort: 'price' }, [5, 9, 4, 3]],
        [{ category: ['畜禽'], sort: '-price' }, [3, 4, 9, 5]],
        [{ category: ['畜禽'], sort: '-sales' }, [5, 9, 3, 4]],
        [{ category: ['畜禽'], sort: '-newest' }, [9, 5, 4, 3]],
        [{ q: '鸡', sort: 'price' }, [5, 4, 3]],
      ])('%j', async (query, ids) => {
        expect(await found(query)).toEqual(ids);
      });

      it('browses what is in stock and sells first', async () => {
        const ids = await found({});
        expect(ids.slice(0, 3)).toEqual([5, 9, 1]);
        expect(ids.at(-1)).toBe(4);
      });

      it('pages without gaps or repeats', async () => {
        const pages = await Promise.all([1, 2, 3, 4].map((page) => engine.search({ page, perPage: 5 })));
        expect(pages.map(({ ids }) => ids.length)).toEqual([5, 5, 2, 0]);
        expect(new Set(pages.flatMap(({ ids }) => ids)).size).toBe(shelf.length);
        expect(pages[3]).toMatchObject({ total: shelf.length, page: 4, perPage: 5 });
      });
    });

    describe('suggestions', () => {
      const suggested = async (prefix: string) =>
        (await engine.suggest(prefix, 8)).map(({ kind, text }) => `${kind} ${text}`);

      it.each([
        ['贡', 'category 贡米'],
        ['gong', 'category 贡米'],
        ['gm', 'category 贡米'],
        ['贡咪', 'category 贡米'],
        ['土鸡', 'category 山地鸡'],
        ['秀', 'place 秀山土家族苗族自治县'],
        ['凉河', 'product 凉河白茶'],
        ['cksd', 'product 城口山地鸡'],
        ['城口', 'supplier 城口县大巴山农业发展有限公司'],
      ])('%s leads to %s', async (prefix, expected) => {
        expect(await suggested(prefix)).toContain(expected);
      });

      it('says how much is there, where a village lies, and what to mark', async () => {
        const village = (await engine.suggest('lianghe', 8)).find(({ kind }) => kind === 'place');
        expect(village).toEqual({
          kind: 'place',
          text: '凉河村',
          code: 'xiushan/涌洞乡/凉河村',
          within: '涌洞乡',
          count: 2,
          highlights: [{ start: 0, end: 2 }],
        });
      });

      it('gives no more than asked for, and nothing for nothing', async () => {
        expect(await engine.suggest('城', 2)).toHaveLength(2);
        expect(await engine.suggest(' ', 8)).toEqual([]);
      });
    });

    describe('changes', () => {
      it('shows a new product, its new price and name, and forgets what was removed', async () => {
        const yam = aProduct({ id: 900, name: '铁棍山药', priceFen: 2_500, ...inCategory('蔬菜') });
        await engine.replace([yam]);
        expect(await found('山药')).toEqual([900]);

        await engine.replace([{ ...yam, priceFen: 70_000 }]);
        expect(await found({ q: '山药', minPriceFen: 60_000 })).toEqual([900]);

        await engine.replace([{ ...yam, name: '紫薯', categoryCodes: [], categoryNames: [] }]);
        expect(await found('山药')).toEqual([]);
        expect(await found('zishu')).toEqual([900]);

        await engine.remove([900, 901]);
        expect(await found('紫薯')).toEqual([]);
        expect(await engine.suggest('紫薯', 8)).toEqual([]);
        expect((await engine.health()).documents).toBe(shelf.length);
      });

      it('answers from the old index until the new one is whole, and loses no change meanwhile', async () => {
        const late = aProduct({ id: 902, name: '后来的蜂蜜' });
        let whileBuilding: number[] = [];
        async function* source(): AsyncGenerator<ProductDocument[]> {
          yield shelf.slice(0, 2);
          whileBuilding = await found('城口老腊肉');
          await engine.replace([late]);
          await engine.remove([1]);
          yield shelf.slice(2);
        }
        await engine.rebuild(source());
        expect(whileBuilding).toEqual([9]);
        expect(await found('蜂蜜')).toEqual([902]);
        expect(await foundByName('贡米')).toEqual([2]);

        await engine.rebuild(pagesOf(shelf));
        expect(await found('蜂蜜')).toEqual([]);
        expect(await foundByName('贡米')).toEqual([1, 2]);
      });

      it('keeps the old index when the source fails', async () => {
        async function* broken(): AsyncGenerator<ProductDocument[]> {
          yield shelf.slice(0, 1);
          throw new Error('connection lost');
        }
        await expect(engine.rebuild(broken())).rejects.toThrow('connection lost');
        expect((await engine.search({})).total).toBe(shelf.length);
      });
    });
  });
}

async function* pagesOf(documents: ProductDocument[]): AsyncGenerator<ProductDocument[]> {
  for (let at = 0; at < documents.length; at += 5) yield documents.slice(at, at + 5);
}
