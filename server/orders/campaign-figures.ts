import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';

/** What a campaign gave: to orders that were placed, and to those that still wait for approval or payment; fen. */
export interface CampaignFigures {
  orders: number;
  discountFen: number;
  /** goods of these orders before discount */
  goodsFen: number;
  waitingOrders: number;
  waitingFen: number;
  /** units of sale that orders took as gifts, those that still wait among them, less what was refunded */
  gifts: number;
}

const NOTHING: CampaignFigures = { orders: 0, discountFen: 0, goodsFen: 0, waitingOrders: 0, waitingFen: 0, gifts: 0 };

type Row = { [K in keyof CampaignFigures]: number | bigint } & { campaignId: number };

/** What campaigns gave so far, one statement for all. Of refunds nothing is taken off, what was given was given, but a gift that came back or never left. */
export async function campaignFigures(db: Db, ids: readonly number[]): Promise<(id: number) => CampaignFigures> {
  if (ids.length === 0) return () => NOTHING;
  const isPlaced = Prisma.sql`o.state IN ('placed', 'completed')`;
  const waits = Prisma.sql`o.state IN ('awaiting_approval', 'awaiting_payment', 'awaiting_pool')`;
  const rows = await db.$queryRaw<Row[]>`
    SELECT d.campaignId, CAST(SUM(${isPlaced}) AS SIGNED) AS orders, CAST(SUM(IF(${isPlaced}, d.fen, 0)) AS SIGNED) AS discountFen,
      CAST(SUM(IF(${isPlaced}, o.goodsFen, 0)) AS SIGNED) AS goodsFen,
      CAST(SUM(${waits}) AS SIGNED) AS waitingOrders, CAST(SUM(IF(${waits}, d.fen, 0)) AS SIGNED) AS waitingFen,
      CAST(COALESCE(SUM(IF(${isPlaced} OR ${waits}, (SELECT SUM(l.quantity - l.refundedQuantity) FROM order_line l JOIN campaign c ON c.id = d.campaignId
        JOIN product p ON p.id = l.productId AND p.code = CONVERT(JSON_UNQUOTE(JSON_EXTRACT(c.rule, '$.giftProduct')) USING utf8mb4) COLLATE utf8mb4_bin
        WHERE l.orderId = o.id AND l.isGift), 0)), 0) AS SIGNED) AS gifts
    FROM order_discount d JOIN \`order\` o ON o.id = d.orderId
    WHERE d.campaignId IN (${Prisma.join([...ids])}) GROUP BY d.campaignId`;
  return (id) => {
    const row = rows.find(({ campaignId }) => campaignId === id);
    if (!row) return NOTHING;
    return {
      orders: Number(row.orders),
      discountFen: Number(row.discountFen),
      goodsFen: Number(row.goodsFen),
      waitingOrders: Number(row.waitingOrders),
      waitingFen: Number(row.waitingFen),
      gifts: Number(row.gifts),
    };
  };
}
