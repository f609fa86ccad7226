import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';

/** Until so many transactions of this database wait for a lock, which `holder` has and keeps meanwhile. Throws after half a minute. */
export async function untilWaiting(holder: Connection, many: number): Promise<void> {
  const started = Date.now();
  for (;;) {
    const [[row]] = await holder.query<RowDataPacket[]>(
      // Other test files' databases are on the same server.
      `SELECT COUNT(*) AS waiting FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`,
    );
    if (Number(row?.waiting) >= many) return;
    if (Date.now() - started > 30_000) throw new Error(`${row?.waiting} of ${many} came to wait`);
    // Asked again within a tenth of a second, the server would repeat what it said before.
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

type Work = () => Promise<unknown>;

/** Starts each work when the one before it waits for the lock that `locking` takes, then lets go; tells what each came to: `done`, or its refusal's code. */
export async function queuedBehind(
  holder: Connection,
  locking: string,
  values: readonly number[],
  works: readonly Work[],
): Promise<string[]> {
  await holder.beginTransaction();
  await holder.query(locking, [...values]);
  const running: Promise<string>[] = [];
  for (const [at, work] of works.entries()) {
    running.push(
      work().then(
        () => 'done',
        (error: Error & { code?: string }) => error.code ?? error.message,
      ),
    );
    await untilWaiting(holder, at + 1);
  }
  await holder.commit();
  return Promise.all(running);
}

/** Holds an order's row until all works wait for it, so that they truly meet; tells which were fulfilled. */
export async function meetAtOrder(databaseUrl: string, orderId: number, ...works: Work[]): Promise<string[]> {
  const holder = await createConnection(connectionOptions(databaseUrl));
  try {
    await holder.beginTransaction();
    await holder.query('SELECT id FROM `order` WHERE id = ? FOR UPDATE', [orderId]);
    const results = Promise.allSettled(works.map((work) => work()));
    await untilWaiting(holder, works.length);
    await holder.commit();
    return (await results).map(({ status }) => status);
  } finally {
    await holder.end();
  }
}
