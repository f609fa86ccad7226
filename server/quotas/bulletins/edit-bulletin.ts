import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { StateConflict } from '../../shared/errors.ts';
import { changeDraft } from './bulletin-draft.ts';
import { lockBulletin } from './bulletin-queries.ts';

export interface BulletinEdit {
  title: string;
  issuer: string;
  recipients: string;
  text: string;
  cases: string | null;
  remarks: Record<string, string>;
  /** the revision that was read */
  revision: number;
}

/** Puts a draft into other words; its figures stay. Strangers: 404; published: 409; edited meanwhile: 409 `bulletinChanged`. */
export async function editBulletin(
  db: PrismaClient,
  actor: Actor,
  id: number,
  edit: BulletinEdit,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { bulletin } = await lockBulletin(tx, actor, id);
    if (bulletin.state !== 'draft') throw new StateConflict('bulletinPublished');
    const known = new Set(bulletin.figures.units.map(({ code }) => code));
    const remarks = Object.fromEntries(
      Object.entries(edit.remarks).filter(([code, text]) => known.has(code) && text !== ''),
    );
    const { title, issuer, recipients, text, cases, revision } = edit;
    await changeDraft(tx, id, revision, { title, issuer, recipients, text, cases, remarks });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'bulletin.edit', subjectType: 'bulletin', subjectId: id },
      before: { title: bulletin.title, text: bulletin.text },
      after: { title, text },
    });
  });
}
