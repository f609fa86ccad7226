import { type Actor, actsOnBehalfOf } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { findOwnBatch } from './correct-stock.ts';
import { type InspectionInput, recordInspection } from './record-inspection.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

export interface LaterPapers {
  conformityNumber: string | null;
  conformity: NewFile | null;
  inspection: (InspectionInput & { file: NewFile | null }) | null;
}

/**
 * Adds what came later for an own batch: its conformity certificate, another inspection report, which decides whether the batch is sold on
 * when it is the latest. What is there stays; a new certificate stands in its place.
 */
export async function addPapers({ db, files }: Parts, actor: Actor, batchId: number, papers: LaterPapers, at: Date) {
  const { conformityNumber, conformity, inspection } = papers;
  if (!conformityNumber && !conformity && !inspection)
    throw new RuleRefusal('badInput', [{ path: 'conformityNumber', code: 'noPapers' }]);
  await inTransaction(db, async (tx) => {
    const batch = await findOwnBatch(tx, actor, batchId);
    const conformityFileId = conformity ? await files.keep(tx, conformity, actor.id) : undefined;
    const fileId = inspection?.file ? await files.keep(tx, inspection.file, actor.id) : null;
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, batch.product.supplier) },
      ...{ action: 'batch.papers', subjectType: 'batch', subjectId: batchId },
      before: { conformityNumber: batch.conformityNumber },
      after: { conformityNumber, inspection: inspection?.number ?? null, passed: inspection?.passed ?? null },
    });
    // The batch's row, that orders want as well, last.
    if (inspection) {
      const { file: _, ...report } = inspection;
      await noteChangedProducts(tx, [batch.productId]);
      await recordInspection(tx, batchId, { ...report, fileId }, at);
    }
    await tx.batch.update({
      where: { id: batchId },
      data: { conformityFileId, conformityNumber: conformityNumber ?? undefined },
      select: { id: true },
    });
  });
}
