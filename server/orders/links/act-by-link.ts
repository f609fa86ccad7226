import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { BadInput } from '../../shared/errors.ts';
import { confirmFulfilment } from '../confirm-fulfilment.ts';
import { contestReceipt } from '../disputes/contest-receipt.ts';
import { dropRest } from '../drop-rest.ts';
import type { SupplierFulfilment } from '../order-queries.ts';
import { type ShipmentInput, shipFulfilment } from '../ship-fulfilment.ts';
import { issueLink } from './issue-link.ts';
import { closeLink, type OpenLink } from './open-link.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

/** Confirms the link's parcel. Returns the id of a link for shipping it, given to the same person. */
export async function confirmByLink({ db }: Parts, { link, actor }: OpenLink, at: Date): Promise<number> {
  await confirmFulfilment(db, actor, link.subjectId, at);
  await closeLink(db, link.id, at);
  await noteUse(db, { link, actor }, at);
  return issueLink(db, actor, { fulfilmentId: link.subjectId, purpose: 'ship' }, at);
}

export interface LinkShipment {
  input: ShipmentInput;
  /** a photo of the carrier's slip */
  slip: NewFile;
  /** why the rest does not come; null: it follows in another shipment */
  shortReason: string | null;
}

/**
 * Ships what there is of the link's parcel with a photo of the slip; with a reason, what is missing is given up at once, so that the buyer
 * knows and owes nothing for it. The photo is kept beside the shipment when that is written.
 */
export async function shipByLink(
  { db, files }: Parts,
  { link, actor }: OpenLink,
  { input, slip, shortReason }: LinkShipment,
  at: Date,
): Promise<void> {
  await shipFulfilment(db, actor, link.subjectId, input, at);
  await closeLink(db, link.id, at);
  await inTransaction(db, async (tx) => {
    const slipFileId = await files.keep(tx, slip, actor.id);
    const shipment = await tx.shipment.findFirstOrThrow({
      where: { fulfilmentId: link.subjectId, byId: actor.id, shippedAt: at },
      orderBy: { id: 'desc' },
      select: { id: true },
    });
    await tx.shipment.update({ where: { id: shipment.id }, data: { slipFileId }, select: { id: true } });
  });
  if (shortReason !== null) await dropRest(db, actor, link.subjectId, { reason: shortReason, backOnShelf: false }, at);
  await noteUse(db, { link, actor }, at);
}

/** Whether less than all that is still to go was typed; then it must be said why, or that it follows. */
export function isShort(parcel: SupplierFulfilment, input: ShipmentInput): boolean {
  const sum = (rows: readonly { quantity: number }[]) => rows.reduce((total, { quantity }) => total + quantity, 0);
  return sum(input.lines) < sum(parcel.lines.flatMap((line) => line.allocations));
}

/** Answers a reported shortage: agreed with (`text` null), or contested in the supplier's words and photos. */
export async function answerShortage(
  parts: Parts,
  { link, actor }: OpenLink,
  { text, photos }: { text: string | null; photos: readonly NewFile[] },
  at: Date,
): Promise<void> {
  if (text === '') throw new BadInput([{ path: 'text', code: 'required' }]);
  if (text !== null) await contestReceipt(parts, actor, link.subjectId, { text, photos }, at);
  await closeLink(parts.db, link.id, at);
  await noteUse(parts.db, { link, actor }, at, text === null ? 'agree' : 'contest');
}

async function noteUse(db: PrismaClient, { link, actor }: OpenLink, at: Date, answer?: string): Promise<void> {
  await inTransaction(db, (tx) =>
    audit(tx, {
      ...{ at, actorId: actor.id, action: 'link.use', subjectType: 'signed_link', subjectId: link.id },
      after: { purpose: link.purpose, subjectId: link.subjectId, ...(answer ? { answer } : {}) },
    }),
  );
}
