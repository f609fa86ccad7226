import { type Actor, hasRole } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { formatYuan } from '../shared/money.ts';
import { lockTransfer } from './lock-transfer.ts';

export interface NewReturn {
  /** fen; null: all that is left */
  fen: number | null;
  reason: string;
}

/**
 * An operator proposes to send back what of a transfer has paid for nothing: one that nobody could match, or the rest of one that paid
 * too much. From then on it pays nothing; no order's journal knows of it, because none was paid by it. Only for operators (404
 * otherwise); refuses more than is left by field, and 409 where nothing is. Returns its id.
 */
export async function proposeReturn(
  db: PrismaClient,
  actor: Actor,
  transferId: number,
  { fen, reason }: NewReturn,
  at: Date,
): Promise<number> {
  if (!hasRole(actor, 'operator')) throw new NotFound();
  return inTransaction(db, async (tx) => {
    const transfer = await lockTransfer(tx, transferId);
    const came = transfer.state === 'unmatched' || transfer.state === 'matched';
    if (!came || transfer.restFen <= 0) throw new StateConflict('transferUsed');
    const back = fen ?? transfer.restFen;
    if (back > transfer.restFen)
      throw new RuleRefusal('badInput', [
        { path: 'amount', code: 'returnTooMuch', values: { most: formatYuan(transfer.restFen) } },
      ]);
    const { id } = await tx.transferReturn.create({
      data: { transferId, fen: back, reason, proposedById: actor.id, proposedAt: at },
      select: { id: true },
    });
    await note(tx, actor, transfer, { action: 'transfer.propose_return', fen: back, reason, at });
    return id;
  });
}

/**
 * Another operator than who proposed it decides on a return: sent back, or refused, which frees it again. Its proposer may only take
 * it back. Refuses others with 404, the proposer's own approval with 403, and one that was decided with 409.
 */
export async function decideReturn(
  db: PrismaClient,
  actor: Actor,
  returnId: number,
  decision: 'return' | 'refuse',
  at: Date,
): Promise<void> {
  if (!hasRole(actor, 'operator')) throw new NotFound();
  const found = await db.transferReturn.findUnique({ where: { id: returnId }, select: { transferId: true } });
  if (!found) throw new NotFound();
  await inTransaction(db, async (tx) => {
    const transfer = await lockTransfer(tx, found.transferId);
    const proposed = await tx.transferReturn.findUniqueOrThrow({ where: { id: returnId } });
    if (proposed.state !== 'proposed') throw new StateConflict('returnDecided');
    if (decision === 'return' && proposed.proposedById === actor.id) throw new NotAllowed('ownProposal');
    await tx.transferReturn.update({
      where: { id: returnId },
      data: { state: decision === 'return' ? 'returned' : 'refused', decidedById: actor.id, decidedAt: at },
      select: { id: true },
    });
    const returned = transfer.returns.filter((one) => one.state === 'returned').reduce((sum, one) => sum + one.fen, 0n);
    const isWhole = decision === 'return' && returned + proposed.fen === transfer.amountFen;
    if (isWhole && transfer.state === 'unmatched')
      await tx.transfer.update({ where: { id: transfer.id }, data: { state: 'returned' }, select: { id: true } });
    await note(tx, actor, transfer, {
      ...{ action: decision === 'return' ? 'transfer.return' : 'transfer.refuse_return' },
      ...{ fen: Number(proposed.fen), reason: proposed.reason, at },
    });
  });
}

function note(
  tx: Tx,
  actor: Actor,
  { id, statement }: Awaited<ReturnType<typeof lockTransfer>>,
  { action, fen, reason, at }: { action: string; fen: number; reason: string; at: Date },
): Promise<void> {
  const subject = { subjectType: 'transfer', subjectId: id, unitId: statement?.unitId ?? null };
  return audit(tx, { at, actorId: actor.id, action, ...subject, after: { fen }, reason });
}
