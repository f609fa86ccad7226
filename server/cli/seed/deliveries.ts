/** Most units review what they bought, and one in eight who bought for themselves; three in four are content, the others less so. */
const REVIEWED = `o.receivedAt IS NOT NULL AND IF(o.isUnit, o.reviewed, l.fulfilmentId % 16 < 2)`;
const RATING = `IF(o.isUnit, 5, ELT(1 + l.fulfilmentId * 7 DIV 16 % 8, 5, 4, 5, 5, 3, 5, 5, 5))`;

/** What was shipped, received and reviewed; a box's shipment and receipt have its own id, a parcel's review its. */
export const DELIVERIES = [
  `INSERT INTO shipment (id, fulfilmentId, carrier, trackingNumber, temperatureDeci, shippedAt, receivedAt)
   SELECT l.boxId, l.fulfilmentId, 'Seed', CONCAT('SEED', l.boxId), IF(MAX(p.coldChain), 30, NULL), MAX(o.shippedAt), MAX(o.receivedAt)
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId JOIN seed_good g ON g.n = l.n JOIN product p ON p.id = g.productId
   WHERE o.shippedAt IS NOT NULL GROUP BY l.boxId, l.fulfilmentId ORDER BY l.boxId`,
  `INSERT INTO shipment_line (shipmentId, lineId, batchId, quantity, grams)
   SELECT l.boxId, l.id, g.batchId, l.quantity, l.quantity * l.netGrams
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId JOIN seed_good g ON g.n = l.n WHERE o.shippedAt IS NOT NULL ORDER BY l.boxId, l.id`,
  `INSERT INTO receipt (id, fulfilmentId, shipmentId, byId, at)
   SELECT DISTINCT l.boxId, l.fulfilmentId, l.boxId, IF(o.isUnit, o.buyerId, NULL), o.receivedAt
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId WHERE o.receivedAt IS NOT NULL ORDER BY l.boxId`,
  `INSERT INTO receipt_line (id, receiptId, lineId, batchId, acceptedQuantity, acceptedGrams, acceptedFen, missingFen, missingGrams,
     shortQuantity, damagedQuantity)
   SELECT l.id, l.boxId, l.id, g.batchId, l.quantity - l.short, (l.quantity - l.short) * l.netGrams, (l.quantity - l.short) * l.priceFen,
     l.short * l.priceFen, l.short * l.netGrams, l.short, 0
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId JOIN seed_good g ON g.n = l.n WHERE o.receivedAt IS NOT NULL ORDER BY l.id`,
  `INSERT INTO delivery_review (id, fulfilmentId, byId, rating, text, at)
   SELECT DISTINCT l.fulfilmentId, l.fulfilmentId, o.buyerId, ${RATING}, '', o.receivedAt + INTERVAL 1 HOUR
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId WHERE ${REVIEWED} ORDER BY l.fulfilmentId`,
  `INSERT INTO reviewed_product (productId, reviewId)
   SELECT DISTINCT g.productId, l.fulfilmentId FROM seed_line l JOIN seed_order o ON o.id = l.orderId JOIN seed_good g ON g.n = l.n
   WHERE ${REVIEWED} ORDER BY g.productId, l.fulfilmentId`,
];
