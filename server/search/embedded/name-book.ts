import { fold } from '../normalize-text.ts';
import { type Spelling, spell } from '../pinyin.ts';
import type { ProductDocument } from '../product-document.ts';

/** A name with its aliases as products carry it: many suppliers sell 贡米 under one and the same. */
export type NameEntry = { key: string; name: string; folded: string; spelling: Spelling; slots: number[] };

export type NameBook = { byKey: Map<string, NameEntry>; bySlot: (NameEntry | undefined)[] };

export function createNameBook(): NameBook {
  return { byKey: new Map(), bySlot: [] };
}

export function putName(book: NameBook, slot: number, product: ProductDocument): void {
  dropName(book, slot);
  const key = [product.name, ...product.aliases].join('\n');
  let entry = book.byKey.get(key);
  if (entry === undefined) {
    const spelling = spell([product.name, ...product.aliases]);
    entry = { key, name: product.name, folded: fold(key), spelling, slots: [] };
    book.byKey.set(key, entry);
  }
  entry.slots.push(slot);
  book.bySlot[slot] = entry;
}

export function dropName(book: NameBook, slot: number): void {
  const entry = book.bySlot[slot];
  if (entry === undefined) return;
  entry.slots = entry.slots.filter((other) => other !== slot);
  if (entry.slots.length === 0) book.byKey.delete(entry.key);
  book.bySlot[slot] = undefined;
}
