import { setTimeout as sleep } from 'node:timers/promises';
import type { PrismaClient, Tx } from './client.ts';
import { isLockConflict } from './faults.ts';

const ATTEMPTS = 8;

/**
 * Runs `work` in one transaction and runs the whole again after a deadlock or lock timeout, at most 8 times with growing, random
 * pauses. READ COMMITTED, so that a read after a lock sees what the lock waited for. Inside, only `tx` may be used, and no error may
 * be swallowed: after a deadlock the server has rolled back, and going on would commit a half.
 */
export async function inTransaction<T>(db: PrismaClient, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.$transaction(work, { isolationLevel: 'ReadCommitted' });
    } catch (error) {
      if (attempt >= ATTEMPTS || !isLockConflict(error)) throw error;
      await sleep(Math.random() * 15 * 2 ** Math.min(attempt, 5));
    }
  }
}
