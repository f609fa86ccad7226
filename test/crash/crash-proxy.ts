import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The commands of MySQL's protocol that run a statement: COM_QUERY and COM_STMT_EXECUTE. */
const RUNS = [0x03, 0x17];
const HEAD_BYTES = 4;

export interface CrashProxy {
  /** the database's address, through the proxy */
  url: string;
  /**
   * From now on the process dies before the server reads its n-th statement, or after its n-th commit, so that only the answer is lost:
   * after any other statement is the same as before the next.
   */
  dieAt: (count: number, when: 'before' | 'after commit') => void;
  died: () => boolean;
  close: () => Promise<void>;
}

/**
 * Stands between a process and its database and cuts every connection at a chosen statement: what the server then sees is what a process that
 * was killed there leaves behind, and every later statement of that process fails.
 */
export async function crashProxy(databaseUrl: string): Promise<CrashProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  let after = false;
  let dead = false;

  function die(): void {
    dead = true;
    // Refused at the door; a driver that is let in and then cut off complains where nobody listens.
    server.close();
    for (const socket of sockets) socket.destroy();
  }

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 3306), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          for (const other of [client, upstream]) other.destroy();
        });
    }
    client.on('data', (bytes: Buffer) => {
      for (const { command, text } of commandsIn(bytes)) {
        if (!RUNS.includes(command) || (after && !/^commit/i.test(text))) continue;
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
    upstream.on('data', (bytes: Buffer) => client.write(bytes));
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
    died: () => dead,
    close: async () => {
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
