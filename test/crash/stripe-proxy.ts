import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Signal, signal } from './signal.ts';

export interface StripeProxy {
  /** Stripe's address, through the proxy */
  url: string;
  /** The process dies before its n-th call from now on arrives, or when Stripe has done it and the answer is on its way. */
  dieAt: (count: number, when: 'before call' | 'after call') => void;
  /** That many calls from now on are carried out, but their answers are lost; the process lives on. */
  loseAnswers: (count: number) => void;
  /** Calls whose path fits are carried out, of which `done` tells, but answered only from `release` on. */
  holdAnswers: (path: RegExp) => { done: Promise<void>; release: () => void };
  /** dies now, as the rest of its process does */
  die: () => void;
  close: () => Promise<void>;
}

/** Stands between a process and Stripe, which is the payment sandbox, and cuts them off from each other at a chosen call. */
export async function stripeProxy(apiBase: string, onDeath: () => void = () => {}): Promise<StripeProxy> {
  let left = Number.POSITIVE_INFINITY;
  let isAfter = false;
  let lost = 0;
  let held: { path: RegExp; done: Signal; release: Signal } | null = null;
  let dead = false;

  function die(): void {
    if (dead) return;
    dead = true;
    server.close();
    server.closeAllConnections();
    onDeath();
  }

  const server = createServer(async (req, res) => {
    if (dead) return void req.socket.destroy();
    left -= 1;
    const isLast = left === 0;
    const body = await buffer(req);
    if (isLast && !isAfter) return die();
    const answer = await passedOn(apiBase, req, body);
    if (isLast) return die();
    if (lost > 0) {
      lost -= 1;
      return void req.socket.destroy();
    }
    if (held?.path.test(req.url ?? '')) {
      held.done.happen();
      await held.release.happened;
    }
    res.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dieAt: (count, when) => {
      left = count;
      isAfter = when === 'after call';
    },
    loseAnswers: (count) => {
      lost = count;
    },
    holdAnswers: (path) => {
      const [done, release] = [signal(), signal()];
      held = { path, done, release };
      return { done: done.happened, release: release.happen };
    },
    die,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => (server.listening ? server.close(resolve) : resolve(undefined)));
    },
  };
}

async function passedOn(apiBase: string, req: IncomingMessage, body: Buffer) {
  const { host: _, connection: __, 'content-length': ___, ...headers } = req.headers as Record<string, string>;
  const method = req.method ?? 'GET';
  const answer = await fetch(`${apiBase}${req.url}`, {
    method,
    headers,
    ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
  });
  const kept = ['content-type', 'request-id', 'stripe-version', 'idempotency-key', 'idempotent-replayed'];
  return {
    status: answer.status,
    headers: Object.fromEntries([...answer.headers].filter(([name]) => kept.includes(name))),
    body: await answer.text(),
  };
}
