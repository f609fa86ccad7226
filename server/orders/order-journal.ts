import { Prisma } from '../db/generated/client.ts';
import type { Account } from '../db/generated/enums.ts';
import type { Sql } from '../db/sql.ts';

export interface JournalFact {
  orderId: number;
  source:
    | 'placing'
    | 'payment'
    | 'cancellation'
    | 'receipt'
    | 'refund_decision'
    | 'refund'
    | 'refund_failure'
    | 'refund_otherwise'
    | 'transfer'
    | 'credit';
  sourceId: number;
  at: Date;
  /** signed fen by account; must sum to zero */
  amounts: Partial<Record<Account, number>>;
}

/** Writes one movement of an order's money. Refuses, by throwing, what does not sum to zero or was written before. */
export async function writeJournal(tx: Sql, { orderId, source, sourceId, at, amounts }: JournalFact): Promise<void> {
  const entries = Object.entries(amounts).filter(([, fen]) => fen !== 0) as [Account, number][];
  const sum = entries.reduce((total, [, fen]) => total + fen, 0);
  if (sum !== 0) throw new Error(`journal of order ${orderId} for ${source} ${sourceId} sums to ${sum} fen`);
  if (entries.length === 0) return;
  const rows = entries.map(
    ([account, fen]) => Prisma.sql`(${orderId}, ${account}, ${source}, ${sourceId}, ${fen}, ${at})`,
  );
  await tx.$executeRaw`INSERT INTO journal_entry (orderId, account, source, sourceId, fen, at) VALUES ${Prisma.join(rows)}`;
}
