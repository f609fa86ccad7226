import type { PrismaClient } from '../db/client.ts';

const MOST_REMEMBERED = 1_000;
/** As many orders write at once; the rest wait where they can still learn that their goods are gone. */
const WRITING_AT_ONCE = 12;

interface Rush {
  /** by product: when, on this process's clock, less was found than had been read */
  movedAt: Map<number, number>;
  writing: number;
  waiting: (() => void)[];
}

const rushes = new WeakMap<PrismaClient, Rush>();

function rushOf(db: PrismaClient): Rush {
  const known = rushes.get(db);
  if (known) return known;
  const rush: Rush = { movedAt: new Map(), writing: 0, waiting: [] };
  rushes.set(db, rush);
  return rush;
}

/** Remembers that there was less of these products than an order had read. Only a hint that saves work: takeStock decides. */
export function noteMoved(db: PrismaClient, productIds: readonly number[]): void {
  const { movedAt } = rushOf(db);
  if (movedAt.size > MOST_REMEMBERED) movedAt.clear();
  const now = performance.now();
  for (const productId of productIds) movedAt.set(productId, now);
}

/** Whether what was read of these products at an instant of this process's clock is known to be no longer true. */
export function hasMovedSince(db: PrismaClient, productIds: readonly number[], readAt: number): boolean {
  const { movedAt } = rushOf(db);
  return productIds.some((productId) => (movedAt.get(productId) ?? 0) > readAt);
}

/** Lets a dozen write at once, first come first served. */
export async function inTurn<T>(db: PrismaClient, write: () => Promise<T>): Promise<T> {
  const rush = rushOf(db);
  if (rush.writing >= WRITING_AT_ONCE) await new Promise<void>((resolve) => rush.waiting.push(resolve));
  else rush.writing += 1;
  try {
    return await write();
  } finally {
    const next = rush.waiting.shift();
    if (next) next();
    else rush.writing -= 1;
  }
}
