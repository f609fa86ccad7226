import { setTimeout as sleep } from 'node:timers/promises';
import { fastPathOf, type PrismaClient, type Tx } from './client.ts';
import { isLockConflict } from './faults.ts';
import { type FastTx, sqlOn } from './sql.ts';

const ATTEMPTS = 8;

/**
 * Runs `work` in one transaction and runs the whole again after a deadlock or lock timeout, at most 8 times with growing, random
 * pauses. READ COMMITTED, so that a read after a lock sees what the lock waited for. Inside, only `tx` may be used. An error that
 * `work` swallows after a lock conflict cannot leave a half: see oneAfterAnother.
 */
export function inTransaction<T>(db: PrismaClient, work: (tx: Tx) => Promise<T>): Promise<T> {
  return repeated(() =>
    db.$transaction(
      async (tx) => {
        const statements = oneAfterAnother();
        const result = await work(guarded(tx, statements.run));
        statements.check();
        return result;
      },
      { isolationLevel: 'ReadCommitted' },
    ),
  );
}

/** The same straight on mysql2, a fifth of the work; for what a benchmark has shown to be hot. */
export function inFastTransaction<T>(db: PrismaClient, work: (tx: FastTx) => Promise<T>): Promise<T> {
  const { pool, onQuery } = fastPathOf(db);
  return repeated(async () => {
    const connection = await pool.getConnection();
    try {
      await connection.beginTransaction();
      const statements = oneAfterAnother();
      const result = await work(guarded(sqlOn(connection, onQuery), statements.run));
      statements.check();
      await connection.commit();
      connection.release();
      return result;
    } catch (error) {
      // A connection that cannot even roll back is of no more use.
      await connection.rollback().then(
        () => connection.release(),
        () => connection.destroy(),
      );
      throw error;
    }
  });
}

type Run = <T>(statement: () => PromiseLike<T>) => Promise<T>;

/**
 * After a deadlock the server has rolled everything back, and each further statement would be committed by itself. So nothing runs
 * after one, not even what was asked for at the same time, and the whole fails although `work` may have swallowed the error.
 */
function oneAfterAnother(): { run: Run; check: () => void } {
  let lost: { error: unknown } | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const check = () => {
    if (lost) throw lost.error;
  };
  const run: Run = (statement) => {
    const answer = last.then(async () => {
      check();
      try {
        return await statement();
      } catch (error) {
        if (isLockConflict(error)) lost = { error };
        throw error;
      }
    });
    last = answer.catch(() => {});
    return answer;
  };
  return { run, check };
}

/** The same transaction with each of its statements, those of its models included, sent through `run`. */
function guarded<T extends object>(tx: T, run: Run): T {
  return new Proxy(tx, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key);
      if (typeof member === 'function')
        return (...values: unknown[]) => run(() => Reflect.apply(member, target, values) as PromiseLike<unknown>);
      return typeof member === 'object' && member !== null ? guarded(member, run) : member;
    },
  });
}

async function repeated<T>(attemptOnce: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce();
    } catch (error) {
      if (attempt >= ATTEMPTS || !isLockConflict(error)) throw error;
      await sleep(Math.random() * 15 * 2 ** Math.min(attempt, 5));
    }
  }
}
