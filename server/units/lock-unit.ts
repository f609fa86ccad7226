import type { Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';

/** A unit's row and those of others with it, in id order. Throws NotFound. */
export async function lockUnits(tx: Tx, ids: readonly number[]) {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  await tx.$queryRaw`SELECT id FROM unit WHERE id IN (${Prisma.join(sorted)}) ORDER BY id FOR UPDATE`;
  const units = await tx.unit.findMany({ where: { id: { in: sorted } } });
  return (id: number) => {
    const unit = units.find((one) => one.id === id);
    if (!unit) throw new NotFound();
    return unit;
  };
}

/** Throws StateConflict `unitEnded` for one that was merged or dissolved. */
export function mustBeActive(unit: { state: string }): void {
  if (unit.state !== 'active') throw new StateConflict('unitEnded');
}

const TREE_LOCK = 'lock:unit-tree';

/** One change of the tree at a time, so that two moves cannot make a circle together. */
export async function lockTree(tx: Tx): Promise<void> {
  await tx.$executeRaw`INSERT INTO setting (\`key\`, value) VALUES (${TREE_LOCK}, '') ON DUPLICATE KEY UPDATE value = VALUES(value)`;
}
