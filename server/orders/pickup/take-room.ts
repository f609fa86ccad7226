import { type Actor, ownUnitId } from '../../accounts/actor.ts';
import type { FastTx, Sql } from '../../db/sql.ts';
import { RuleRefusal } from '../../shared/errors.ts';

const FIELD = 'pickupPointId';
/** What was ordered longer ago no longer fills the shelf: it was fetched, or confirmed by time. */
const COUNTED_DAYS = 45;

interface LockedPoint {
  unitId: number | null;
  capacity: number;
  closedAt: Date | null;
}

/**
 * Makes sure that a point takes so many parcels more, under its row's lock, so that many at once never exceed its capacity. Refuses
 * with `noSuchPickupPoint` (closed, or a unit's of others) and `pickupPointFull`.
 */
export async function takeRoom(tx: FastTx, actor: Actor, pointId: number, parcels: number, at: Date): Promise<void> {
  const [point] = await tx.$queryRaw<LockedPoint[]>`
    SELECT unitId, capacity, closedAt FROM pickup_point WHERE id = ${pointId} FOR UPDATE`;
  const mine = point && (point.unitId === null || point.unitId === ownUnitId(actor));
  if (!point || !mine || point.closedAt) throw refusal('noSuchPickupPoint');
  const waiting = await parcelsAt(tx, pointId, at);
  if (waiting + parcels > point.capacity) throw refusal('pickupPointFull');
}

/** How many parcels are on their way to a point or wait there. */
export async function parcelsAt(db: Sql, pointId: number, at: Date): Promise<number> {
  const since = new Date(at.getTime() - COUNTED_DAYS * 86_400_000);
  const [row] = await db.$queryRaw<{ waiting: bigint | number }[]>`
    SELECT COUNT(*) AS waiting FROM pickup p JOIN fulfilment f ON f.id = p.fulfilmentId
    WHERE p.pointId = ${pointId} AND p.createdAt >= ${since} AND f.state IN ('waiting', 'to_confirm', 'confirmed', 'partly_shipped', 'shipped')`;
  return Number(row?.waiting ?? 0);
}

/** Notes where the parcels of a new order are fetched. */
export async function notePickups(tx: FastTx, orderId: number, pointId: number, at: Date): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO pickup (fulfilmentId, pointId, createdAt) SELECT id, ${pointId}, ${at} FROM fulfilment WHERE orderId = ${orderId}`;
}

const refusal = (code: string) => new RuleRefusal('cannotOrder', [{ path: FIELD, code }]);
