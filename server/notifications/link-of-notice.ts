import { z } from 'zod';
import { type Actor, findActor, suppliersServedBy } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { linkForMessage } from '../orders/links/issue-link.ts';
import type { Purpose } from '../orders/links/link-purposes.ts';
import { tokenOf } from '../orders/links/link-token.ts';
import { pathTo } from '../paths.ts';
import { dayOf } from '../shared/days.ts';

const ofParcel = z.object({ fulfilmentId: z.number().int() });

/** Messages to suppliers that can be answered without a password, and how (rule 34). */
const ANSWERED_BY: Record<string, Purpose> = { fulfilment_new: 'confirm', shortage_reported: 'shortage' };

/** The path of the signed link that goes with a mailed message; null where there is none, nothing to do any more, or nothing for this person. */
export async function signedLinkFor(
  db: PrismaClient,
  secret: string,
  notice: { userId: number; kind: string; data: unknown },
  now: Date,
): Promise<string | null> {
  const purpose = ANSWERED_BY[notice.kind];
  const parcel = ofParcel.safeParse(notice.data);
  if (!purpose || !parcel.success) return null;
  const actor = await findActor(db, notice.userId, dayOf(now));
  if (!actor || !(await looksAfter(db, actor, parcel.data.fulfilmentId))) return null;
  const id = await linkForMessage(db, actor, { ...parcel.data, purpose }, now);
  if (!id) return null;
  const link = await db.signedLink.findUniqueOrThrow({ where: { id } });
  return pathTo('signedLink', { token: tokenOf(secret, link) });
}

/** A right may have ended between the message and its mail. */
async function looksAfter(db: PrismaClient, actor: Actor, fulfilmentId: number): Promise<boolean> {
  const parcel = await db.fulfilment.findUnique({ where: { id: fulfilmentId }, select: { supplierId: true } });
  return parcel !== null && suppliersServedBy(actor).includes(parcel.supplierId);
}
