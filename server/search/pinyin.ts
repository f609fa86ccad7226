import { pinyin, polyphonic } from 'pinyin-pro';
import { fold } from './normalize-text.ts';
import { piecesOf, wordsOfRun } from './tokenize-chinese.ts';

/**
 * How a name sounds. Syllables of a word are parted by a blank, words by a hyphen, readings by a bar:
 * 城口山地鸡 is `cheng kou-shan di ji`, its initials `c k-s d j`.
 */
export type Spelling = {
  pinyin: string;
  initials: string;
  /** Both without blanks and hyphens, to rule most names out before a pattern is tried. */
  plainPinyin: string;
  plainInitials: string;
};

// Characters of goods and places that are truly read in two ways; the library knows many more, all rare.
const oftenReadTwice = new Set('重长行乐朝曾单藏都参薄宿蔓血壳石大调种盛');
const cacheSize = 40_000;
const readingsOfWord = new Map<string, string[][]>();

/** The readings of a Han word, as syllables without tones (ü as v), the usual one first; four at most. */
export function readings(word: string): string[][] {
  const known = readingsOfWord.get(word);
  if (known !== undefined) return known;
  const usual = pinyin(word, { toneType: 'none', type: 'array', v: true, nonZh: 'removed' });
  let found: string[][] = [usual];
  [...word].forEach((character, at) => {
    if (!oftenReadTwice.has(character)) return;
    const others = (polyphonic(character, { toneType: 'none', type: 'array' })[0] ?? [])
      .map((syllable) => syllable.replace('ü', 'v'))
      .filter((syllable, index, all) => syllable !== usual[at] && all.indexOf(syllable) === index);
    found = [...found, ...found.flatMap((reading) => others.map((syllable) => reading.with(at, syllable)))];
  });
  found = found.slice(0, 4);
  if (readingsOfWord.size >= cacheSize) readingsOfWord.clear();
  readingsOfWord.set(word, found);
  return found;
}

/** How the Han parts of these texts sound; what is Latin or a number stands as it is. */
export function spell(texts: Iterable<string>): Spelling {
  const lines: string[][] = [];
  for (const text of texts) {
    const words = piecesOf(text).flatMap((piece) => {
      if (piece.kind === 'han') return wordsOfRun(piece.text).map(readings);
      return piece.kind === 'latin' ? [[[fold(piece.text)]]] : [];
    });
    if (words.length > 0) lines.push(...readingsOfName(words));
  }
  const spelled = lines.map((words) => words.join('-')).join('|');
  const initials = lines
    .map((words) => words.map((word) => word.replace(/([^ ])[^ ]*/g, '$1')).join('-'))
    .filter((line, at, all) => all.indexOf(line) === at)
    .join('|');
  return { pinyin: spelled, initials, plainPinyin: plain(spelled), plainInitials: plain(initials) };
}

function plain(spelled: string): string {
  return spelled.replace(/[ -]/g, '');
}

function readingsOfName(words: string[][][]): string[][] {
  const usual = words.map((of) => (of[0] ?? []).join(' '));
  const others = words.flatMap((of, at) => of.slice(1).map((reading) => usual.with(at, reading.join(' '))));
  return [usual, ...others].slice(0, 4);
}

export type SoundMatch = 'none' | 'begun' | 'whole' | 'word';

export type Sound = {
  /** The letters are pinyin that starts with a syllable; `begun` when the last syllable goes on, `word` when a word ends with them. */
  asPinyin(spelling: Spelling): SoundMatch;
  /** The letters are initials that start with a word. */
  asInitials(spelling: Spelling): boolean;
  /** The first stretch of a spelled-out line that sounds so. */
  pinyinPattern: RegExp;
  initialsPattern: RegExp;
};

/** How Latin letters, a–z only, compare with spellings. A single letter is looked for at the very beginning only. */
export function soundOf(letters: string): Sound {
  const spread = [...letters].join('[ -]?');
  const start = letters.length === 1 ? '^|[|]' : '^|[ |-]';
  const wordStart = letters.length === 1 ? '^|[|]' : '^|[|-]';
  const pinyinPattern = new RegExp(`(?:${start})${spread}`);
  const wholePattern = new RegExp(`(?:${start})${spread}(?![a-z])`);
  const wordPattern = new RegExp(`(?:${start})${spread}(?![a-z ])`);
  const initialsPattern = new RegExp(`(?:${wordStart})${spread}`);
  return {
    asPinyin(spelling) {
      if (!spelling.plainPinyin.includes(letters) || !pinyinPattern.test(spelling.pinyin)) return 'none';
      if (wordPattern.test(spelling.pinyin)) return 'word';
      return wholePattern.test(spelling.pinyin) ? 'whole' : 'begun';
    },
    asInitials: ({ plainInitials, initials }) => plainInitials.includes(letters) && initialsPattern.test(initials),
    pinyinPattern,
    initialsPattern,
  };
}
