import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { StateConflict } from '../../shared/errors.ts';
import { lockBulletin } from './bulletin-queries.ts';

/** Throws a draft away. Strangers: 404; published: 409. */
export async function discardBulletin(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { bulletin } = await lockBulletin(tx, actor, id);
    const { count } = await tx.bulletin.deleteMany({ where: { id, state: 'draft' } });
    if (count === 0) throw new StateConflict('bulletinPublished');
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'bulletin.discard', subjectType: 'bulletin', subjectId: id },
      before: { title: bulletin.title, kind: bulletin.kind, startsOn: bulletin.startsOn },
    });
  });
}
