import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { keepBytes } from '../clients/file-store.ts';
import { readConfig } from '../config.ts';
import { connect } from '../db/client.ts';
import { recountSold } from '../orders/recount-sold.ts';
import { foldTally } from '../quotas/tally/fold-tally.ts';
import { connectionOptions } from './bootstrap/database-url.mjs';
import { explain, Problem, say, seconds } from './bootstrap/say.mjs';
import { hashPasswords } from './demo/add-people.ts';
import { decideWelfareReturns } from './demo/decide-welfare-returns.ts';
import { drawReceipts } from './demo/draw-receipts.ts';
import { makeDemonstration } from './demo/make-demonstration.ts';
import { publishBulletins } from './demo/publish-bulletins.ts';
import { showAnswers } from './demo/show-answers.ts';
import { showApplications } from './demo/show-applications.ts';
import { showApprovals } from './demo/show-approvals.ts';
import { showCampaigns } from './demo/show-campaigns.ts';
import { showMatching } from './demo/show-matching.ts';
import { showPhotos } from './demo/show-photos.ts';
import { showRecalls } from './demo/show-recalls.ts';
import { showSourcing } from './demo/show-sourcing.ts';
import { showTenders } from './demo/show-tenders.ts';
import { showZones } from './demo/show-zones.ts';
import { newWorld } from './demo/world.ts';
import { writeRows } from './demo/write-rows.ts';

/**
 * Fills an empty migrated database, and `dataDir` with the pictures of receipts, with the demonstration as it stands at `now`. Does nothing when it is there already. Throws a
 * Problem when an earlier loading did not end, and when the database holds people of its own.
 */
export async function loadDemonstration(
  databaseUrl: string,
  log: (line: string) => void,
  now: Date = new Date(),
  dataDir?: string,
): Promise<void> {
  const connection = await createConnection(connectionOptions(databaseUrl));
  try {
    if (await isLoaded(connection)) return log('loaded already');
    const started = Date.now();
    const world = newWorld(now);
    await connection.query("INSERT INTO setting (`key`, value) VALUES ('demo', ?)", [`loading ${world.today}`]);
    const receipts = await drawReceipts(world);
    makeDemonstration(world, await hashPasswords(world), receipts);
    if (dataDir) for (const { sha256, bytes } of receipts) await keepBytes(dataDir, sha256, bytes);
    const many = (table: Parameters<typeof world.rows.of>[0]) => world.rows.of(table).length;
    log(
      `${many('product')} products of ${many('supplier')} suppliers, ${many('unit')} units, ${many('order')} orders made up`,
    );
    await writeRows(connection, world.rows);
    log(`${many('tallyEntry')} tally entries written; adding them up`);
    log(`${await finish(databaseUrl, now, dataDir)} bulletins published`);
    await connection.query("UPDATE setting SET value = ?, updatedAt = UTC_TIMESTAMP(3) WHERE `key` = 'demo'", [
      `done ${world.today}`,
    ]);
    log(`loaded in ${seconds(started)}`);
  } finally {
    await connection.end();
  }
}

async function isLoaded(connection: Connection): Promise<boolean> {
  const [[mark]] = await connection.query<RowDataPacket[]>("SELECT value FROM setting WHERE `key` = 'demo'");
  if (String(mark?.value).startsWith('done')) return true;
  if (mark) {
    throw new Problem('The demonstration in this database was loaded only half.', [
      'Make the database anew, migrate it and load again.',
    ]);
  }
  const [[person]] = await connection.query<RowDataPacket[]>('SELECT id FROM user LIMIT 1');
  if (person) throw new Problem('This database holds accounts already: the demonstration goes into an empty one only.');
  return false;
}

/** What the market's own code makes of the rows: totals, bulletins, and what is agreed upon beside the shelf. */
async function finish(databaseUrl: string, now: Date, dataDir: string | undefined): Promise<number> {
  const db = connect(databaseUrl, { pool: 2 });
  try {
    while ((await foldTally(db)) > 0);
    await decideWelfareReturns(db);
    await showTenders(db, now);
    while ((await foldTally(db)) > 0);
    const published = await publishBulletins(db, now);
    await showSourcing(db, now);
    await showApprovals(db, now);
    await showApplications(db, now, dataDir);
    await showCampaigns(db, now);
    await showMatching(db, now);
    await showAnswers(db, now);
    if (dataDir) await showPhotos(db, dataDir, now);
    await showRecalls(db, now);
    await showZones(db, now);
    await recountSold(db, now);
    while ((await foldTally(db)) > 0);
    return published;
  } finally {
    await db.$disconnect();
  }
}

// By its name and not by import.meta.url, which in a bundle is the same for every module.
if (/\bload-demo\.(js|ts)$/.test(process.argv[1] ?? '')) {
  try {
    const { databaseUrl, dataDir } = readConfig();
    await loadDemonstration(databaseUrl, (line) => say('Demonstration', line), new Date(), dataDir);
  } catch (error) {
    explain(error);
    process.exitCode = 1;
  }
}
