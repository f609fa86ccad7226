import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Db } from '../db/client.ts';

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
  };
}

function placeOf(dataDir: string, sha256: string): string {
  return join(dataDir, 'files', sha256.slice(0, 2), sha256);
}

/** Puts bytes where the store looks for them, for files whose rows are written otherwise. */
export function keepBytes(dataDir: string, sha256: string, bytes: Buffer): Promise<void> {
  return write(placeOf(dataDir, sha256), bytes);
}

/** Under another name first, so that a process killed here leaves no half file under the right one. */
async function write(place: string, bytes: Buffer): Promise<void> {
  if (await stat(place).catch(() => null)) return;
  await mkdir(dirname(place), { recursive: true });
  const unfinished = `${place}.${randomUUID()}`;
  await writeFile(unfinished, bytes);
  await rename(unfinished, place);
}
