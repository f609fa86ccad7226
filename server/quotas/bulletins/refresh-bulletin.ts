import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import type { Reader } from '../board/board-presenter.ts';
import { changeDraft } from './bulletin-draft.ts';
import type { Figures } from './bulletin-figures.ts';
import { type Bulletin, findBulletin, lockBulletin } from './bulletin-queries.ts';
import { termsOf } from './bulletin-terms.ts';
import { writeText } from './bulletin-text.ts';
import { figuresFor, sumsOf } from './draft-bulletin.ts';

export interface Refreshing {
  bulletin: Bulletin;
  /** as they would be frozen now */
  fresh: Figures;
  /** the sentences were changed by hand and are kept */
  isEdited: boolean;
}

/** What refreshing a draft's figures would change; nothing is written. Strangers: 404; published: 409. */
export async function previewRefresh(
  db: PrismaClient,
  actor: Actor,
  id: number,
  reader: Reader,
  now: Date,
): Promise<Refreshing> {
  const { bulletin, programme, mayIssue } = await findBulletin(db, actor, id);
  if (!mayIssue) throw new NotFound();
  if (bulletin.state !== 'draft') throw new StateConflict('bulletinPublished');
  const fresh = await figuresFor(db, programme, bulletin, await termsOf(db, programme, reader.t), now);
  return { bulletin, fresh, isEdited: bulletin.text !== writeText(reader, bulletin, bulletin.figures) };
}

/**
 * Freezes a draft's figures anew. Sentences that nobody has touched are written anew with them, others stay as they are and must be
 * looked through. Strangers: 404; published: 409; edited since `revision`: 409 `bulletinChanged`.
 */
export async function refreshBulletin(
  db: PrismaClient,
  actor: Actor,
  id: number,
  { revision, reader, now }: { revision: number; reader: Reader; now: Date },
): Promise<Refreshing> {
  const refreshing = await previewRefresh(db, actor, id, reader, now);
  const { bulletin, fresh, isEdited } = refreshing;
  await inTransaction(db, async (tx) => {
    await lockBulletin(tx, actor, id);
    const text = isEdited ? {} : { text: writeText(reader, bulletin, fresh) };
    await changeDraft(tx, id, revision, { figures: fresh, asOf: now, ...text });
    await audit(tx, {
      ...{ at: now, actorId: actor.id, action: 'bulletin.refresh', subjectType: 'bulletin', subjectId: id },
      before: sumsOf(bulletin.figures),
      after: sumsOf(fresh),
    });
  });
  return refreshing;
}
