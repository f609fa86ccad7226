import { StockMoved } from '../catalog/stock.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { handleOrder } from './handle-order.ts';

const CHUNK = 50;
const TRIES = 12;

/**
 * Goes on with the recalls that run: every order that the batch was promised to, one after the other under its own lock. Once a batch
 * is recalled nothing takes of it any more, so one pass sees them all. Bears being stopped between any two steps and run again: what
 * became of a line is written, with the mark of how far the recall is, in the transaction that does it. Answers how many lines it saw.
 */
export async function handleRecalls(db: PrismaClient, at: Date): Promise<number> {
  const running = await db.recall.findMany({
    where: { state: 'running' },
    select: { id: true, batchId: true, lastLineId: true },
    orderBy: { id: 'asc' },
  });
  let seen = 0;
  for (const recall of running) {
    const lines = await db.lineAllocation.findMany({
      where: { batchId: recall.batchId, lineId: { gt: recall.lastLineId } },
      select: { lineId: true, line: { select: { orderId: true } } },
      orderBy: { lineId: 'asc' },
      take: CHUNK,
    });
    for (const { lineId, line } of lines) await handleAgain(db, recall, { lineId, orderId: line.orderId }, at);
    if (lines.length < CHUNK)
      await db.recall.updateMany({
        where: { id: recall.id, state: 'running' },
        data: { state: 'handled', handledAt: at },
      });
    seen += lines.length;
  }
  return seen;
}

/** Others may buy the batches that were to take the recalled one's place: then those that are left are looked at again. */
async function handleAgain(
  db: PrismaClient,
  recall: { id: number; batchId: number },
  of: { lineId: number; orderId: number },
  at: Date,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(db, (tx) => handleOrder(tx, recall, of, at));
    } catch (error) {
      if (!(error instanceof StockMoved) || attempt === TRIES) throw error;
    }
  }
}
