import type { FileStore, NewFile } from '../../clients/file-store.ts';
import type { Tx } from '../../db/client.ts';
import type { ApplicationDocumentKind, CertificationSubject } from '../../db/generated/enums.ts';
import { BadInput, RuleRefusal } from '../../shared/errors.ts';
import { checkedUpload, type Upload } from '../../web/uploads.ts';
import { DOCUMENTS } from './application-form.ts';

export interface NewDocument extends NewFile {
  kind: ApplicationDocumentKind;
}

const MOST_DOCUMENTS = 40;

/** The papers of a form, by the fields `document.<kind>`, told by their content. Throws BadInput with every file that is no photo or PDF. */
export async function readDocuments(
  subject: CertificationSubject,
  uploadsOf: (field: string) => readonly Upload[],
): Promise<NewDocument[]> {
  const wanted = DOCUMENTS[subject].flatMap((kind) =>
    uploadsOf(`document.${kind}`).map((upload) => ({ kind, upload })),
  );
  const read = await Promise.allSettled(
    wanted.map(async ({ kind, upload }) => ({
      kind,
      ...(await checkedUpload(upload, 'evidence', `document.${kind}`)),
    })),
  );
  const refused = read.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const bad = refused.find((reason) => !(reason instanceof BadInput));
  if (bad) throw bad;
  if (refused.length > 0) throw new BadInput(refused.flatMap(({ faults }: BadInput) => faults));
  return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Adds papers to an application. Refuses with 422 `tooManyDocuments`. */
export async function keepDocuments(
  tx: Tx,
  files: FileStore,
  applicationId: number,
  documents: readonly NewDocument[],
  byId: number,
  at: Date,
): Promise<void> {
  if (documents.length === 0) return;
  const there = await tx.applicationDocument.count({ where: { applicationId, removedAt: null } });
  if (there + documents.length > MOST_DOCUMENTS)
    throw new RuleRefusal('tooManyDocuments', [], { maximum: MOST_DOCUMENTS });
  for (const { kind, ...file } of documents) {
    const fileId = await files.keep(tx, file, byId);
    await tx.applicationDocument.create({ data: { applicationId, kind, fileId, addedAt: at }, select: { id: true } });
  }
}

/** Marks papers as taken out; they stay in the case's history. */
export async function removeDocuments(tx: Tx, applicationId: number, ids: readonly number[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await tx.applicationDocument.updateMany({
    where: { id: { in: [...ids] }, applicationId, removedAt: null },
    data: { removedAt: at },
  });
}
