import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { NotFound } from '../shared/errors.ts';

export interface InboxNotice {
  id: number;
  kind: string;
  data: unknown;
  link: string | null;
  createdAt: Date;
  readAt: Date | null;
}

const columns = { id: true, kind: true, data: true, link: true, createdAt: true, readAt: true } as const;

/** A person's messages, newest first, below a key; one more than the limit where there are more. */
export function listInbox(
  db: PrismaClient,
  actor: Actor,
  beforeId: number | null,
  limit: number,
): Promise<InboxNotice[]> {
  return db.notification.findMany({
    where: { userId: actor.id, ...(beforeId === null ? {} : { id: { lt: beforeId } }) },
    select: columns,
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
}

/** One message of a person, which is read by that. Throws NotFound for another's. */
export async function openNotice(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<InboxNotice> {
  const notice = await db.notification.findFirst({ where: { id, userId: actor.id }, select: columns });
  if (!notice) throw new NotFound();
  if (notice.readAt === null) await db.notification.updateMany({ where: { id, readAt: null }, data: { readAt: at } });
  return notice;
}

/** Marks all that a person has received up to this message as read. */
export async function readAll(db: PrismaClient, actor: Actor, upToId: number, at: Date): Promise<void> {
  await db.notification.updateMany({
    where: { userId: actor.id, readAt: null, id: { lte: upToId } },
    data: { readAt: at },
  });
}
