import { z } from 'zod';
import type { Db } from '../db/client.ts';
import { teachWords } from './chinese-words.ts';
import { deliveredWords, tradeWords, useWordList, type WordList } from './synonyms.ts';

const shape = z.object({
  same: z.array(z.array(z.string())),
  kinds: z.record(z.string(), z.array(z.string())),
  words: z.array(z.string()),
});

/** The list that holds, with its version; version 0 is the delivered one. */
export async function findWordList(db: Db): Promise<{ version: number; list: WordList }> {
  const newest = await db.searchWordList.findFirst({ select: { id: true, words: true }, orderBy: { id: 'desc' } });
  return newest ? { version: newest.id, list: shape.parse(newest.words) } : { version: 0, list: deliveredWords };
}

/** Makes this process understand words as operators wrote them. To be followed by a new index. */
export async function learnWordList(db: Db): Promise<void> {
  useWordList((await findWordList(db)).list);
  teachWords(tradeWords());
}
