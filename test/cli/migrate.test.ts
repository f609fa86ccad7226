import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { migrate } from '../../server/cli/migrate.ts';
import { emptyDatabase } from '../setup/database.ts';

const addColumn = 'ALTER TABLE village ADD COLUMN county VARCHAR(20) NULL;';
const createTables = `
-- A comment; with a semicolon
CREATE TABLE village (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'a;b');
CREATE TABLE product (id INT PRIMARY KEY);
INSERT INTO village (id, name) VALUES (1, '清水村');
`;

describe('migrating a database', () => {
  let directory: string;
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  let connection: Connection;
  let lines: string[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'market-migrations-'));
    database = await emptyDatabase('migrate');
    connection = await createConnection(connectionOptions(database.url));
    lines = [];
  });

  afterEach(async () => {
    await connection.end();
    await database.drop();
    rmSync(directory, { recursive: true });
  });

  function write(name: string, sql: string): void {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, 'migration.sql'), sql);
  }

  function run(url = database.url): Promise<string[]> {
    return migrate(url, (line) => lines.push(line), { directory });
  }

  async function rows(sql: string): Promise<RowDataPacket[]> {
    const [found] = await connection.query<RowDataPacket[]>(sql);
    return found;
  }

  it('applies what is new, in order, and nothing twice', async () => {
    write('20260102000000_county', addColumn);
    write('20260101000000_initial', createTables);
    expect(await run()).toEqual(['20260101000000_initial', '20260102000000_county']);
    expect(await run()).toEqual([]);
    expect(await rows('SELECT name, county FROM village')).toEqual([{ name: '清水村', county: null }]);
  });

  it("keeps Prisma's own record of it", async () => {
    write('20260101000000_initial', createTables);
    const before = Date.now();
    await run();
    const [record] = await rows('SELECT * FROM _prisma_migrations');
    expect(record).toMatchObject({
      migration_name: '20260101000000_initial',
      // sha256 of the text above, as sha256sum tells it.
      checksum: '69a5485262d10e36167ef59d687e010ae150e92d28f0ad9cb532e899405c730d',
      applied_steps_count: 1,
      rolled_back_at: null,
      logs: null,
    });
    expect(record?.started_at.getTime()).toBeGreaterThanOrEqual(before);
    expect(record?.finished_at.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('makes a database that does not exist, as utf8mb4', async () => {
    write('20260101000000_initial', createTables);
    await database.drop();
    await run();
    expect(
      await rows(`SELECT default_character_set_name AS charset, default_collation_name AS collation
        FROM information_schema.schemata WHERE schema_name = '${database.name}'`),
    ).toEqual([{ charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' }]);
  });

  it('refuses to go on after a migration that failed, and says which statement of the server it was', async () => {
    write('20260101000000_initial', `${createTables} ALTER TABLE nowhere ADD COLUMN x INT;`);
    await expect(run()).rejects.toThrow(/20260101000000_initial failed: .*nowhere/);
    write('20260102000000_county', addColumn);
    await expect(run()).rejects.toMatchObject({
      message: expect.stringContaining('20260101000000_initial was begun earlier and did not end'),
      remedy: expect.arrayContaining([expect.stringContaining('nowhere')]),
    });
    expect(await rows("SHOW COLUMNS FROM village LIKE 'county'")).toEqual([]);
  });

  it('takes back a first migration that was killed half-way, as long as nobody has used its tables', async () => {
    write(
      '20260101000000_initial',
      'CREATE TABLE `village` (id INT PRIMARY KEY);\nCREATE TABLE `product` (id INT PRIMARY KEY);',
    );
    await run();
    await connection.query('UPDATE _prisma_migrations SET finished_at = NULL');
    await connection.query('DROP TABLE product');
    expect(await run()).toEqual(['20260101000000_initial']);
    expect(await rows("SHOW TABLES LIKE 'product'")).toHaveLength(1);

    await connection.query('UPDATE _prisma_migrations SET finished_at = NULL');
    await connection.query('INSERT INTO village VALUES (1)');
    await expect(run()).rejects.toThrow('was begun earlier and did not end');
    expect(await rows('SELECT id FROM village')).toHaveLength(1);

    await connection.query('DELETE FROM village');
    await connection.query('CREATE TABLE notes (id INT PRIMARY KEY)');
    await expect(run()).rejects.toThrow('was begun earlier and did not end');
  });

  it('stops between two migrations when it is interrupted, never inside one', async () => {
    write('20260101000000_initial', createTables);
    write('20260102000000_county', addColumn);
    const interrupted = new AbortController();
    const stopAtFirst = (line: string) => void (line.includes('initial') && interrupted.abort());
    await expect(migrate(database.url, stopAtFirst, { directory, signal: interrupted.signal })).rejects.toThrow(
      'Interrupted',
    );
    expect(await rows('SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL')).toEqual([
      { name: '20260101000000_initial' },
    ]);
    expect(await run()).toEqual(['20260102000000_county']);
  });

  it('goes on after a failed migration was undone by hand and marked so', async () => {
    write('20260101000000_initial', 'CREATE TABLE village (id INT PRIMARY KEY); ALTER TABLE nowhere ADD x INT;');
    await expect(run()).rejects.toThrow();
    await connection.query('DROP TABLE village');
    await connection.query('UPDATE _prisma_migrations SET rolled_back_at = NOW(3)');
    write('20260101000000_initial', createTables);
    expect(await run()).toEqual(['20260101000000_initial']);
  });

  it('refuses when an applied migration was edited since', async () => {
    write('20260101000000_initial', createTables);
    await run();
    write('20260101000000_initial', `${createTables}\n-- second thoughts`);
    write('20260102000000_county', addColumn);
    await expect(run()).rejects.toThrow('20260101000000_initial was changed after it had been applied');
    expect(await rows("SHOW COLUMNS FROM village LIKE 'county'")).toEqual([]);
  });

  it('refuses a database that a newer version has migrated', async () => {
    write('20260101000000_initial', createTables);
    write('20260102000000_county', addColumn);
    await run();
    rmSync(join(directory, '20260102000000_county'), { recursive: true });
    await expect(run()).rejects.toThrow('20260102000000_county, which this version of the market does not know');
  });

  it("refuses a database with another program's tables", async () => {
    await connection.query('CREATE TABLE wp_posts (id INT PRIMARY KEY)');
    write('20260101000000_initial', createTables);
    await expect(run()).rejects.toThrow('wp_posts');
    expect(await rows('SHOW TABLES')).toHaveLength(1);
  });

  it('applies each migration once when two start at the same time', async () => {
    write('20260101000000_initial', `${createTables} DO SLEEP(0.3);`);
    const applied = await Promise.all([run(), run(), run()]);
    expect(applied.flat()).toEqual(['20260101000000_initial']);
    expect(await rows('SELECT id FROM _prisma_migrations')).toHaveLength(1);
    expect(lines).toContain('another migration is running on this server: waiting for it');
  });

  it('says what to do when nobody answers, and when the password is wrong', async () => {
    write('20260101000000_initial', createTables);
    const nobody = new URL(database.url);
    nobody.port = '1';
    await expect(run(nobody.href)).rejects.toThrow('No database server answers at 127.0.0.1:1.');
    const stranger = new URL(database.url);
    stranger.password = 'wrong';
    await expect(run(stranger.href)).rejects.toThrow('refuses the user market or the password');
  });
});
