import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { bundleFacts } from './bundle-facts.ts';
import { bundleSheets } from './bundle-sheets.ts';
import type { WholeRun } from './run-queries.ts';
import { signOffSheet } from './sign-off-sheet.ts';
import type { Reader } from './welfare-presenter.ts';

/**
 * A run as one archive for the accountant, streamed (rule 29): a cover with the sums, approvals, orders, receipts with shortages, refunds,
 * statements, transfers, the sign-off list, and the invoices with their files. Names are marked as UTF-8, so that Windows reads them.
 */
export async function writeBundle(
  { db, files }: { db: PrismaClient; files: FileStore },
  { t }: Pick<Reader, 't'>,
  run: WholeRun,
): Promise<Readable> {
  const facts = await bundleFacts(db, run);
  const zip = new ZipFile();
  const sheets = await bundleSheets(t, run, facts);
  sheets.push(['signOff', await signOffSheet(t, run.name, facts.claims)]);
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
