import { type Actor, actsOnBehalfOf, suppliersServedBy } from '../../accounts/actor.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import type { QualityMark } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Day, dayFromColumn, dayOf, dayToColumn } from '../../shared/days.ts';
import { type Fault, NotFound, RuleRefusal } from '../../shared/errors.ts';
import { tellOfMark } from './mark-changed.ts';
import type { MarkInput } from './mark-form.ts';

/**
 * Hands in a green, organic or geographic certificate of a supplier's goods; it holds once a certifier has confirmed it (rule 18).
 * Refuses another's supplier with 404, and by field: a family that is not the supplier's, a certificate that is over, one of this number
 * that waits or holds already for these days, and one without its file. A number that was refused or ended may be handed in again, and
 * renewed for a later term while the one before still holds.
 */
export async function submitMark(
  { db, files }: { db: PrismaClient; files: FileStore },
  actor: Actor,
  input: MarkInput,
  file: NewFile | null,
  at: Date,
): Promise<number> {
  if (!suppliersServedBy(actor).includes(input.supplierId)) throw new NotFound();
  const faults: Fault[] = file ? [] : [{ path: 'file', code: 'documentNeeded' }];
  if (input.validUntil < dayOf(at)) faults.push({ path: 'validUntil', code: 'markIsOver' });
  if (!(await isOwnFamily(db, input))) faults.push({ path: 'familyId', code: 'notAChoice' });
  if (faults.length > 0 || !file) throw new RuleRefusal('badInput', faults);
  try {
    return await inTransaction(db, (tx) => keep(tx, { files, actor, input, file, at }));
  } catch (error) {
    if (isDuplicate(error)) throw new RuleRefusal('badInput', [{ path: 'number', code: 'markKnown' }]);
    throw error;
  }
}

async function isOwnFamily(db: PrismaClient, { supplierId, familyId }: MarkInput): Promise<boolean> {
  return familyId === null || (await db.productFamily.count({ where: { id: familyId, supplierId } })) > 0;
}

interface Kept {
  files: FileStore;
  actor: Actor;
  input: MarkInput;
  file: NewFile;
  at: Date;
}

/** One that waits or holds: another supplier's until it is over, the own one for the same days. */
function standsInTheWay(mark: QualityMark, { supplierId, validFrom, validUntil }: MarkInput, today: Day): boolean {
  if (mark.state !== 'submitted' && mark.state !== 'confirmed') return false;
  const [from, until] = [dayFromColumn(mark.validFrom), dayFromColumn(mark.validUntil)];
  return mark.supplierId === supplierId ? from <= validUntil && until >= validFrom : until >= today;
}

async function keep(tx: Tx, { files, actor, input, file, at }: Kept): Promise<number> {
  const { supplierId, familyId, kind, number, issuer, validFrom, validUntil } = input;
  await tx.$queryRaw`SELECT id FROM quality_mark WHERE kind = ${kind} AND number = ${number} FOR UPDATE`;
  const ofNumber = await tx.qualityMark.findMany({ where: { kind, number } });
  if (ofNumber.some((mark) => standsInTheWay(mark, input, dayOf(at))))
    throw new RuleRefusal('badInput', [{ path: 'number', code: 'markKnown' }]);
  const known = ofNumber.find((mark) => dayFromColumn(mark.validFrom) === validFrom);
  const supplier = await tx.supplier.findUniqueOrThrow({
    where: { id: supplierId },
    select: { id: true, name: true },
  });
  const data = {
    ...{ supplierId, familyId, kind, number, issuer, state: 'submitted' as const },
    ...{ validFrom: dayToColumn(validFrom), validUntil: dayToColumn(validUntil) },
    ...{ fileId: await files.keep(tx, file, actor.id), submittedById: actor.id, submittedAt: at },
    ...{ decidedById: null, decidedAt: null, reason: null },
  };
  const { id } = known
    ? await tx.qualityMark.update({ where: { id: known.id }, data, select: { id: true } })
    : await tx.qualityMark.create({ data, select: { id: true } });
  await audit(tx, {
    ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, supplier) },
    ...{ action: 'mark.submit', subjectType: 'quality_mark', subjectId: id },
    after: { supplierId, familyId, kind, number, issuer, validFrom, validUntil },
  });
  await tellOfMark(tx, 'submitted', id, at);
  return id;
}
