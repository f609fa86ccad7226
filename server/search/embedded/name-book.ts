import { fold } from '../normalize-text.ts';
import { type Spelling, spell } from '../pinyin.ts';
import type { ProductDocument } from '../product-document.ts';

/** A name with its other words as products carry it: many suppliers sell 贡米 under one and the same. */
export type NameEntry = {
  key: string;
  name: string;
  folded: string;
  spelling: Spelling;
  aliases: Sounding;
  /** the words of its category */
  kind: Sounding;
  slots: number[];
};

type Sounding = { folded: string; spelling: Spelling };

export type NameBook = {
  byKey: Map<string, NameEntry>;
  bySlot: (NameEntry | undefined)[];
  /** one for all products of a category */
  kinds: Map<string, Sounding>;
};

export function createNameBook(): NameBook {
  return { byKey: new Map(), bySlot: [], kinds: new Map() };
}

export function putName(book: NameBook, slot: number, product: ProductDocument): void {
  dropName(book, slot);
  const key = [product.name, ...product.aliases, ...product.categoryWords].join('\n');
  let entry = book.byKey.get(key);
  if (entry === undefined) {
    entry = {
      key,
      name: product.name,
      folded: fold(product.name),
      spelling: spell([product.name]),
      aliases: sounding(product.aliases),
      kind: kindOf(book, product.categoryWords),
      slots: [],
    };
    book.byKey.set(key, entry);
  }
  entry.slots.push(slot);
  book.bySlot[slot] = entry;
}

function kindOf({ kinds }: NameBook, words: string[]): Sounding {
  const key = words.join('\n');
  const known = kinds.get(key);
  if (known !== undefined) return known;
  const kind = sounding(words);
  kinds.set(key, kind);
  return kind;
}

function sounding(words: string[]): Sounding {
  return { folded: fold(words.join('\n')), spelling: spell(words) };
}

export function dropName(book: NameBook, slot: number): void {
  const entry = book.bySlot[slot];
  if (entry === undefined) return;
  entry.slots = entry.slots.filter((other) => other !== slot);
  if (entry.slots.length === 0) book.byKey.delete(entry.key);
  book.bySlot[slot] = undefined;
}
