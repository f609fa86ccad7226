import type { Actor } from '../../accounts/actor.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { lockFulfilment } from '../lock-order.ts';
import { onBehalf } from '../on-behalf.ts';
import { mayLookAfter } from '../order-policy.ts';

export interface Words {
  text: string;
  photos: readonly NewFile[];
}

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

/** How long after a receipt its supplier may contest it, and how long both then may talk before the operator decides. */
export const CONTEST_MS = 3 * 86_400_000;
export const TALK_MS = 3 * 86_400_000;

/** Whether what a receipt says is missing can be contested now: of a delivery on account, within three days, once. */
export function mayContest(
  order: { paymentWay: string },
  receipt: { kind: string; at: Date; lines: readonly { shortQuantity: number; damagedQuantity: number }[] },
  at: Date,
): boolean {
  return (
    order.paymentWay === 'on_account' &&
    receipt.kind === 'delivery' &&
    at.getTime() - receipt.at.getTime() <= CONTEST_MS &&
    receipt.lines.some((line) => line.shortQuantity + line.damagedQuantity > 0)
  );
}

/**
 * The supplier contests what a receipt says is short or damaged, with its reason and photos (rule 28). Nothing changes until both have
 * settled or the operator has decided. Of goods that were paid ahead the money has gone back at once, so only deliveries on account can
 * be contested. Refuses another supplier with 404, what cannot be contested (any more) with 409. Returns the dispute's id.
 */
export async function contestReceipt(
  { db, files }: Parts,
  actor: Actor,
  receiptId: number,
  words: Words,
  at: Date,
): Promise<number> {
  return inTransaction(db, (tx) => contest({ tx, files }, actor, receiptId, words, at));
}

/** The same within the caller's transaction. */
export async function contest(
  { tx, files }: { tx: Tx; files: FileStore },
  actor: Actor,
  receiptId: number,
  words: Words,
  at: Date,
): Promise<number> {
  const found = await tx.receipt.findUnique({ where: { id: receiptId }, select: { fulfilmentId: true } });
  if (!found) throw new NotFound();
  const { order, fulfilment } = await lockFulfilment(tx, found.fulfilmentId);
  if (!mayLookAfter(actor, fulfilment)) throw new NotFound();
  const receipt = await tx.receipt.findUniqueOrThrow({
    where: { id: receiptId },
    include: { lines: true, dispute: { select: { id: true } } },
  });
  if (receipt.dispute || !mayContest(order, receipt, at)) throw new StateConflict('cannotContest');
  if (words.text === '') throw new RuleRefusal('badInput', [{ path: 'text', code: 'reasonNeeded' }]);
  const dispute = await tx.receiptDispute.create({ data: { receiptId, openedAt: at }, select: { id: true } });
  await say({ tx, files }, { disputeId: dispute.id, side: 'supplier', byId: actor.id, at, ...words });
  await audit(tx, {
    ...{ at, actorId: actor.id, action: 'dispute.open', subjectType: 'dispute', subjectId: dispute.id },
    onBehalfOf: await onBehalf(tx, actor, fulfilment.supplierId),
    ...{ unitId: order.unitId, after: { receiptId }, reason: words.text },
  });
  return dispute.id;
}

interface Said extends Words {
  disputeId: number;
  side: 'buyer' | 'supplier' | 'operator';
  byId: number;
  at: Date;
  lines?: { lineId: number; quantity: number; grams: number | null }[];
}

/** Writes down what a side said, and has the others told. */
export async function say(
  { tx, files }: { tx: Tx; files: FileStore },
  { photos, lines, ...said }: Said,
): Promise<void> {
  const message = await tx.disputeMessage.create({ data: { ...said, lines }, select: { id: true } });
  const fileIds = new Set<number>();
  for (const photo of photos) fileIds.add(await files.keep(tx, photo, said.byId));
  await tx.disputePhoto.createMany({ data: [...fileIds].map((fileId) => ({ messageId: message.id, fileId })) });
  await enqueue(tx, 'dispute.changed', [{ messageId: message.id }]);
}
