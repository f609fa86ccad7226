import type { Connection, RowDataPacket } from 'mysql2/promise';

/** How many rows there are and how much of the disk they take, in words. */
export async function sizeOf(connection: Connection): Promise<string> {
  const [tables] = await connection.query<RowDataPacket[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",
  );
  await connection.query(`ANALYZE TABLE ${tables.map(({ name }) => `\`${name}\``).join(', ')}`);
  const [[size]] = await connection.query<RowDataPacket[]>(
    'SELECT SUM(table_rows) AS rows_, SUM(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = DATABASE()',
  );
  const megabytes = Math.round(Number(size?.bytes) / 1_048_576);
  return `about ${Number(size?.rows_).toLocaleString('en')} rows, ${megabytes.toLocaleString('en')} MB`;
}
