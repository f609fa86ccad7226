import type { Connection, RowDataPacket } from 'mysql2/promise';

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
