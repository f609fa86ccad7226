import { cutWords } from '../chinese-words.ts';
import { readings } from '../pinyin.ts';
import { createVocabulary, learn, soundingLike, spelledLike } from '../vocabulary.ts';
import { type Ask, countsOf } from './ask.ts';
import { isLetters, loosely, type QueryWord, queryWord, readAs, strictly } from './query-words.ts';

const MOST_WORDS = 8;
const CANDIDATES = 5;

/**
 * The words of a query with each that finds nothing put right: taken for what sounds or is spelled alike, or cut in two. What cannot be
 * put right stays as it was typed and finds nothing.
 */
export async function repairWords(ask: Ask, words: readonly QueryWord[]): Promise<QueryWord[]> {
  const counts = await countsOf(
    ask,
    words.map((word) => strictly([word])),
  );
  const put: QueryWord[] = [];
  for (const [at, word] of words.entries()) {
    if ((counts[at] ?? 0) > 0 || word.kind === 'weight') put.push(word);
    else put.push(...((await repaired(ask, word)) ?? [word]));
  }
  return put.slice(0, MOST_WORDS);
}

async function repaired(ask: Ask, word: QueryWord): Promise<QueryWord[] | undefined> {
  if (word.kind === 'sound')
    return (
      (await corrected(ask, word.typed)) ??
      (await cutLetters(ask, word.typed)) ??
      (await cutLettersWithSlips(ask, word.typed))
    );
  if (!/^\p{Script=Han}{2,}$/u.test(word.typed)) return undefined;
  return (await corrected(ask, word.typed)) ?? (await cutInTwo(ask, word.typed));
}

/** Letters that run on from one name to another (wulongfanqie). */
async function cutLetters(ask: Ask, letters: string): Promise<QueryWord[] | undefined> {
  const cuts = Array.from({ length: Math.max(0, letters.length - 3) }, (_, at) => letters.length - 2 - at).map((at) =>
    [letters.slice(0, at), letters.slice(at)].map((text) => queryWord({ kind: 'latin', text })),
  );
  const counts = await countsOf(ask, cuts.map(strictly));
  return cuts[counts.findIndex((count) => count > 0)];
}

/** The same with a slip in either part or in both (cengkousandiji). */
async function cutLettersWithSlips(ask: Ask, letters: string): Promise<QueryWord[] | undefined> {
  const cuts = Array.from({ length: Math.max(0, letters.length - 5) }, (_, at) => letters.length - 3 - at).map((at) => [
    letters.slice(0, at),
    letters.slice(at),
  ]);
  const parts = cuts.flat();
  const words = parts.map((text) => queryWord({ kind: 'latin', text }));
  const counts = await countsOf(
    ask,
    words.map((word) => strictly([word])),
  );
  const put = await correctedAll(
    ask,
    parts.filter((_, at) => counts[at] === 0),
  );
  const read = words.map((word, at) => (counts[at] === 0 ? put.get(word.typed) : word));
  const pairs = cuts.map((_, at) => read.slice(2 * at, 2 * at + 2));
  const whole = pairs.filter((pair): pair is QueryWord[] => pair.every((word) => word !== undefined));
  const found = await countsOf(ask, whole.map(strictly));
  return whole[found.findIndex((count) => count > 0)];
}

async function corrected(ask: Ask, typed: string): Promise<QueryWord[] | undefined> {
  const found = (await correctedAll(ask, [typed])).get(typed);
  return found && [found];
}

/** By what was typed: the word of the catalogue that it was most likely meant to be. Two requests, however many. */
async function correctedAll(ask: Ask, typed: readonly string[]): Promise<Map<string, QueryWord>> {
  const sounds = typed.flatMap((word) =>
    isLetters(word)
      ? [{ word, letters: word }]
      : readings(word).map((syllables) => ({ word, letters: syllables.join('') })),
  );
  const answers = await ask(sounds.map(({ letters }) => loosely(letters)));
  const candidates = typed.flatMap((word) => {
    const vocabulary = createVocabulary();
    const hits = answers.filter((_, at) => sounds[at]?.word === word).flatMap((answer) => answer.hits);
    learn(
      vocabulary,
      hits.flatMap(({ words }) => words),
    );
    const alike = isLetters(word) ? spelledLike(vocabulary, word) : soundingLike(vocabulary, word);
    return alike.slice(0, CANDIDATES).map((read) => readAs(word, read));
  });
  const counts = await countsOf(
    ask,
    candidates.map((word) => strictly([word])),
  );
  const found = candidates.filter((_, at) => (counts[at] ?? 0) > 0).reverse();
  return new Map(found.map((word) => [word.typed, word]));
}

/** Only where both parts are found, and not a word of the language: 山药 is no 药 from a 山. */
async function cutInTwo(ask: Ask, word: string): Promise<QueryWord[] | undefined> {
  const characters = [...word];
  if (characters.length === 2 && cutWords(word).length === 1) return undefined;
  const cuts = characters.slice(1).map((_, at) => [word.slice(0, at + 1), word.slice(at + 1)]);
  const parts = [...new Set(cuts.flat())];
  const found = await countsOf(
    ask,
    parts.map((part) => strictly([readAs(part, part)])),
  );
  const isFound = (part: string) => (found[parts.indexOf(part)] ?? 0) > 0;
  const whole = cuts.filter((cut) => cut.every(isFound));
  const best = whole.sort((a, b) => longest(b) - longest(a))[0];
  return best?.map((part) => readAs(part, part));
}

const longest = (cut: readonly string[]) => Math.max(...cut.map((part) => part.length));
