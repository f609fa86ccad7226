import type { Actor } from '../../accounts/actor.ts';
import type { FileStore } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { keepDocuments, type NewDocument, removeDocuments } from './application-documents.ts';
import type { Typed } from './application-form.ts';
import { type ApplicationAct, lockApplication, requireApplicant } from './lock-application.ts';

interface SaveDraft extends ApplicationAct {
  typed: Typed;
  documents: readonly NewDocument[];
  /** documents to take out */
  removed: readonly number[];
}

/** Keeps a draft as it was typed, however unfinished. Refuses strangers with 404, what was submitted with 409 `alreadySubmitted`. */
export async function saveDraft(db: PrismaClient, files: FileStore, actor: Actor, draft: SaveDraft): Promise<void> {
  const { typed, documents, removed, at } = draft;
  await inTransaction(db, async (tx) => {
    const application = await lockApplication(tx, actor, draft);
    requireApplicant(actor, application);
    if (application.state !== null) throw new StateConflict('alreadySubmitted');
    await tx.certificationApplication.update({
      where: { id: application.id },
      data: { form: typed, updatedAt: at },
      select: { id: true },
    });
    await removeDocuments(tx, application.id, removed, at);
    await keepDocuments(tx, files, application.id, documents, actor.id, at);
  });
}

/** Throws a draft away, with the list of its papers. Refuses strangers with 404, what was submitted with 409 `alreadySubmitted`. */
export async function discardDraft(db: PrismaClient, actor: Actor, act: ApplicationAct): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { id, state, applicantId, subject } = await lockApplication(tx, actor, act);
    if (applicantId !== actor.id) throw new NotFound();
    if (state !== null) throw new StateConflict('alreadySubmitted');
    await tx.applicationDocument.deleteMany({ where: { applicationId: id } });
    await tx.certificationApplication.delete({ where: { id } });
    await audit(tx, {
      ...{ at: act.at, actorId: actor.id, action: 'application.discard' },
      ...{ subjectType: 'application', subjectId: id, before: { subject } },
    });
  });
}
