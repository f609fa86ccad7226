import { ConfigFaults, readConfig } from '../config.ts';
import { connect } from '../db/client.ts';
import { askForReindex } from '../search/search-changes.ts';

/**
 * `npm run reindex`: every running process with an embedded index builds it anew within about a second, a worker that of a search
 * server within five; it is swapped in when it is whole, and the old one answers until then.
 */
async function main(): Promise<void> {
  const config = readConfig();
  const db = connect(config.databaseUrl, { pool: 2 });
  try {
    const products = await db.product.count({ where: { state: 'on_sale' } });
    await askForReindex(db);
    console.log(`Asked the running processes to rebuild the search index (${products} products are on sale).`);
  } finally {
    await db.$disconnect();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigFaults ? error.message : error);
  process.exitCode = 1;
});
