import { type Actor, actsOnBehalfOf, requireRole, suppliersServedBy } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { isWithin, placesCertified } from '../../suppliers/certification-policy.ts';
import { placeTree } from '../../units/place-tree.ts';
import { tellOfMark } from './mark-changed.ts';
import type { MarkDecision } from './mark-form.ts';

/**
 * A certifier of the supplier's place confirms a certificate that waits, refuses it, or ends one that holds; the last two with a reason.
 * From then on pages, filters and the figures of rule 18 know it so. Refuses another place's with 404, one's own with 403, and with 409
 * what somebody else decided meanwhile.
 */
export async function decideMark(db: PrismaClient, actor: Actor, id: number, wish: MarkDecision, at: Date) {
  requireRole(actor, 'certifier');
  const { decision, reason } = wish;
  if (decision !== 'confirm' && reason === '')
    throw new RuleRefusal('badInput', [{ path: 'reason', code: 'reasonNeeded' }]);
  const tree = await placeTree(db);
  await inTransaction(db, async (tx) => {
    const mark = await lockMark(tx, id);
    if (!isWithin(tree, placesCertified(actor), mark.supplier.placeId)) throw new NotFound();
    if (mark.submittedById === actor.id || suppliersServedBy(actor).includes(mark.supplierId))
      throw new NotAllowed('ownMark');
    if (mark.state !== (decision === 'end' ? 'confirmed' : 'submitted')) throw new StateConflict('markDecided');
    const state = ({ confirm: 'confirmed', refuse: 'refused', end: 'withdrawn' } as const)[decision];
    await tx.qualityMark.update({
      where: { id },
      data: { state, decidedById: actor.id, decidedAt: at, reason: reason || null },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, subjectType: 'quality_mark', subjectId: id, reason: reason || null },
      ...{ action: `mark.${decision}`, before: { state: mark.state }, after: { state, number: mark.number } },
    });
    await tellOfMark(tx, ({ confirm: 'confirmed', refuse: 'refused', end: 'ended' } as const)[decision], id, at);
    if (decision !== 'refuse') await noteItsProducts(tx, mark);
  });
}

/** The supplier takes back a certificate that waits or holds. Refuses another's with 404, one that is over with 409. */
export async function withdrawMark(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const mark = await lockMark(tx, id);
    if (!suppliersServedBy(actor).includes(mark.supplierId)) throw new NotFound();
    if (mark.state !== 'submitted' && mark.state !== 'confirmed') throw new StateConflict('markDecided');
    await tx.qualityMark.update({
      where: { id },
      data: { state: 'withdrawn', decidedById: actor.id, decidedAt: at, reason: null },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, mark.supplier) },
      ...{ action: 'mark.withdraw', subjectType: 'quality_mark', subjectId: id },
      ...{ before: { state: mark.state }, after: { state: 'withdrawn', number: mark.number } },
    });
    if (mark.state === 'confirmed') await noteItsProducts(tx, mark);
  });
}

async function lockMark(tx: Tx, id: number) {
  await tx.$queryRaw`SELECT id FROM quality_mark WHERE id = ${id} FOR UPDATE`;
  const mark = await tx.qualityMark.findUnique({
    where: { id },
    include: { supplier: { select: { id: true, name: true, placeId: true } } },
  });
  if (!mark) throw new NotFound();
  return mark;
}

/** The goods that the certificate is of are found by it, or no longer. */
async function noteItsProducts(tx: Tx, { supplierId, familyId }: { supplierId: number; familyId: number | null }) {
  const products = await tx.product.findMany({
    where: { supplierId, ...(familyId === null ? {} : { familyId }) },
    select: { id: true },
  });
  await noteChangedProducts(
    tx,
    products.map((product) => product.id),
  );
}
