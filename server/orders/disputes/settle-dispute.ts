import type { Actor } from '../../accounts/actor.ts';
import type { FileStore } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Fault, NotAllowed, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { onBehalf } from '../on-behalf.ts';
import { say, TALK_MS, type Words } from './contest-receipt.ts';
import { correctReceipt } from './correct-receipt.ts';
import { type DisputeEvent, nextDisputeState } from './dispute-states.ts';
import { type LockedDispute, lockDispute } from './lock-dispute.ts';

/** So much of what was short or damaged was accepted after all; grams where weight is what is paid for. */
export interface SettledLine {
  lineId: number;
  quantity: number;
  grams: number | null;
}

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

/**
 * One side proposes what was accepted after all; the other may agree or propose something else. Refuses a stranger with 404, the
 * operator with 403, a closed dispute with 409, and by line more than was short or damaged.
 */
export async function proposeSettlement(
  { db, files }: Parts,
  actor: Actor,
  disputeId: number,
  lines: readonly SettledLine[],
  words: Words,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const locked = await lockDispute(tx, actor, disputeId);
    const { side } = locked;
    if (side === 'operator') throw new NotAllowed();
    const state = nextDisputeState(locked.dispute.state, 'propose');
    const checked = checkedLines(locked, lines);
    await tx.receiptDispute.update({
      where: { id: disputeId },
      data: { state, proposedBy: side },
      select: { id: true },
    });
    await say({ tx, files }, { disputeId, side, byId: actor.id, at, lines: checked, ...words });
    await note(tx, actor, locked, 'propose', at, { lines: checked });
  });
}

/**
 * The other side agrees to what was proposed: what was accepted after all is owed, counted and on the next statement (rules 4, 28). Refuses
 * who proposed it with 403 `ownProposal`, and a proposal that another one has followed with 409.
 */
export async function agreeToSettlement(
  { db, files }: Parts,
  actor: Actor,
  disputeId: number,
  messageId: number,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const locked = await lockDispute(tx, actor, disputeId);
    const { dispute, side } = locked;
    const state = nextDisputeState(dispute.state, 'agree');
    if (side === 'operator' || side === dispute.proposedBy) throw new NotAllowed('ownProposal');
    const proposal = dispute.messages.findLast((message) => message.lines !== null);
    if (!proposal || proposal.id !== messageId) throw new StateConflict('proposalChanged');
    const lines = proposal.lines as unknown as SettledLine[];
    const settlementId = await correctReceipt(tx, locked, lines, actor.id, at);
    await close(tx, disputeId, state, settlementId, at);
    await say({ tx, files }, { disputeId, side, byId: actor.id, at, text: '', photos: [] });
    await note(tx, actor, locked, 'agree', at, { lines, settlementId });
  });
}

/** The supplier takes what it contested back; the receipt stands. */
export async function withdrawDispute({ db, files }: Parts, actor: Actor, disputeId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const locked = await lockDispute(tx, actor, disputeId);
    if (locked.side !== 'supplier') throw new NotFound();
    const state = nextDisputeState(locked.dispute.state, 'withdraw');
    await close(tx, disputeId, state, null, at);
    await say({ tx, files }, { disputeId, side: 'supplier', byId: actor.id, at, text: '', photos: [] });
    await note(tx, actor, locked, 'withdraw', at, {});
  });
}

/**
 * The operator decides what was accepted after all, maybe nothing, once both had three days to settle. Refuses others with 404, too
 * early with 409 `stillTalking`, and no reason.
 */
export async function decideDispute(
  { db, files }: Parts,
  actor: Actor,
  disputeId: number,
  lines: readonly SettledLine[],
  words: Words,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const locked = await lockDispute(tx, actor, disputeId);
    if (locked.side !== 'operator') throw new NotFound();
    const state = nextDisputeState(locked.dispute.state, 'decide');
    if (at.getTime() - locked.dispute.openedAt.getTime() < TALK_MS) throw new StateConflict('stillTalking');
    if (words.text === '') throw new RuleRefusal('badInput', [{ path: 'text', code: 'reasonNeeded' }]);
    const checked = checkedLines(locked, lines, true);
    const any = checked.some((line) => line.quantity > 0);
    const settlementId = any ? await correctReceipt(tx, locked, checked, actor.id, at) : null;
    await close(tx, disputeId, state, settlementId, at);
    await say({ tx, files }, { disputeId, side: 'operator', byId: actor.id, at, lines: checked, ...words });
    await note(tx, actor, locked, 'decide', at, { lines: checked, settlementId });
  });
}

function checkedLines({ dispute, lines }: LockedDispute, wanted: readonly SettledLine[], mayBeNothing = false) {
  const faults: Fault[] = wanted.flatMap(({ lineId, quantity, grams }, index): Fault[] => {
    const missing = dispute.receipt.lines.find((line) => line.lineId === lineId);
    const line = lines.find((one) => one.id === lineId);
    const repeated = wanted.findIndex((other) => other.lineId === lineId) !== index;
    if (!missing || !line || repeated) return [{ path: `lines.${index}.lineId`, code: 'notInParcel' }];
    const most = missing.shortQuantity + missing.damagedQuantity;
    if (quantity > most) return [{ path: `lines.${index}.quantity`, code: 'tooBig', values: { maximum: most } }];
    return line.pricePerKgFen !== null && quantity > 0 && !grams
      ? [{ path: `lines.${index}.grams`, code: 'weightNeeded', values: { name: line.name } }]
      : [];
  });
  if (!mayBeNothing && faults.length === 0 && wanted.every((line) => line.quantity === 0))
    faults.push({ path: 'lines', code: 'nothingProposed' });
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  return wanted.filter((line) => line.quantity > 0).map(({ lineId, quantity, grams }) => ({ lineId, quantity, grams }));
}

async function close(
  tx: Tx,
  id: number,
  state: LockedDispute['dispute']['state'],
  settlementId: number | null,
  at: Date,
): Promise<void> {
  await tx.receiptDispute.update({ where: { id }, data: { state, settlementId, closedAt: at }, select: { id: true } });
}

async function note(
  tx: Tx,
  actor: Actor,
  { dispute, order, fulfilment, side }: LockedDispute,
  event: DisputeEvent,
  at: Date,
  after: Record<string, unknown>,
): Promise<void> {
  await audit(tx, {
    ...{ at, actorId: actor.id, action: `dispute.${event}`, subjectType: 'dispute', subjectId: dispute.id },
    onBehalfOf: await onBehalf(tx, actor, fulfilment.supplierId),
    ...{ unitId: order.unitId, before: { state: dispute.state }, after: { side, ...after } as object },
  });
}
