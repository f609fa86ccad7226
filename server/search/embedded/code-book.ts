import { fold } from '../normalize-text.ts';
import { type Spelling, spell } from '../pinyin.ts';
import { shortPlaceName } from '../place-names.ts';

/** `within` names what lies around a place, since villages share names. */
export type NamedCode = { code: string; name: string; within?: string };

export type CodeEntry = {
  code: string;
  name: string;
  within?: string;
  folded: string;
  /** What else it is called, folded. */
  short: string;
  spelling: Spelling;
  /** Its whole pinyin and whole initials, in one piece. */
  sounds: Set<string>;
  /** How many products carry it. */
  uses: number;
};

/** The codes of one kind as small numbers, with their names and how they sound. */
export type CodeBook = { numbers: Map<string, number>; entries: CodeEntry[]; isPlace: boolean };

const silent: Spelling = { pinyin: '', initials: '', plainPinyin: '', plainInitials: '' };

export function createCodeBook(isPlace = false): CodeBook {
  return { numbers: new Map(), entries: [], isPlace };
}

/** The number of a code, which is new or renamed by this call if need be. */
export function numberOf(book: CodeBook, { code, name, within }: NamedCode): number {
  const known = book.numbers.get(code);
  if (known !== undefined && book.entries[known]?.name === name) return known;
  const folded = fold(name);
  const short = book.isPlace ? shortPlaceName(folded) : folded;
  const spelling = name === '' ? silent : spell(soundingNames(folded, short));
  const number = known ?? book.entries.length;
  const sounds = new Set(`${spelling.plainPinyin}|${spelling.plainInitials}`.split('|'));
  book.entries[number] = { code, name, within, folded, short, spelling, sounds, uses: book.entries[number]?.uses ?? 0 };
  book.numbers.set(code, number);
  return number;
}

/** 凉河村 also as 凉河; of 秀山土家族苗族自治县 only 秀山, or every 米 would find the Miao. */
function soundingNames(folded: string, short: string): string[] {
  if (short === folded) return [folded];
  return folded.length - short.length > 3 ? [short] : [folded, short];
}

/** The weight of each code that passes the test, by its number; undefined when none in use does. */
export function weighCodes(book: CodeBook, weigh: (entry: CodeEntry) => number): Float32Array | undefined {
  let weights: Float32Array | undefined;
  book.entries.forEach((entry, number) => {
    const weight = entry.uses === 0 || entry.name === '' ? 0 : weigh(entry);
    if (weight === 0) return;
    weights ??= new Float32Array(book.entries.length);
    weights[number] = weight;
  });
  return weights;
}
