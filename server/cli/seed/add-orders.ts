import type { Connection } from 'mysql2/promise';
import type { Base } from './base-market.ts';
import { DELIVERIES } from './deliveries.ts';
import { ENTRIES } from './entries.ts';
import { CHUNK } from './helper-tables.ts';
import { MONEY } from './money.ts';
import { ORDERS, planOrders } from './orders.ts';
import { addStatements, numberStatements, OWED } from './statements.ts';
import type { TimeLeft } from './time-left.ts';

/** Orders in the sequence of their placing with everything that followed from each, a few ten thousand at a time. */
export async function addOrders(connection: Connection, base: Base, left: TimeLeft): Promise<void> {
  const [pavilion] = base.world.rows.of('zone').filter((zone) => zone.kind === 'pavilion');
  left('orders', 0, base.orders);
  await connection.query('SET @pavilion = ?, @now = FROM_UNIXTIME(?)', [pavilion?.id ?? null, base.until + 3600]);
  await numberStatements(connection, base.from);
  for (let from = 1; from <= base.orders; from += CHUNK) {
    const many = Math.min(CHUNK, base.orders - from + 1);
    await planOrders(connection, base, from, many);
    for (const statement of [...ORDERS, ...DELIVERIES, ...MONEY, ...OWED, ...ENTRIES])
      await connection.query(statement);
    left('orders', from + many - 1, base.orders);
  }
  await addStatements(connection, base.people.operator);
}
