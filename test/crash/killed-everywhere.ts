import { expect } from 'vitest';
import { connect, fast, type PrismaClient } from '../../server/db/client.ts';
import { StateConflict } from '../../server/shared/errors.ts';
import { crashProxy } from './crash-proxy.ts';

const MOST_STEPS = 200;
const POOL = 2;

/** What is done to a purchase, by a process that may die on the way and by the one that comes after it. */
export interface Story {
  act: (db: PrismaClient) => Promise<unknown>;
  /** holds once it has been done again */
  holds: () => Promise<void>;
}

/** Tried with every number of statements, or commits, until it goes through: killed there, then done again by a new process. Returns how many. */
export async function killedEverywhere(
  { url, db }: { url: string; db: PrismaClient },
  prepare: () => Promise<Story>,
  when: 'before' | 'after commit',
): Promise<number> {
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    const { act, holds } = await prepare();
    const proxy = await crashProxy(url);
    const dying = connect(proxy.url, { pool: POOL });
    await Promise.all(
      Array.from({ length: POOL }, () =>
        Promise.all([dying.$queryRaw`SELECT SLEEP(0.02)`, fast(dying).$queryRaw`SELECT SLEEP(0.02)`]),
      ),
    );
    proxy.dieAt(step, when);
    const outcome = await act(dying).then(
      () => 'through' as const,
      () => 'died' as const,
    );
    const died = proxy.died();
    await dying.$disconnect().catch(() => {});
    await proxy.close();
    if (died) await again(() => act(db));
    else expect(outcome).toBe('through');
    await holds();
    if (!died) return step - 1;
  }
  throw new Error(`still dying after ${MOST_STEPS} statements`);
}

/** What has been carried out although its answer was lost may be refused the second time. */
async function again(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof StateConflict)) throw error;
  }
}
