import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rename, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createFileStore, type FileStore } from '../../server/clients/file-store.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { inTransaction } from '../../server/db/in-transaction.ts';
import { testDatabase } from '../setup/database.ts';
import { aUser } from '../world/users.ts';

const DAY_MS = 86_400_000;
const yesterday = new Date(Date.now() - DAY_MS);
const longAgo = new Date(Date.now() - 2 * DAY_MS);

let db: PrismaClient;
let byId: number;
let folder: string;
let files: FileStore;

beforeAll(async () => {
  db = connect(await testDatabase(), { pool: 2 });
  byId = (await aUser(db, {})).id;
});
afterAll(() => db.$disconnect());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'market-sweep-'));
  files = createFileStore(folder);
  return () => rmSync(folder, { recursive: true, force: true });
});

const fileOf = (text: string) => ({ name: 'photo.png', mime: 'image/png', bytes: Buffer.from(text) });
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const placeOf = (text: string) => join(folder, 'files', hashOf(text).slice(0, 2), hashOf(text));
const names = async (text: string) => (await readdir(join(placeOf(text), '..'))).sort();

/** Bytes whose transaction failed after they were written. */
async function orphan(text: string): Promise<void> {
  const failed = inTransaction(db, async (tx) => {
    await files.keep(tx, fileOf(text), byId);
    throw new Error('killed');
  });
  await expect(failed).rejects.toThrow('killed');
}

it('takes away what has had no row for a day, and nothing that has one or is younger', async () => {
  await files.keep(db, fileOf('kept'), byId);
  for (const text of ['old orphan', 'young orphan']) await orphan(text);
  for (const text of ['kept', 'old orphan']) await utimes(placeOf(text), longAgo, longAgo);
  expect(await files.sweep(db, yesterday)).toBe(1);
  expect(await files.open(hashOf('old orphan'))).toBeNull();
  for (const text of ['kept', 'young orphan']) (await files.open(hashOf(text)))?.destroy();
  expect(await names('kept')).toContain(hashOf('kept'));
  expect(await names('young orphan')).toContain(hashOf('young orphan'));
});

it('leaves what somebody keeps anew, whose row is not written yet', async () => {
  await orphan('again');
  await utimes(placeOf('again'), longAgo, longAgo);
  await inTransaction(db, async (tx) => {
    await files.keep(tx, fileOf('again'), byId);
    expect(await files.sweep(db, yesterday)).toBe(0);
  });
  expect(await names('again')).toEqual([hashOf('again')]);
});

it('puts back what a killed sweep had moved aside', async () => {
  await files.keep(db, fileOf('aside'), byId);
  await rename(placeOf('aside'), `${placeOf('aside')}.aside-1`);
  await files.sweep(db, yesterday);
  expect(await names('aside')).toEqual([hashOf('aside')]);
});

it('finds nothing where nothing was ever kept', async () => {
  expect(await files.sweep(db, yesterday)).toBe(0);
});
