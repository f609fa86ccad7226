import type { FileStore, NewFile } from '../../clients/file-store.ts';
import type { Tx } from '../../db/client.ts';
import { BadInput } from '../../shared/errors.ts';
import { checkedUpload, type Upload } from '../../web/uploads.ts';

export interface Evidence extends NewFile {
  /** the village's written confirmation of a farmer's receipt */
  isVillagePaper: boolean;
}

/** Photos and PDFs of a form, told by their content. Throws BadInput with every file that is neither, at its field. */
export async function readEvidence(
  uploads: readonly Upload[],
  field: string,
  isVillagePaper: boolean,
): Promise<Evidence[]> {
  const read = await Promise.allSettled(uploads.map((upload) => checkedUpload(upload, 'evidence', field)));
  const refused = read.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const bad = refused.find((reason) => !(reason instanceof BadInput));
  if (bad) throw bad;
  if (refused.length > 0) throw new BadInput(refused.flatMap(({ faults }: BadInput) => faults));
  return read.flatMap((one) => (one.status === 'fulfilled' ? [{ ...one.value, isVillagePaper }] : []));
}

/** Keeps files with a purchase; the same bytes twice are kept once by the store. */
export async function keepEvidence(
  tx: Tx,
  files: FileStore,
  purchaseId: number,
  evidence: readonly Evidence[],
  byId: number,
): Promise<void> {
  for (const { isVillagePaper, ...file } of evidence) {
    const fileId = await files.keep(tx, file, byId);
    await tx.offlineEvidence.create({ data: { purchaseId, fileId, isVillagePaper }, select: { fileId: true } });
  }
}
