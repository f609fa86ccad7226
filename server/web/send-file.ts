import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { FileStore } from '../clients/file-store.ts';
import { NotFound } from '../shared/errors.ts';

interface StoredFile {
  sha256: string;
  name: string;
  mime: string;
  bytes: number;
}

/**
 * Sends what somebody uploaded. It is never run as a page of ours: its own media type, no guessing, no scripts; what is no picture is
 * saved under its name. Throws NotFound for no file, or one whose bytes are gone.
 */
export async function sendFile(
  res: Response,
  files: FileStore,
  file: StoredFile | null | undefined,
  cacheControl = 'private, max-age=3600',
): Promise<void> {
  const bytes = file && (await files.open(file.sha256));
  if (!file || !bytes) throw new NotFound();
  res.set({
    'Content-Type': file.mime,
    'Content-Length': String(file.bytes),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': cacheControl,
    'Content-Disposition': `${file.mime.startsWith('image/') ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
  });
  // Who goes away in the middle is nobody's fault.
  await pipeline(bytes, res).catch(() => res.destroy());
}
