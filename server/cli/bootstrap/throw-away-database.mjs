import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireSpace } from './disk.mjs';
import { serverPaths } from './mariadb-options.mjs';
import { ensureDatabasePrograms } from './mariadb-programs.mjs';
import { startPrivateServer, stopLeftovers } from './mariadb-server.mjs';
import { isAlive } from './processes.mjs';

const prefix = 'market-test-';

/**
 * A database server for one run of the tests, in a temporary directory. It does not care for power cuts, which makes it fast.
 * `stop` removes all of it.
 * @param {AbortSignal} signal
 * @returns {Promise<{ url: string, directory: string, stop: () => Promise<void> }>} `url` names the server, with the right to
 * make databases; other throw-away files may go into `directory`
 */
export async function startThrowAwayDatabase(signal) {
  await removeLeftovers();
  await requireSpace(tmpdir(), 500, 'a throw-away database');
  const programs = await ensureDatabasePrograms(signal);
  const directory = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(directory, 'owner'), String(process.pid));
  try {
    const server = await startPrivateServer({
      directory,
      programs,
      database: 'market_test',
      durable: false,
      everything: true,
      signal,
    });
    return {
      url: server.url.replace('/market_test', '/'),
      directory,
      stop: async () => {
        await server.kill();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stopLeftovers(serverPaths(directory));
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** What test runs that were killed have left: their servers and their directories. */
async function removeLeftovers() {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const directory = join(tmpdir(), name);
    const owner = join(directory, 'owner');
    try {
      if (existsSync(owner) && isAlive(Number(readFileSync(owner, 'utf8')))) continue;
      await stopLeftovers(serverPaths(directory));
      rmSync(directory, { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}
