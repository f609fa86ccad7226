import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const PINO_ERROR = 50;
const START_MS = 40_000;

/** The market as it runs for everybody, in a process of its own that can be killed and started again at the same address. */
export interface Market {
  url: string;
  start: () => Promise<void>;
  kill: () => Promise<void>;
  /** what it logged as a task for a person, over all its lives */
  errors: () => string[];
  close: () => Promise<void>;
}

/** Starts the server's own main.ts on a database and a free port, and waits until it serves. */
export async function openMarket(databaseUrl: string): Promise<Market> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'market-crash-'));
  const url = `http://127.0.0.1:${port}`;
  const errors: string[] = [];
  let running: ChildProcess | null = null;

  const start = async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        DATABASE_URL: databaseUrl,
        PORT: String(port),
        DATA_DIR: dataDir,
        LOG_LEVEL: 'warn',
        RATE_LIMIT: '0',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = child;
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        if (levelOf(line) >= PINO_ERROR) errors.push(line);
      });
    }
    for (const until = Date.now() + START_MS; !(await isReady(url)); await sleep(25)) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`the server did not start:\n${said.join('\n')}`);
    }
  };
  const kill = async () => {
    const child = running;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    url,
    start,
    kill,
    errors: () => errors,
    close: async () => {
      await kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What is no line of the log is an exception that nobody caught. */
function levelOf(line: string): number {
  try {
    return (JSON.parse(line) as { level: number }).level;
  } catch {
    return line.trim() === '' ? 0 : PINO_ERROR;
  }
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
