import type { Fault } from '../shared/errors.ts';
import { fold } from './normalize-text.ts';
import type { WordList } from './synonyms.ts';

/** The list as people write it: a line a group, words parted by blanks or commas; in `kinds` an arrow after the word that is typed. */
export interface WordListTexts {
  same: string;
  kinds: string;
  words: string;
}

const MOST_LINES = 2_000;
const LONGEST_WORD = 16;
const ARROW = /\s*(?:→|->|=>|:|：)\s*/;

export function textsOfWordList({ same, kinds, words }: WordList): WordListTexts {
  return {
    same: same.map((group) => group.join(' ')).join('\n'),
    kinds: Object.entries(kinds)
      .map(([word, narrower]) => `${word} → ${narrower.join(' ')}`)
      .join('\n'),
    words: words.join(' '),
  };
}

/** Reads the three texts; every fault by its field and line: lonely words, a missing arrow, a word twice, words too long or with signs in them. */
export function readWordList(texts: WordListTexts): { list: WordList; faults: Fault[] } {
  const faults: Fault[] = [];
  const same = linesOf(texts.same).map(([line, text]) => {
    const group = wordsOf(text, 'same', line, faults);
    if (group.length < 2) faults.push({ path: 'same', code: 'lonelyWord', values: { line, word: text } });
    return group;
  });
  const kinds: Record<string, string[]> = {};
  for (const [line, text] of linesOf(texts.kinds)) {
    const [typed = '', narrower, ...more] = text.split(ARROW);
    const [word, ...extra] = wordsOf(typed, 'kinds', line, faults);
    const meant = wordsOf(narrower ?? '', 'kinds', line, faults);
    if (word === undefined || extra.length > 0 || more.length > 0 || meant.length === 0)
      faults.push({ path: 'kinds', code: 'noArrow', values: { line, word: text } });
    else if (kinds[word]) faults.push({ path: 'kinds', code: 'wordTwice', values: { line, word } });
    else kinds[word] = meant;
  }
  const words = linesOf(texts.words).flatMap(([line, text]) => wordsOf(text, 'words', line, faults));
  return { list: { same, kinds, words: [...new Set(words)] }, faults };
}

function linesOf(text: string): [number, string][] {
  return text
    .split(/\r?\n/)
    .slice(0, MOST_LINES)
    .map((line, at): [number, string] => [at + 1, line.trim()])
    .filter(([, line]) => line !== '');
}

function wordsOf(text: string, path: keyof WordListTexts, line: number, faults: Fault[]): string[] {
  const words = fold(text)
    .split(/[\s,，、;；]+/)
    .filter(Boolean);
  for (const word of words)
    if (word.length > LONGEST_WORD || !/^[\p{L}\p{N}]+$/u.test(word))
      faults.push({ path, code: 'badWord', values: { line, word } });
  return [...new Set(words)];
}
