import { describe, expect, it } from 'vitest';
import { aProduct, inCategory } from './a-product.ts';
import { gradeOf, judgedQueries, judgeHits } from './judge.ts';

describe('the judged set', () => {
  it('asks every query once, of every kind, and sets some of each aside', () => {
    expect(judgedQueries.length).toBeGreaterThanOrEqual(150);
    expect(new Set(judgedQueries.map(({ q }) => q)).size).toBe(judgedQueries.length);
    const kinds = new Set(judgedQueries.map(({ kind }) => kind));
    for (const kind of kinds)
      expect(judgedQueries.filter((query) => query.kind === kind && query.held).length, kind).toBeGreaterThan(0);
  });

  it('gives a product the highest grade that holds', () => {
    const rice = {
      ...aProduct({ id: 1, name: '贡米', netGrams: 5_000, ...inCategory('贡米') }),
      code: 'terrace-rice-5000',
    };
    const query = { q: '10斤贡米', kind: 'weight' };
    expect(
      gradeOf(rice, { ...query, grades: { '3': [{ category: '贡米', grams: 5_000 }], '1': [{ category: '贡米' }] } }),
    ).toBe(3);
    expect(
      gradeOf(rice, { ...query, grades: { '3': [{ category: '贡米', grams: 2_500 }], '1': ['terrace-rice-*'] } }),
    ).toBe(1);
    expect(gradeOf(rice, { ...query, grades: { '3': ['terrace-rice'] } })).toBe(0);
  });

  it('is 1 for the best order, less for a worse one, and counts only the first ranks', () => {
    const grades = new Map([
      [1, 3],
      [2, 2],
      [3, 0],
    ]);
    expect(judgeHits([1, 2, 3], grades)).toEqual({ ndcg: 1, recall: 1 });
    // (3/log2(2) + 7/log2(3)) / (7/log2(2) + 3/log2(3))
    expect(judgeHits([2, 1], grades).ndcg).toBeCloseTo(0.8339, 3);
    expect(judgeHits([3, 1], grades)).toEqual({ ndcg: expect.closeTo(0.4967, 3), recall: 0.5 });
    expect(judgeHits([...Array.from({ length: 20 }, () => 3), 1], grades)).toEqual({ ndcg: 0, recall: 0 });
    expect(() => judgeHits([3], new Map([[3, 1]]))).toThrow('nothing on the shelf');
  });
});
