import type { Books, Difference } from './books.ts';
import { placedOf } from './check-tally-of-orders.ts';
import { readOrders } from './order-facts.ts';

const RANGE = 500;

interface Linked {
  id: number;
  /** whose link it is; null: of no unit, or the order was bought for a unit itself */
  unitId: number | null;
}

interface Helped {
  orderId: number;
  unitId: number;
  fen: number;
  grams: number;
}

/**
 * What was helped to sell (rule 16): outside buyers' orders by a unit's link come to what is left of them after cancellation, receipt
 * and refund, no other order to anything; what is told by hand is more than nothing and of no order.
 */
export async function* checkHelped(books: Books): AsyncGenerator<Difference> {
  for (let from = 0; ; from += RANGE) {
    const [next] = await books.all<{ id: number | null }>(
      `SELECT MIN(id) AS id FROM (SELECT MIN(id) AS id FROM \`order\` WHERE id >= ? AND campaignId IS NOT NULL
         UNION SELECT MIN(orderId) FROM helped_sale WHERE orderId >= ?) x`,
      [from, from],
    );
    if (!next || next.id === null) break;
    from = next.id;
    yield* ordersBetween(books, from, from + RANGE - 1);
  }
  yield* toldByHand(books);
}

async function* ordersBetween(books: Books, from: number, to: number): AsyncGenerator<Difference> {
  const linked = await books.all<Linked>(
    `SELECT o.id, IF(o.unitId IS NULL AND c.kind = 'link', c.unitId, NULL) AS unitId
     FROM \`order\` o JOIN campaign c ON c.id = o.campaignId WHERE o.id BETWEEN ? AND ?`,
    [from, to],
  );
  const linkOf = new Map(linked.map(({ id, unitId }) => [id, unitId]));
  const expected = new Map<string, string>();
  for (const [order, lines] of await readOrders(books, from, to)) {
    const unitId = linkOf.get(order.id);
    if (!unitId) continue;
    const left = lines.map((line) => placedOf(order, line));
    const sum = (of: 'fen' | 'grams') => left.reduce((total, part) => total + part[of], 0);
    if (sum('fen') > 0 || sum('grams') > 0) expected.set(nameOf(order.id, unitId), amountOf(sum('fen'), sum('grams')));
  }
  const rows = await books.all<Helped>(
    `SELECT orderId, unitId, SUM(fen) AS fen, SUM(grams) AS grams FROM helped_sale
     WHERE orderId BETWEEN ? AND ? GROUP BY orderId, unitId HAVING SUM(fen) <> 0 OR SUM(grams) <> 0`,
    [from, to],
  );
  const found = new Map(rows.map(({ orderId, unitId, fen, grams }) => [nameOf(orderId, unitId), amountOf(fen, grams)]));
  for (const what of new Set([...expected.keys(), ...found.keys()])) {
    const [should, is] = [expected.get(what) ?? 'nothing', found.get(what) ?? 'nothing'];
    if (should !== is) yield { what, expected: should, found: is };
  }
}

function nameOf(orderId: number, unitId: number): string {
  return `helped to sell by unit ${unitId} with order ${orderId}`;
}

function amountOf(fen: number, grams: number): string {
  return `${fen} fen ${grams} g`;
}

async function* toldByHand(books: Books): AsyncGenerator<Difference> {
  const rows = await books.all<{ id: number; fen: number; grams: number }>(
    'SELECT id, fen, grams FROM helped_sale WHERE orderId IS NULL AND (fen <= 0 OR grams < 0)',
  );
  for (const { id, fen, grams } of rows)
    yield { what: `helped to sell, told by hand as ${id}`, expected: 'more than nothing', found: amountOf(fen, grams) };
}
