import { fold } from './normalize-text.ts';
import { type Piece, piecesOf, wordsOfRun } from './tokenize-chinese.ts';

const fillers = new Set([
  '的',
  '了',
  '和',
  '与',
  '及',
  '或',
  '吗',
  '呢',
  '我',
  '要',
  '买',
  '想',
  '我要',
  '想买',
  '哪里',
  '有没有',
  '有',
  '卖',
  '有卖',
  '哪里有',
  '喝',
  '吃',
  '用',
  '用的',
  '采购',
  '购买',
  '订购',
  '新鲜',
  '适合',
  '一点',
  '一些',
  '便宜',
  '实惠',
  '优质',
  '正宗',
  '包邮',
  '特价',
  '批发',
  '推荐',
  '特产',
  '土特产',
  '食品',
  '装',
  '以上',
  '以下',
  '以内',
  '左右',
]);
/** Words of a pack, which tell as little of the good as its weight. */
const packs = /^(?:[袋罐盒瓶桶箱包散]装?|礼盒装?|礼品装|食堂装|家庭装|办公装|大包装|小包装|独立包装|整箱|整袋)$/;
const mostWords = 8;
const mostCharacters = 200;

/** The telling words of a query in their order, as every engine looks for them: Han runs cut into words, without what only holds a sentence together. */
export function queryPieces(q: string): Piece[] {
  const pieces = piecesOf(q.slice(0, mostCharacters)).flatMap((piece) =>
    piece.kind === 'han' ? wordsOfRun(piece.text).map((text): Piece => ({ kind: 'han', text })) : [piece],
  );
  const telling = pieces.filter(({ text }) => !fillers.has(text));
  return (telling.length > 0 ? telling : pieces).slice(0, mostWords);
}

export type WordKind = 'word' | 'sound' | 'weight';
type ReadWord = { typed: string; read: string };

/** The query with what was taken for another word put in its place; undefined when all was taken as typed. */
export function correctedQuery(q: string, words: readonly ReadWord[]): string | undefined {
  const changed = words.filter(({ typed, read }) => typed !== read);
  if (changed.length === 0) return undefined;
  return changed.reduce((text, { typed, read }) => text.replace(typed, () => read), fold(q).trim());
}

/** What each word tells of what is wanted: the last names the good (麻辣香肠 are sausages), a weight or 袋装 only its pack. */
export function tellingOf(words: readonly { kind: WordKind; typed: string }[]): number[] {
  const isPack = words.map(({ kind, typed }) => kind === 'weight' || packs.test(typed));
  const last = isPack.lastIndexOf(false);
  return isPack.map((pack, at) => (at === last ? 2 : pack ? 0.5 : 1));
}
