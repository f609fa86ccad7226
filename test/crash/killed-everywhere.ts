import { expect } from 'vitest';
import { createStripe, type Stripe } from '../../server/clients/stripe.ts';
import type { Container } from '../../server/container.ts';
import { connect, fast, type PrismaClient } from '../../server/db/client.ts';
import { StateConflict } from '../../server/shared/errors.ts';
import { crashProxy } from './crash-proxy.ts';
import { signal } from './signal.ts';
import { stripeProxy } from './stripe-proxy.ts';

const MOST_STEPS = 200;
const POOL = 2;

/** Where a process dies: around its statements, or around its calls of Stripe. */
export type Moment = 'before' | 'after commit' | 'before call' | 'after call';

/** What is done to a purchase, by a process that may die on the way and by the one that comes after it. */
export interface Story {
  act: (db: PrismaClient, stripe: Stripe) => Promise<unknown>;
  /** what the process after the dead one does; the same, where nothing is said */
  restart?: (() => Promise<unknown>) | undefined;
  /** holds once it has been done again */
  holds: () => Promise<void>;
}

export interface Surviving {
  url: string;
  container: Container;
}

/** Tried with every number of moments until it goes through: killed there, then done again by a new process. Returns how many there are. */
export async function killedEverywhere(
  surviving: Surviving,
  prepare: () => Promise<Story>,
  when: Moment,
): Promise<number> {
  const { db, stripe } = surviving.container;
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    const { act, restart = () => act(db, stripe), holds } = await prepare();
    const dying = await mortal(surviving);
    dying.dieAt(step, when);
    const acting = act(dying.db, dying.stripe).then(
      () => 'through' as const,
      () => 'died' as const,
    );
    const outcome = await Promise.race([acting, dying.death]);
    const died = dying.died();
    await dying.close();
    if (died) await again(restart);
    else expect(outcome).toBe('through');
    await holds();
    if (!died) return step - 1;
  }
  throw new Error(`still dying after ${MOST_STEPS} steps`);
}

/** A process that can be killed: its database and its Stripe are gone at the same moment. */
async function mortal({ url, container: { sandbox } }: Surviving) {
  if (!sandbox) throw new Error('a process is killed around the payment sandbox alone');
  const death = signal();
  const database = await crashProxy(url, () => {
    payments.die();
    death.happen();
  });
  const payments = await stripeProxy(sandbox.apiBase, () => database.die());
  const db = connect(database.url, { pool: POOL });
  await Promise.all(
    Array.from({ length: POOL }, () =>
      Promise.all([db.$queryRaw`SELECT SLEEP(0.02)`, fast(db).$queryRaw`SELECT SLEEP(0.02)`]),
    ),
  );
  return {
    db,
    stripe: createStripe({ secretKey: sandbox.secretKey, apiBase: payments.url }),
    dieAt: (count: number, when: Moment) =>
      when === 'before' || when === 'after commit' ? database.dieAt(count, when) : payments.dieAt(count, when),
    death: death.happened.then(() => 'died' as const),
    died: database.died,
    close: async () => {
      await db.$disconnect().catch(() => {});
      await Promise.all([database.close(), payments.close()]);
    },
  };
}

/** What has been carried out although its answer was lost may be refused the second time. */
async function again(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof StateConflict)) throw error;
  }
}
