import { type Actor, requireRole } from '../accounts/actor.ts';
import { noteChangedProducts } from '../catalog/product-changed.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';

/**
 * Closes a zone: it leaves lists, home and filters, its page says so, its goods stay on sale and what was sold there keeps its channel.
 * Operators alone. Refuses one that is closed with 409 `zoneClosed`.
 */
export async function closeZone(db: PrismaClient, actor: Actor, id: number, reason: string, at: Date): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const zone = await lockedZone(tx, id);
    if (zone.closedAt) throw new StateConflict('zoneClosed');
    await tx.zone.update({ where: { id }, data: { closedAt: at, closedReason: reason }, select: { id: true } });
    await note(tx, actor, 'zone.close', { id, reason }, at);
    await noteProductsIn(tx, id);
  });
}

/** Opens a closed zone again with the goods that it had. Operators alone. Refuses one that is open with 409 `zoneIsOpen`. */
export async function reopenZone(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const zone = await lockedZone(tx, id);
    if (!zone.closedAt) throw new StateConflict('zoneIsOpen');
    await tx.zone.update({ where: { id }, data: { closedAt: null, closedReason: null }, select: { id: true } });
    await note(tx, actor, 'zone.reopen', { id }, at);
    await noteProductsIn(tx, id);
  });
}

/** An open zone changes places with the open one of its kind that shows before or after it, as people see them. Operators alone. */
export async function orderZone(
  db: PrismaClient,
  actor: Actor,
  id: number,
  direction: 'up' | 'down',
  at: Date,
): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const all = await lockedZones(tx);
    const zone = all.find((one) => one.id === id);
    if (!zone) throw new NotFound();
    const siblings = all.filter(({ kind, closedAt }) => kind === zone.kind && closedAt === null);
    const from = siblings.findIndex((one) => one.id === id);
    const other = siblings[direction === 'up' ? from - 1 : from + 1];
    if (from < 0 || !other) return;
    const [mine, its] = [all.indexOf(zone), all.indexOf(other)];
    all[mine] = other;
    all[its] = zone;
    for (const [index, { id: zoneId, sort }] of all.entries())
      if (sort !== (index + 1) * 10)
        await tx.zone.update({ where: { id: zoneId }, data: { sort: (index + 1) * 10 }, select: { id: true } });
    await note(tx, actor, 'zone.order', { id, after: { direction } }, at);
  });
}

interface LockedZone {
  id: number;
  kind: string;
  sort: number;
  closedAt: Date | null;
}

/** Every zone, locked in the order of their ids, in the order in which they show. */
async function lockedZones(tx: Tx): Promise<LockedZone[]> {
  const zones = await tx.$queryRaw<LockedZone[]>`SELECT id, kind, sort, closedAt FROM zone ORDER BY id FOR UPDATE`;
  return zones.sort((a, b) => a.sort - b.sort || a.id - b.id);
}

async function lockedZone(tx: Tx, id: number): Promise<LockedZone> {
  const [zone] = await tx.$queryRaw<
    LockedZone[]
  >`SELECT id, kind, sort, closedAt FROM zone WHERE id = ${id} FOR UPDATE`;
  if (!zone) throw new NotFound();
  return zone;
}

/** Search finds goods by the zones that are open. */
async function noteProductsIn(tx: Tx, zoneId: number): Promise<void> {
  const held = await tx.zoneProduct.findMany({ where: { zoneId }, select: { productId: true } });
  await noteChangedProducts(
    tx,
    held.map(({ productId }) => productId),
  );
}

async function note(
  tx: Tx,
  actor: Actor,
  action: string,
  { id, reason, after }: { id: number; reason?: string; after?: { direction: string } },
  at: Date,
): Promise<void> {
  await audit(tx, { at, actorId: actor.id, action, subjectType: 'zone', subjectId: id, reason, after });
}
