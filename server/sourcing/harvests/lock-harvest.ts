import type { Tx } from '../../db/client.ts';
import { NotFound } from '../../shared/errors.ts';

/** Takes the row of a coming batch; who pre-orders shares it until the order is written. Throws NotFound. */
export async function lockHarvest(tx: Tx, id: number) {
  const locked = await tx.$queryRaw<unknown[]>`SELECT id FROM harvest WHERE id = ${id} FOR UPDATE`;
  if (locked.length === 0) throw new NotFound();
  return tx.harvest.findUniqueOrThrow({ where: { id }, include: { product: { select: { shelfLifeDays: true } } } });
}

export type LockedHarvest = Awaited<ReturnType<typeof lockHarvest>>;
