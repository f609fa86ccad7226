import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The commands of MySQL's protocol that run a statement: COM_QUERY and COM_STMT_EXECUTE. */
const RUNS = [0x03, 0x17];
const HEAD_BYTES = 4;
/** With what both drivers introduce themselves; it is none of the process's statements. */
const LAST_GREETING = /^set ti/i;
const GREETING_MS = 2_000;

export interface CrashProxy {
  /** the database's address, through the proxy */
  url: string;
  /**
   * From now on the process dies before the server reads its n-th statement, or after its n-th commit, so that only the answer is lost:
   * after any other statement is the same as before the next.
   */
  dieAt: (count: number, when: 'before' | 'after commit') => void;
  /** dies now, as the rest of its process does */
  die: () => void;
  died: () => boolean;
  close: () => Promise<void>;
}

/**
 * Stands between a process and its database and cuts every connection at a chosen statement: what the server then sees is what a process that
 * was killed there leaves behind, and every later statement of that process fails.
 */
export async function crashProxy(databaseUrl: string, onDeath: () => void = () => {}): Promise<CrashProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  // Of drivers that still introduce themselves: cut off there, they complain where nobody listens.
  const greeting = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  let after = false;
  let dead = false;

  function die(): void {
    if (dead) return;
    dead = true;
    server.close();
    for (const socket of sockets) if (!greeting.has(socket)) socket.destroy();
    onDeath();
  }

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 3306), target.hostname);
    let greets = true;
    let isLast = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      greeting.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          greeting.delete(socket);
          for (const other of [client, upstream]) other.destroy();
        });
    }
    client.on('data', (bytes: Buffer) => {
      if (dead && !greets) return void client.destroy();
      for (const { command, text } of commandsIn(bytes)) {
        isLast ||= LAST_GREETING.test(text);
        if (greets || !RUNS.includes(command) || (after && !/^commit/i.test(text))) continue;
        left -= 1;
        if (left > 0) continue;
        if (!after) return die();
        // The server gets it and carries it out; nobody hears of it.
        upstream.removeAllListeners('data');
        upstream.write(bytes, () => setTimeout(die, 30));
        return;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes: Buffer) => {
      client.write(bytes);
      if (!isLast || !greets) return;
      greets = false;
      for (const socket of [client, upstream]) greeting.delete(socket);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    dieAt: (count, when) => {
      left = count;
      after = when === 'after commit';
    },
    die,
    died: () => dead,
    close: async () => {
      for (const until = Date.now() + GREETING_MS; greeting.size > 0 && Date.now() < until; ) await sleep(5);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => (server.listening ? server.close(resolve) : resolve(undefined)));
    },
  };
}

/** The command of each packet that begins in these bytes, and how its text begins. Statements of the tests fit into one read. */
function* commandsIn(bytes: Buffer): Generator<{ command: number; text: string }> {
  for (let at = 0; at + HEAD_BYTES < bytes.length; ) {
    const length = bytes.readUIntLE(at, 3);
    const text = bytes.toString('latin1', at + HEAD_BYTES + 1, at + HEAD_BYTES + 7);
    if (bytes[at + 3] === 0) yield { command: bytes[at + HEAD_BYTES] ?? 0, text };
    at += HEAD_BYTES + length;
  }
}
