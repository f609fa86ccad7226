import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, readdir, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Db } from '../db/client.ts';

const SWEPT_AT_ONCE = 500;
const ASIDE = '.aside-';

export interface NewFile {
  name: string;
  mime: string;
  bytes: Buffer;
}

/** Uploaded files: the bytes under DATA_DIR/files by their hash, what they are in the table `file`. */
export interface FileStore {
  /** Keeps the bytes, then writes the row within the caller's transaction; returns its id. */
  keep: (tx: Db, file: NewFile, byId: number) => Promise<number>;
  /** The bytes of a kept file; null where they are not on this machine. */
  open: (sha256: string) => Promise<ReadStream | null>;
  /** Takes bytes away whose row was never written, or is gone, and that nobody has kept since `before`. Returns how many. */
  sweep: (db: Db, before: Date) => Promise<number>;
}

export function createFileStore(dataDir: string): FileStore {
  return {
    keep: async (tx, { name, mime, bytes }, byId) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await write(placeOf(dataDir, sha256), bytes);
      const { id } = await tx.file.create({
        data: { sha256, name: name.slice(-191), mime, bytes: bytes.length, byId },
        select: { id: true },
      });
      return id;
    },
    open: async (sha256) => {
      const place = placeOf(dataDir, sha256);
      const found = await stat(place).catch(() => null);
      return found ? createReadStream(place) : null;
    },
    sweep: async (db, before) => {
      const root = join(dataDir, 'files');
      let swept = 0;
      for (const folder of await namesIn(root)) swept += await sweepFolder(db, join(root, folder), before);
      return swept;
    },
  };
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

async function sweepFolder(db: Db, folder: string, before: Date): Promise<number> {
  const names = await namesIn(folder);
  let swept = 0;
  for (let at = 0; at < names.length; at += SWEPT_AT_ONCE) {
    const some = names.slice(at, at + SWEPT_AT_ONCE).map((name) => ({ name, sha256: name.split('.', 1)[0] ?? '' }));
    const known = await db.file.findMany({
      where: { sha256: { in: some.map(({ sha256 }) => sha256) } },
      select: { sha256: true },
    });
    const kept = new Set(known.map((row) => row.sha256));
    for (const { name, sha256 } of some) {
      if (!kept.has(sha256)) swept += Number(await sweepOne(join(folder, name), before));
      // A sweep was killed before it could put back what somebody had just kept.
      else if (name.includes(ASIDE)) await rename(join(folder, name), join(folder, sha256));
    }
  }
  return swept;
}

/** Out of the way first: whoever keeps the same bytes in this moment has touched them before, and they go back, or writes them anew. */
async function sweepOne(place: string, before: Date): Promise<boolean> {
  const isOld = async (path: string) => (await stat(path)).mtime < before;
  const aside = `${place}${ASIDE}${randomUUID()}`;
  try {
    if (!(await isOld(place))) return false;
    await rename(place, aside);
    const isOrphan = await isOld(aside);
    await (isOrphan ? unlink(aside) : rename(aside, place));
    return isOrphan;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function placeOf(dataDir: string, sha256: string): string {
  return join(dataDir, 'files', sha256.slice(0, 2), sha256);
}

/** Puts bytes where the store looks for them, for files whose rows are written otherwise. */
export function keepBytes(dataDir: string, sha256: string, bytes: Buffer): Promise<void> {
  return write(placeOf(dataDir, sha256), bytes);
}

/**
 * Under another name first, so that a process killed here leaves no half file under the right one. Bytes that lie there already are
 * touched, which keeps them from being swept until their row is written.
 */
async function write(place: string, bytes: Buffer): Promise<void> {
  const now = new Date();
  const isThere = await utimes(place, now, now).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await mkdir(dirname(place), { recursive: true });
  const unfinished = `${place}.${randomUUID()}`;
  await writeFile(unfinished, bytes);
  await rename(unfinished, place);
}
