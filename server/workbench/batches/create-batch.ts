import { type Actor, actsOnBehalfOf } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import { newTraceCode } from '../../catalog/trace-code.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { type Fault, RuleRefusal } from '../../shared/errors.ts';
import { lockOwnProduct } from '../own-goods.ts';
import { type InspectionInput, recordInspection } from './record-inspection.ts';

export interface BatchInput {
  producedOn: Day;
  /** units of sale */
  quantity: number;
  /** null: what the shelf life says */
  expiresOn: Day | null;
  conformityNumber: string | null;
  note: string | null;
}

/** Papers that came with a batch; each may be missing. */
export interface BatchPapers {
  conformity: NewFile | null;
  inspection: (InspectionInput & { file: NewFile | null }) | null;
}

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

/**
 * Puts a new batch of an own product into stock, with its trace code, its papers and the movement that put it there; it expires by the
 * product's shelf life unless a day is given. Refuses another's with 404, and by field what is still to be produced or has expired.
 */
export async function createBatch(
  { db, files }: Parts,
  actor: Actor,
  productId: number,
  input: BatchInput,
  papers: BatchPapers,
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const id = await addBatch(tx, actor, productId, input, at, async () =>
      papers.conformity ? files.keep(tx, papers.conformity, actor.id) : null,
    );
    if (papers.inspection) {
      const { file, ...report } = papers.inspection;
      const fileId = file ? await files.keep(tx, file, actor.id) : null;
      await recordInspection(tx, id, { ...report, fileId }, at);
    }
    return id;
  });
}

/** The same without papers, within a transaction. */
export async function addBatch(
  tx: Tx,
  actor: Actor,
  productId: number,
  input: BatchInput,
  at: Date,
  keepConformity: () => Promise<number | null> = async () => null,
): Promise<number> {
  const product = await lockOwnProduct(tx, actor, productId);
  const { producedOn, quantity, conformityNumber, note } = input;
  const byShelfLife = product.shelfLifeDays === null ? null : addDays(producedOn, product.shelfLifeDays);
  const expiresOn = input.expiresOn ?? byShelfLife;
  const faults = dayFaults({ producedOn, expiresOn, isGiven: input.expiresOn !== null }, dayOf(at));
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const batch = await tx.batch.create({
    data: {
      ...{ productId, traceCode: newTraceCode(producedOn, productId), producedOn: dayToColumn(producedOn) },
      ...{ expiresOn: expiresOn && dayToColumn(expiresOn), quantity, available: quantity, createdAt: at },
      ...{ conformityNumber, conformityFileId: await keepConformity(), note },
    },
    select: { id: true, traceCode: true },
  });
  await audit(tx, {
    ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, product.supplier), reason: note },
    ...{ action: 'batch.create', subjectType: 'batch', subjectId: batch.id },
    after: { productId, traceCode: batch.traceCode, producedOn, expiresOn, quantity, conformityNumber },
  });
  await noteChangedProducts(tx, [productId]);
  await tx.stockMovement.create({
    data: { batchId: batch.id, event: 'produced', source: 'batch', sourceId: batch.id, quantity, byId: actor.id, at },
    select: { id: true },
  });
  return batch.id;
}

function dayFaults(
  { producedOn, expiresOn, isGiven }: { producedOn: Day; expiresOn: Day | null; isGiven: boolean },
  today: Day,
): Fault[] {
  const faults: Fault[] = [];
  if (producedOn > today) faults.push({ path: 'producedOn', code: 'dayIsToCome' });
  if (expiresOn === null) return faults;
  const path = isGiven ? 'expiresOn' : 'producedOn';
  if (expiresOn <= today) faults.push({ path, code: 'batchExpired', values: { day: expiresOn } });
  else if (expiresOn <= producedOn) faults.push({ path, code: 'expiresBeforeMade' });
  return faults;
}
