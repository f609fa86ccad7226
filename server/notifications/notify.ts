import type { PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import type { NoticeKind } from './notice-text.ts';

export interface Notice {
  userId: number;
  kind: NoticeKind;
  /** what its sentences are filled in with; `name` goes with `nameEn` */
  data: Record<string, string | number>;
  /** where it leads, a path of the market */
  link: string;
  /** names the fact, so that telling it again makes no second message */
  dedupeKey: string;
}

/** The outbox topic of messages that may have to be mailed. */
export const MAIL_DUE = 'notification.mail_due';

/** Puts messages into inboxes, each fact once a person, and asks for their mails. */
export async function notify(db: PrismaClient, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  await inTransaction(db, async (tx) => {
    const keys = Prisma.join(notices.map(({ userId, dedupeKey }) => Prisma.sql`(${userId}, ${dedupeKey})`));
    const known = await tx.$queryRaw<{ userId: number; dedupeKey: string }[]>`
      SELECT userId, dedupeKey FROM notification WHERE (userId, dedupeKey) IN (${keys})`;
    const told = new Set(known.map(({ userId, dedupeKey }) => `${userId} ${dedupeKey}`));
    const fresh = notices.filter(({ userId, dedupeKey }) => !told.has(`${userId} ${dedupeKey}`));
    if (fresh.length === 0) return;
    // Another worker may have told it since: the key decides.
    await tx.notification.createMany({ data: fresh, skipDuplicates: true });
    await enqueue(
      tx,
      MAIL_DUE,
      fresh.map(({ userId, dedupeKey }) => ({ userId, dedupeKey })),
    );
  });
}
