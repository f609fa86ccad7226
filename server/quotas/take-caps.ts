import { Prisma } from '../db/generated/client.ts';
import type { Sql } from '../db/sql.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { type Fault, RuleRefusal } from '../shared/errors.ts';

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

/** Gives back all that an order took of its caps, once: the movement's key refuses a second time. */
export async function giveBackCaps(tx: Sql, orderId: number, at: Date): Promise<void> {
  const taken = await tx.$queryRaw<{ capId: number; holderId: number; value: number | bigint }[]>`
    SELECT capId, holderId, value FROM cap_movement WHERE capId IN (
      SELECT c.id FROM cap c JOIN order_line l ON l.productId = c.productId AND l.orderId = ${orderId}
    ) AND source = 'order' AND sourceId = ${orderId} ORDER BY capId`;
  for (const { capId, holderId, value } of taken) {
    await tx.$executeRaw`UPDATE cap_counter SET used = used - ${value} WHERE capId = ${capId} AND holderId = ${holderId}`;
    await noteMovement(tx, capId, holderId, 'release', orderId, -Number(value), at);
  }
}

async function noteMovement(
  tx: Sql,
  capId: number,
  holderId: number,
  source: 'order' | 'release',
  sourceId: number,
  value: number,
  at: Date,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO cap_movement (capId, holderId, source, sourceId, value, at) VALUES (${capId}, ${holderId}, ${source}, ${sourceId}, ${value}, ${at})`;
}
