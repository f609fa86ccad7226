import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { SignedLink } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { BadInput } from '../../shared/errors.ts';
import { type GoodsKind, kindOf } from '../cold-chain.ts';
import { confirmParcel } from '../confirm-fulfilment.ts';
import { contest } from '../disputes/contest-receipt.ts';
import { dropRestOf } from '../drop-rest.ts';
import type { SupplierFulfilment } from '../order-queries.ts';
import { mayHappenTo } from '../order-states.ts';
import { type ShipmentInput, shipParcel } from '../ship-fulfilment.ts';
import { writeLink } from './issue-link.ts';
import { closeLink, type OpenLink } from './open-link.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

/** Confirms the link's parcel. Returns a link for shipping it, given to the same person. */
export async function confirmByLink({ db }: Parts, opened: OpenLink, at: Date): Promise<SignedLink> {
  const { link, actor } = opened;
  return inTransaction(db, async (tx) => {
    await useLink(tx, opened, at);
    await confirmParcel(tx, actor, link.subjectId, at);
    return writeLink(tx, actor, { fulfilmentId: link.subjectId, purpose: 'ship' }, at);
  });
}

export interface LinkShipment {
  input: ShipmentInput;
  /** a photo of the carrier's slip */
  slip: NewFile;
  /** why what is missing of these goods does not come; null: it follows in another shipment */
  shortReason: string | null;
  /** which goods go; what goes apart from them follows by the next link, whatever becomes of what is missing */
  kind: GoodsKind;
}

/**
 * Ships what there is of the link's parcel with a photo of the slip; with a reason, what is missing is given up at once, so that the buyer
 * knows and owes nothing for it. Returns a link for shipping what follows, null where nothing does.
 */
export async function shipByLink(
  { db, files }: Parts,
  opened: OpenLink,
  { input, slip, shortReason, kind }: LinkShipment,
  at: Date,
): Promise<SignedLink | null> {
  const { link, actor } = opened;
  const fulfilmentId = link.subjectId;
  return inTransaction(db, async (tx) => {
    await useLink(tx, opened, at);
    const slipFileId = await files.keep(tx, slip, actor.id);
    await shipParcel(tx, actor, fulfilmentId, { ...input, slipFileId }, at);
    if (shortReason !== null)
      await dropRestOf(tx, actor, fulfilmentId, { reason: shortReason, backOnShelf: false, only: kind }, at);
    const { state } = await tx.fulfilment.findUniqueOrThrow({ where: { id: fulfilmentId }, select: { state: true } });
    return mayHappenTo(state, 'ship') ? writeLink(tx, actor, { fulfilmentId, purpose: 'ship' }, at) : null;
  });
}

/** Which goods of a parcel a shipment carries; a mixed one is refused when it is recorded. */
export function kindIn({ lines }: SupplierFulfilment, input: ShipmentInput): GoodsKind {
  const first = lines.find(({ id }) => id === input.lines[0]?.lineId);
  return first ? kindOf(first) : 'other';
}

/**
 * Whether less was typed than all that is still to go of the same goods, cold-chain or others; then it must be said why, or that it
 * follows.
 */
export function isShort(parcel: SupplierFulfilment, input: ShipmentInput): boolean {
  const sum = (rows: readonly { quantity: number }[]) => rows.reduce((total, { quantity }) => total + quantity, 0);
  const kind = kindIn(parcel, input);
  const alike = parcel.lines.filter((line) => kindOf(line) === kind);
  return sum(input.lines) < sum(alike.flatMap((line) => line.allocations));
}

/** Answers a reported shortage: agreed with (`text` null), or contested in the supplier's words and photos. */
export async function answerShortage(
  { db, files }: Parts,
  opened: OpenLink,
  { text, photos }: { text: string | null; photos: readonly NewFile[] },
  at: Date,
): Promise<void> {
  if (text === '') throw new BadInput([{ path: 'text', code: 'required' }]);
  await inTransaction(db, async (tx) => {
    await useLink(tx, opened, at, text === null ? 'agree' : 'contest');
    if (text !== null) await contest({ tx, files }, opened.actor, opened.link.subjectId, { text, photos }, at);
  });
}

/**
 * The link's end, in the transaction of what it is for: a process that is killed leaves both or neither. It comes first, so that of two
 * phones with one link the second waits at the link's row and then finds it used.
 */
async function useLink(tx: Tx, { link, actor }: OpenLink, at: Date, answer?: string): Promise<void> {
  await closeLink(tx, link.id, at);
  await audit(tx, {
    ...{ at, actorId: actor.id, action: 'link.use', subjectType: 'signed_link', subjectId: link.id },
    after: { purpose: link.purpose, subjectId: link.subjectId, ...(answer ? { answer } : {}) },
  });
}
