import { type Actor, actsOnBehalfOf } from '../../accounts/actor.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayToColumn } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { findOwnBatch } from './correct-stock.ts';
import type { InspectionInput } from './create-batch.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

export interface LaterPapers {
  conformityNumber: string | null;
  conformity: NewFile | null;
  inspection: (InspectionInput & { file: NewFile | null }) | null;
}

/** Adds what came later for an own batch: its conformity certificate, another inspection report. What is there stays; a new certificate stands in its place. */
export async function addPapers({ db, files }: Parts, actor: Actor, batchId: number, papers: LaterPapers, at: Date) {
  const { conformityNumber, conformity, inspection } = papers;
  if (!conformityNumber && !conformity && !inspection)
    throw new RuleRefusal('badInput', [{ path: 'conformityNumber', code: 'noPapers' }]);
  await inTransaction(db, async (tx) => {
    const batch = await findOwnBatch(tx, actor, batchId);
    const conformityFileId = conformity ? await files.keep(tx, conformity, actor.id) : batch.conformityFileId;
    await tx.batch.update({
      where: { id: batchId },
      data: { conformityFileId, conformityNumber: conformityNumber ?? batch.conformityNumber },
      select: { id: true },
    });
    if (inspection) {
      const { file, issuedOn, ...report } = inspection;
      const fileId = file ? await files.keep(tx, file, actor.id) : null;
      await tx.inspectionReport.create({
        data: { ...report, batchId, issuedOn: dayToColumn(issuedOn), passed: true, fileId },
        select: { id: true },
      });
    }
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, batch.product.supplier) },
      ...{ action: 'batch.papers', subjectType: 'batch', subjectId: batchId },
      before: { conformityNumber: batch.conformityNumber },
      after: { conformityNumber, inspection: inspection?.number ?? null },
    });
  });
}
