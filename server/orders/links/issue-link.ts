import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { SignedLink } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { type Purpose, purposesOf } from './link-purposes.ts';

const DAY_MS = 86_400_000;
/** A shortage can be contested for three days; a parcel waits longer. */
const DAYS: Record<Purpose, number> = { confirm: 7, ship: 14, shortage: 3 };

export interface LinkWish {
  fulfilmentId: number;
  purpose: Purpose;
}

/**
 * Gives out a link that lets whoever holds it do one thing with a parcel, in this person's name and without a password. Whoever looks
 * after the supplier may, its own people or a village's work team. Refuses others with 404 and with 409 `linkHasNoUse` when the thing
 * cannot be done now. Returns the link's id.
 */
export async function issueLink(db: PrismaClient, actor: Actor, wish: LinkWish, at: Date): Promise<number> {
  return inTransaction(db, async (tx) => (await writeLink(tx, actor, wish, at)).id);
}

/** The same within the caller's transaction. Returns the link. */
export async function writeLink(
  tx: Tx,
  actor: Actor,
  { fulfilmentId, purpose }: LinkWish,
  at: Date,
): Promise<SignedLink> {
  const parcel = await tx.fulfilment.findUnique({ where: { id: fulfilmentId }, select: { supplierId: true } });
  if (!parcel || !suppliersServedBy(actor).includes(parcel.supplierId)) throw new NotFound();
  const subjectId = (await purposesOf(tx, fulfilmentId, at)).get(purpose);
  if (subjectId === undefined) throw new StateConflict('linkHasNoUse');
  const link = await tx.signedLink.create({
    data: {
      ...{ supplierId: parcel.supplierId, userId: actor.id, purpose, subjectId, createdAt: at },
      expiresAt: new Date(at.getTime() + DAYS[purpose] * DAY_MS),
    },
  });
  await audit(tx, {
    ...{ at, actorId: actor.id, action: 'link.issue', subjectType: 'fulfilment', subjectId: fulfilmentId },
    after: { purpose, linkId: link.id },
  });
  return link;
}

/** The link of a message: the one that was given to this person for this before and still opens, else a new one. */
export async function linkForMessage(db: PrismaClient, actor: Actor, wish: LinkWish, at: Date): Promise<number | null> {
  const subjectId = (await purposesOf(db, wish.fulfilmentId, at)).get(wish.purpose);
  if (subjectId === undefined) return null;
  const known = await db.signedLink.findFirst({
    where: {
      ...{ userId: actor.id, purpose: wish.purpose, subjectId, usedAt: null, revokedAt: null, expiresAt: { gt: at } },
    },
    select: { id: true },
  });
  return known?.id ?? issueLink(db, actor, wish, at);
}

/** Takes a link back. Whoever looks after its supplier may; a second time changes nothing. */
export async function revokeLink(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const link = await tx.signedLink.findUnique({ where: { id } });
    if (!link || !suppliersServedBy(actor).includes(link.supplierId)) throw new NotFound();
    const { count } = await tx.signedLink.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: at } });
    if (count > 0)
      await audit(tx, {
        ...{ at, actorId: actor.id, action: 'link.revoke', subjectType: 'signed_link', subjectId: id },
      });
  });
}
