import { Prisma } from '../../db/generated/client.ts';
import type { Sql } from '../../db/sql.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { type Fault, RuleRefusal } from '../../shared/errors.ts';

export interface CappedPurchase {
  orderId: number;
  buyerId: number;
  unitId: number | null;
  /** in the order of the request, so that faults find their line */
  lines: readonly { productId: number; quantity: number }[];
  day: Day;
  at: Date;
}

interface CapRow {
  id: number;
  kind: 'person_product' | 'unit_product';
  productId: number;
  limitValue: number;
}

/**
 * Takes an order's part of every cap on its products: per person and product, per unit and product (rule 10). A counter changes only
 * while it stays within its limit, in cap order, so that any number of buyers at once never exceed it. Refuses with every cap that is
 * reached, by line; the caller's transaction then rolls all of it back.
 */
export async function takeCaps(tx: Sql, purchase: CappedPurchase): Promise<void> {
  const faults: Fault[] = [];
  for (const cap of await findCaps(tx, purchase)) {
    const index = purchase.lines.findIndex((line) => line.productId === cap.productId);
    const quantity = purchase.lines[index]?.quantity ?? 0;
    const holderId = cap.kind === 'person_product' ? purchase.buyerId : purchase.unitId;
    if (holderId === null) continue;
    // Not INSERT IGNORE: it shares its lock on a row that is there, and all who share one would wait for one another to update it.
    await tx.$executeRaw`
      INSERT INTO cap_counter (capId, holderId, used) VALUES (${cap.id}, ${holderId}, 0) ON DUPLICATE KEY UPDATE used = used`;
    const taken = await tx.$executeRaw`
      UPDATE cap_counter SET used = used + ${quantity}
      WHERE capId = ${cap.id} AND holderId = ${holderId} AND used + ${quantity} <= COALESCE(limitValue, ${cap.limitValue})`;
    if (taken === 0)
      faults.push({
        path: `lines.${index}.quantity`,
        code: cap.kind === 'person_product' ? 'overPersonCap' : 'overUnitCap',
        values: await left(tx, cap, holderId),
      });
    else await noteMovement(tx, cap.id, holderId, 'order', purchase.orderId, quantity, purchase.at);
  }
  if (faults.length > 0) throw new RuleRefusal('cannotOrder', faults);
}

/** The caps that hold, kept from being changed until the order is written: buyers share the lock, whoever sets a cap waits. */
function findCaps(tx: Sql, { lines, day }: CappedPurchase): PromiseLike<CapRow[]> {
  const on = dayToColumn(day);
  return tx.$queryRaw<CapRow[]>`
    SELECT id, kind, productId, limitValue FROM cap
    WHERE productId IN (${Prisma.join(lines.map((line) => line.productId))}) AND kind IN ('person_product', 'unit_product')
      AND startsOn <= ${on} AND endsOn >= ${on}
    ORDER BY id LOCK IN SHARE MODE`;
}

async function left(tx: Sql, cap: CapRow, holderId: number): Promise<Record<string, number>> {
  const [counter] = await tx.$queryRaw<{ used: number | bigint; limitValue: number | bigint | null }[]>`
    SELECT used, limitValue FROM cap_counter WHERE capId = ${cap.id} AND holderId = ${holderId}`;
  const limit = Number(counter?.limitValue ?? cap.limitValue);
  return { limit, left: Math.max(0, limit - Number(counter?.used ?? 0)) };
}

/** Gives back all that an order still holds of its caps, once: the movement's key refuses a second time. */
export async function giveBackCaps(tx: Sql, orderId: number, at: Date): Promise<void> {
  const held = await tx.$queryRaw<{ capId: number; holderId: number; value: number | bigint }[]>`
    SELECT m.capId, m.holderId, m.value + COALESCE((
        SELECT SUM(r.value) FROM cap_movement r JOIN refund_line x ON x.id = r.sourceId JOIN order_line y ON y.id = x.lineId
        WHERE r.capId = m.capId AND r.source = 'refund' AND y.orderId = ${orderId}), 0) + COALESCE((
        SELECT SUM(r.value) FROM cap_movement r JOIN order_line y ON y.id = r.sourceId
        WHERE r.capId = m.capId AND r.source = 'receipt' AND y.orderId = ${orderId}), 0) AS value
    FROM cap_movement m WHERE m.capId IN (
      SELECT c.id FROM cap c JOIN order_line l ON l.productId = c.productId AND l.orderId = ${orderId} AND NOT l.isGift
    ) AND m.source = 'order' AND m.sourceId = ${orderId} ORDER BY m.capId`;
  for (const { capId, holderId, value } of held)
    if (Number(value) > 0) await giveBack(tx, { capId, holderId }, 'release', orderId, Number(value), at);
}

export interface CapPart {
  /** the refund's line that gives it back, or the receipt's line that tells that it did not arrive */
  sourceId: number;
  productId: number;
  quantity: number;
}

/** Gives back the parts of an order's caps that refunded, short or damaged goods had taken; each line once. */
export async function giveBackCapParts(
  tx: Sql,
  orderId: number,
  source: 'refund' | 'receipt_line',
  parts: readonly CapPart[],
  at: Date,
): Promise<void> {
  if (parts.length === 0) return;
  const taken = await tx.$queryRaw<{ capId: number; holderId: number; productId: number }[]>`
    SELECT m.capId, m.holderId, c.productId FROM cap c JOIN cap_movement m ON m.capId = c.id
    WHERE c.productId IN (${Prisma.join(parts.map((part) => part.productId))}) AND m.source = 'order' AND m.sourceId = ${orderId}
    ORDER BY m.capId`;
  for (const { productId, ...cap } of taken) {
    const part = parts.find((candidate) => candidate.productId === productId);
    if (part && part.quantity > 0) await giveBack(tx, cap, source, part.sourceId, part.quantity, at);
  }
}

async function giveBack(
  tx: Sql,
  { capId, holderId }: { capId: number; holderId: number },
  source: 'release' | 'refund' | 'receipt_line',
  sourceId: number,
  quantity: number,
  at: Date,
): Promise<void> {
  await tx.$executeRaw`UPDATE cap_counter SET used = used - ${quantity} WHERE capId = ${capId} AND holderId = ${holderId}`;
  await noteMovement(tx, capId, holderId, source, sourceId, -quantity, at);
}

async function noteMovement(
  tx: Sql,
  capId: number,
  holderId: number,
  source: 'order' | 'release' | 'refund' | 'receipt_line',
  sourceId: number,
  value: number,
  at: Date,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO cap_movement (capId, holderId, source, sourceId, value, at) VALUES (${capId}, ${holderId}, ${source}, ${sourceId}, ${value}, ${at})`;
}

/** Takes parts of an order's caps again that had been given back, while they are there. Refuses with `capTakenMeanwhile`. */
export async function takeCapPartsAgain(tx: Sql, orderId: number, parts: readonly CapPart[], at: Date): Promise<void> {
  if (parts.length === 0) return;
  const held = await tx.$queryRaw<{ capId: number; holderId: number; productId: number; most: number | bigint }[]>`
    SELECT m.capId, m.holderId, c.productId, COALESCE(k.limitValue, c.limitValue) AS most FROM cap c JOIN cap_movement m ON m.capId = c.id
    JOIN cap_counter k ON k.capId = m.capId AND k.holderId = m.holderId
    WHERE c.productId IN (${Prisma.join(parts.map((part) => part.productId))}) AND m.source = 'order' AND m.sourceId = ${orderId}
    ORDER BY m.capId`;
  for (const { capId, holderId, productId, most } of held) {
    const part = parts.find((candidate) => candidate.productId === productId);
    if (!part || part.quantity <= 0) continue;
    const taken = await tx.$executeRaw`
      UPDATE cap_counter SET used = used + ${part.quantity}
      WHERE capId = ${capId} AND holderId = ${holderId} AND used + ${part.quantity} <= ${most}`;
    if (taken === 0) throw new RuleRefusal('capTakenMeanwhile', [{ path: 'lines', code: 'capTakenMeanwhile' }]);
    await noteMovement(tx, capId, holderId, 'receipt_line', part.sourceId, part.quantity, at);
  }
}
