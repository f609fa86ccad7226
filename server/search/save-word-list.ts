import { type Actor, requireRole } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { StateConflict } from '../shared/errors.ts';
import { askForReindex } from './search-changes.ts';
import type { WordList } from './synonyms.ts';
import { findWordList } from './word-list.ts';

/**
 * Writes a new version of the list, by an operator, and asks for a new index, with which every process learns it. Throws StateConflict
 * `changedMeanwhile` when somebody else has saved one since `version`.
 */
export async function saveWordList(
  db: PrismaClient,
  actor: Actor,
  { version, list }: { version: number; list: WordList },
  at: Date,
): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    // The counter of rebuilds is the lock of whoever saves.
    await askForReindex(tx);
    const before = await findWordList(tx);
    if (before.version !== version) throw new StateConflict('changedMeanwhile');
    const { id } = await tx.searchWordList.create({
      data: { words: { ...list }, byId: actor.id, at },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'search.words', subjectType: 'search_word_list', subjectId: id },
      ...{ before: sizeOf(before.list), after: sizeOf(list) },
    });
  });
}

function sizeOf({ same, kinds, words }: WordList) {
  return { same: same.length, kinds: Object.keys(kinds).length, words: words.length };
}
