import { ConfigFaults, readConfig } from '../config.ts';
import { connect } from '../db/client.ts';
import { askForReindex } from '../search/search-changes.ts';

/**
 * `npm run reindex`: every running process with an embedded index builds it anew within about a second and swaps it in, while the old
 * one answers.
 */
async function main(): Promise<void> {
  const config = readConfig();
  const db = connect(config.databaseUrl, { pool: 2 });
  try {
    const products = await db.product.count({ where: { state: 'on_sale' } });
    await askForReindex(db);
    console.log(`Asked every running process to rebuild its search index (${products} products are on sale).`);
  } finally {
    await db.$disconnect();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigFaults ? error.message : error);
  process.exitCode = 1;
});
