import type { SearchEngine } from '../../server/search/engine.ts';
import type { ProductDocument } from '../../server/search/product-document.ts';
import judged from './judged-queries.json' with { type: 'json' };

/** Every property that is given must hold: a product's code with `*`, a category or place or what lies in it, a brand, a certificate, a word of name or specification, a weight. */
interface Selector {
  code?: string;
  category?: string;
  place?: string;
  brand?: string;
  certification?: string;
  text?: string;
  grams?: number;
}

export interface JudgedQuery {
  q: string;
  kind: string;
  /** set aside: looked at only when tuning has ended */
  held?: boolean;
  /** 3 what was meant, 2 as good for most, 1 related; a text is a code; the highest that holds counts */
  grades: Partial<Record<'3' | '2' | '1', (string | Selector)[]>>;
}

/** A document with the code by which the judgements name it. */
export type JudgedDocument = ProductDocument & { code: string };

export const judgedQueries: readonly JudgedQuery[] = judged as JudgedQuery[];

const GAIN_RANKS = 10;
const RECALL_RANKS = 20;
const RELEVANT = 2;

export interface Score {
  queries: number;
  /** mean nDCG of the first ten, gain 2^grade − 1 */
  ndcg: number;
  /** mean share of what is graded 2 or 3 among the first twenty (of twenty at most) */
  recall: number;
}

export interface Judgement extends Omit<Score, 'queries'> {
  query: JudgedQuery;
  ids: number[];
}

/** Asks the engine every query and judges what the page shows first: what was found, and below it what is related. */
export async function judge(
  engine: SearchEngine,
  documents: readonly JudgedDocument[],
  queries: readonly JudgedQuery[],
): Promise<Judgement[]> {
  const judgements: Judgement[] = [];
  for (const query of queries) {
    const grades = new Map(documents.map((document) => [document.id, gradeOf(document, query)]));
    const { ids, related } = await engine.search({ q: query.q, perPage: RECALL_RANKS });
    const shown = [...ids, ...related];
    judgements.push({ query, ids: shown, ...judgeHits(shown, grades) });
  }
  return judgements;
}

export function gradeOf(document: JudgedDocument, { grades }: JudgedQuery): number {
  for (const grade of ['3', '2', '1'] as const)
    if (grades[grade]?.some((selector) => holds(document, selector))) return Number(grade);
  return 0;
}

function holds(document: JudgedDocument, selector: string | Selector): boolean {
  if (typeof selector === 'string') return isNamed(document.code, selector);
  const { code, category, place, brand, certification, text, grams } = selector;
  return (
    (code === undefined || isNamed(document.code, code)) &&
    (category === undefined || document.categoryCodes.includes(category)) &&
    (place === undefined || document.placeCodes.includes(place)) &&
    (brand === undefined || document.brandCode === brand) &&
    (certification === undefined || document.certifications.includes(certification)) &&
    (text === undefined || `${document.name} ${document.spec}`.includes(text)) &&
    (grams === undefined || document.netGrams === grams)
  );
}

function isNamed(code: string, pattern: string): boolean {
  return pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : code === pattern;
}

/** nDCG of the first ten and recall of the first twenty; throws where the judgement names nothing that is on the shelf. */
export function judgeHits(ids: readonly number[], grades: ReadonlyMap<number, number>): Omit<Score, 'queries'> {
  const best = [...grades.values()].sort((a, b) => b - a);
  const relevant = best.filter((grade) => grade >= RELEVANT).length;
  if (relevant === 0) throw new Error('nothing on the shelf is graded 2 or 3');
  const found = ids.slice(0, RECALL_RANKS).filter((id) => (grades.get(id) ?? 0) >= RELEVANT).length;
  return {
    ndcg: gain(ids.map((id) => grades.get(id) ?? 0)) / gain(best),
    recall: found / Math.min(relevant, RECALL_RANKS),
  };
}

function gain(grades: readonly number[]): number {
  return grades.slice(0, GAIN_RANKS).reduce((sum, grade, rank) => sum + (2 ** grade - 1) / Math.log2(rank + 2), 0);
}

/** The means by kind of query, and over all of them. */
export function scoresByKind(judgements: readonly Judgement[]): Record<string, Score> {
  const kinds = [...new Set(judgements.map(({ query }) => query.kind))];
  const scores = kinds.map((kind): [string, Score] => [kind, mean(judgements.filter((j) => j.query.kind === kind))]);
  return Object.fromEntries([...scores, ['all', mean(judgements)]]);
}

function mean(judgements: readonly Judgement[]): Score {
  const of = (read: (judgement: Judgement) => number) =>
    judgements.reduce((sum, judgement) => sum + read(judgement), 0) / judgements.length;
  return { queries: judgements.length, ndcg: of(({ ndcg }) => ndcg), recall: of(({ recall }) => recall) };
}
