import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayToColumn } from '../../shared/days.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import type { Reader } from '../board/board-presenter.ts';
import { findBulletin } from './bulletin-queries.ts';
import { termsOf } from './bulletin-terms.ts';
import { writeText } from './bulletin-text.ts';
import { figuresFor, sumsOf } from './draft-bulletin.ts';

/**
 * Drafts the correction (更正) of a published bulletin: the same period with the figures of now, naming what it puts right and why.
 * Both stay to be read. Answers its id. Strangers: 404; a draft: 409 `notPublished`; one that has a correction: 409 `alreadyCorrected`.
 */
export async function correctBulletin(
  db: PrismaClient,
  actor: Actor,
  id: number,
  { reason, reader, now }: { reason: string; reader: Reader; now: Date },
): Promise<number> {
  const { bulletin, programme, mayIssue } = await findBulletin(db, actor, id);
  if (!mayIssue) throw new NotFound();
  if (bulletin.state !== 'published') throw new StateConflict('notPublished');
  if (bulletin.correction) throw new StateConflict('alreadyCorrected');
  const terms = await termsOf(db, programme, reader.t);
  const figures = await figuresFor(db, programme, bulletin, terms, now);
  try {
    return await inTransaction(db, async (tx) => {
      const correction = await tx.bulletin.create({
        data: {
          programmeId: bulletin.programmeId,
          kind: bulletin.kind,
          startsOn: dayToColumn(bulletin.startsOn),
          endsOn: dayToColumn(bulletin.endsOn),
          asOf: now,
          title: reader.t('bulletins:title.correction', { title: bulletin.title }).slice(0, 191),
          issuer: bulletin.issuer,
          recipients: bulletin.recipients,
          text: writeText(reader, bulletin, figures),
          cases: bulletin.cases,
          figures,
          remarks: bulletin.remarks,
          correctsId: id,
          correctionReason: reason,
          createdById: actor.id,
          createdAt: now,
        },
        select: { id: true },
      });
      await audit(tx, {
        ...{ at: now, actorId: actor.id, action: 'bulletin.correct', subjectType: 'bulletin', subjectId: id, reason },
        after: { correction: correction.id, ...sumsOf(figures) },
      });
      return correction.id;
    });
  } catch (error) {
    if (isDuplicate(error)) throw new StateConflict('alreadyCorrected');
    throw error;
  }
}
