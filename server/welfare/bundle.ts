import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { bundleFacts } from './bundle-facts.ts';
import { bundleSheets } from './bundle-sheets.ts';
import { countsOf, listClaims, type WholeRun } from './run-queries.ts';
import { signOffSheet } from './sign-off-sheet.ts';
import type { Reader } from './welfare-presenter.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

interface Bundled {
  title: string;
  unitName: string;
  orderIds: number[];
  /** figures of the cover beside the sums, by their key of `welfare:count` */
  counts: Record<string, number>;
  /** further sheets, by their key of `welfare:bundle.part` */
  more: [string, Buffer][];
}

/** A run as one archive for the accountant (rule 29): what `writeBundle` says of its orders, and the sign-off list. */
export async function writeRunBundle(parts: Parts, { t }: Pick<Reader, 't'>, run: WholeRun): Promise<Readable> {
  const [counts, claims] = await Promise.all([countsOf(parts.db, run.id), listClaims(parts.db, run.id, run.state, {})]);
  return writeBundle(parts, t, {
    ...{ title: run.name, unitName: run.unit.name, counts },
    orderIds: run.orders.map(({ orderId }) => orderId),
    more: [['signOff', await signOffSheet(t, run.name, claims)]],
  });
}

/**
 * Orders as one archive for the accountant, streamed: a cover with the sums, approvals, orders, receipts with shortages, refunds,
 * statements, transfers, and the invoices with their files. Names are marked as UTF-8, so that Windows reads them.
 */
export async function writeBundle({ db, files }: Parts, t: Reader['t'], bundled: Bundled): Promise<Readable> {
  const facts = await bundleFacts(db, bundled.orderIds);
  const zip = new ZipFile();
  const sheets = [...(await bundleSheets(t, bundled, facts)), ...bundled.more];
  for (const [index, [name, bytes]] of sheets.entries())
    zip.addBuffer(bytes, `${String(index + 1).padStart(2, '0')} ${t(`welfare:bundle.part.${name}`)}.xlsx`);
  for (const { number, fileId } of facts.invoices) {
    const paper = fileId === null ? undefined : facts.paperOf.get(fileId);
    const stream = paper ? await files.open(paper.sha256) : null;
    if (paper && stream)
      zip.addReadStream(
        stream,
        `${t('welfare:bundle.part.invoices')}/${number.replace(/[\\/:*?"<>|]/g, '_')}${extname(paper.name)}`,
      );
  }
  zip.end();
  return zip.outputStream as Readable;
}
