import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { type Fault, NotAllowed, NotFound, RuleRefusal } from '../shared/errors.ts';
import { type GiftGivenUp, giftsGivenUp, leavesNothing } from './gifts-given-up.ts';
import { partOfGift } from './give-back.ts';
import { grantRefund } from './grant-refund.ts';
import { type HeldShare, heldShares } from './held-shares.ts';
import { type Part, splitOff, standingPart } from './line-parts.ts';
import { lockRefund } from './lock-order.ts';
import { onBehalf } from './on-behalf.ts';
import { mayDecideRefund } from './order-policy.ts';
import { coveredParts } from './parcel-rest.ts';
import { nextRefundState } from './refund-states.ts';
import { refundedFreightOfParcel, refundedParts } from './refunded-parts.ts';

export interface RefundDecision {
  decision: 'approve' | 'refuse';
  /** how much of each line, and how much of it is fit for the shelf again; empty: as asked for */
  lines: { lineId: number; quantity: number; restockedQuantity?: number }[];
  /** fen, beside what goes back anyway because nothing of the parcel is left */
  freightFen: number;
  /** needed unless all is granted */
  reason: string;
}

export type DecidedRefund = Awaited<ReturnType<typeof lockRefund>>;

/** A line of a refund as it is granted. */
export interface GrantedLine extends Part {
  refundLineId: number;
  lineId: number;
  productId: number;
  /** of no cap */
  isGift: boolean;
  restocked: number;
}

export interface Grant {
  lines: GrantedLine[];
  /** the parcel was not received yet: what goes back is not to arrive */
  outstanding: boolean;
  /** nothing of the parcel is left */
  isWhole: boolean;
  freightFen: number;
  held: HeldShare[];
}

/**
 * Decides a refund, once: in full, in part, or not, in the last two with a reason. What is granted is reversed, no longer owed or due
 * back, its caps are free, and goods fit for it are on the shelf again (rules 4, 10). The parcel's freight goes back with the last of
 * what was bought, or as far as the decider adds it; with it gifts that did not leave yet. Refuses who is neither its supplier nor operator with 404, an own request with 403, one that
 * was decided with 409, and what was not asked for or no longer stands by line.
 */
export async function decideRefund(
  db: PrismaClient,
  actor: Actor,
  refundId: number,
  decision: RefundDecision,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const decided = await lockRefund(tx, refundId);
    const { order, refund, fulfilment } = decided;
    if (!mayDecideRefund(actor, fulfilment)) throw new NotFound();
    if (refund.requestedById === actor.id) throw new NotAllowed('ownRefund');
    const state = nextRefundState(refund.state, decision.decision);
    const { reason } = decision;
    const grant = decision.decision === 'approve' ? await checkedGrant(tx, decided, decision) : null;
    if (!grant && reason === '') throw new RuleRefusal('badInput', [{ path: 'reason', code: 'reasonNeeded' }]);
    await tx.refund.update({
      where: { id: refundId },
      data: { state, decidedById: actor.id, decidedAt: at, decisionReason: reason || null },
      select: { id: true },
    });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: `refund.${decision.decision}`,
      subjectType: 'refund',
      subjectId: refundId,
      onBehalfOf: await onBehalf(tx, actor, fulfilment.supplierId),
      unitId: order.unitId,
      before: { state: refund.state },
      after: {
        state,
        freightFen: grant?.freightFen ?? 0,
        lines: (grant?.lines ?? []).map(({ lineId, quantity, fen, grams }) => ({ lineId, quantity, fen, grams })),
      },
      reason: reason || null,
    });
    await enqueue(tx, 'refund.changed', [{ refundId }]);
    if (grant) await grantRefund(tx, decided, grant, at);
  });
}

async function checkedGrant(
  tx: Tx,
  { order, refund, fulfilment, lines }: DecidedRefund,
  decision: RefundDecision,
): Promise<Grant> {
  const outstanding = fulfilment.receivedAt === null;
  const isShipped = fulfilment.shippedAt !== null;
  const refunded = await refundedParts(tx, order.id);
  const held = await heldShares(
    tx,
    refund.lines.map((line) => line.lineId),
  );
  const covered = await coveredParts(
    tx,
    lines.map(({ id }) => id),
  );
  const standing = new Map(
    lines.map((line) => [line.id, standingPart(line, refunded, !outstanding, covered.get(line.id))]),
  );
  const faults: Fault[] = decision.lines.flatMap(({ lineId }, index) => {
    const repeated = decision.lines.findIndex((other) => other.lineId === lineId) !== index;
    return repeated || !refund.lines.some((line) => line.lineId === lineId)
      ? [{ path: `lines.${index}.lineId`, code: 'notInRefund' }]
      : [];
  });
  const granted = refund.lines.map((asked): GrantedLine => {
    const index = decision.lines.findIndex((line) => line.lineId === asked.lineId);
    const input = decision.lines[index];
    const path = `lines.${Math.max(0, index)}`;
    const line = lines.find((candidate) => candidate.id === asked.lineId);
    const rest = standing.get(asked.lineId) ?? { quantity: 0, fen: 0, grams: 0 };
    const quantity = input ? input.quantity : decision.lines.length > 0 ? 0 : asked.requestedQuantity;
    const most = Math.min(asked.requestedQuantity, rest.quantity);
    if (quantity > most)
      faults.push({ path: `${path}.quantity`, code: 'moreThanStands', values: { name: line?.name ?? '', left: most } });
    const part = splitOff(rest, Math.min(quantity, most));
    const onShelf = held
      .filter((share) => share.lineId === asked.lineId)
      .reduce((sum, share) => sum + share.quantity, 0);
    // What never left the supplier is on the shelf again without anybody saying so.
    const restocked = isShipped ? (input?.restockedQuantity ?? 0) : part.quantity;
    if (restocked > Math.min(quantity, onShelf))
      faults.push({
        path: `${path}.restockedQuantity`,
        code: 'tooBig',
        values: { maximum: Math.min(quantity, onShelf) },
      });
    return {
      refundLineId: asked.id,
      lineId: asked.lineId,
      productId: line?.productId ?? 0,
      isGift: line?.isGift ?? false,
      ...part,
      restocked,
    };
  });
  if (granted.every((line) => line.quantity === 0)) faults.push({ path: 'lines', code: 'nothingGranted' });
  const partly = granted.some(
    (line) => line.quantity < (refund.lines.find((asked) => asked.id === line.refundLineId)?.requestedQuantity ?? 0),
  );
  if (partly && decision.reason === '') faults.push({ path: 'reason', code: 'reasonNeeded' });
  const nothingToCome = outstanding || fulfilment.state === 'received';
  const isWhole = nothingToCome && leavesNothing(lines, standing, granted);
  const freightLeft = fulfilment.freightFen - (await refundedFreightOfParcel(tx, fulfilment.id));
  if (decision.freightFen > freightLeft)
    faults.push({ path: 'freightFen', code: 'moreFreightThanPaid', values: { left: freightLeft / 100 } });
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const gifts = await giftsGivenUp(tx, fulfilment, lines, { standing, refunded, given: granted });
  return withGifts(
    tx,
    refund,
    { lines: granted, outstanding, isWhole, freightFen: isWhole ? freightLeft : decision.freightFen, held },
    gifts,
  );
}

/** Gifts that go with the last of what was bought are lines of the refund too, asked for or not. */
async function withGifts(
  tx: Tx,
  refund: DecidedRefund['refund'],
  grant: Grant,
  gifts: readonly GiftGivenUp[],
): Promise<Grant> {
  const lines = [...grant.lines];
  for (const { line, quantity } of gifts) {
    const asked = lines.findIndex(({ lineId }) => lineId === line.id);
    const part = { ...partOfGift(line, quantity), restocked: quantity };
    if (asked >= 0) lines[asked] = { ...(lines[asked] as GrantedLine), ...part };
    else {
      const added = { refundId: refund.id, lineId: line.id, requestedQuantity: quantity, quantity, fen: 0, grams: 0 };
      const { id: refundLineId } = await tx.refundLine.create({ data: added, select: { id: true } });
      lines.push({ ...part, refundLineId });
    }
  }
  const others = grant.held.filter(({ lineId }) => gifts.every(({ line }) => line.id !== lineId));
  return { ...grant, lines, held: [...others, ...gifts.flatMap(({ shares }) => shares)] };
}
