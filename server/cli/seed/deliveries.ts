/** What was shipped, received and reviewed; a parcel's shipment and receipt have its own id. */
export const DELIVERIES = [
  `INSERT INTO shipment (id, fulfilmentId, carrier, trackingNumber, temperatureDeci, shippedAt, receivedAt)
   SELECT l.fulfilmentId, l.fulfilmentId, 'Seed', CONCAT('SEED', l.fulfilmentId), IF(MAX(p.coldChain), 30, NULL), MAX(o.shippedAt), MAX(o.receivedAt)
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId JOIN seed_good g ON g.n = l.n JOIN product p ON p.id = g.productId
   WHERE o.shippedAt IS NOT NULL GROUP BY l.fulfilmentId ORDER BY l.fulfilmentId`,
  `INSERT INTO shipment_line (shipmentId, lineId, batchId, quantity, grams)
   SELECT l.fulfilmentId, l.id, g.batchId, l.quantity, l.quantity * l.netGrams
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId JOIN seed_good g ON g.n = l.n WHERE o.shippedAt IS NOT NULL ORDER BY l.fulfilmentId, l.id`,
  `INSERT INTO receipt (id, fulfilmentId, shipmentId, byId, at)
   SELECT DISTINCT l.fulfilmentId, l.fulfilmentId, l.fulfilmentId, IF(o.isUnit, o.buyerId, NULL), o.receivedAt
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId WHERE o.receivedAt IS NOT NULL ORDER BY l.fulfilmentId`,
  `INSERT INTO receipt_line (id, receiptId, lineId, batchId, acceptedQuantity, acceptedGrams, acceptedFen, missingFen, missingGrams,
     shortQuantity, damagedQuantity)
   SELECT l.id, l.fulfilmentId, l.id, g.batchId, l.quantity - l.short, (l.quantity - l.short) * l.netGrams, (l.quantity - l.short) * l.priceFen,
     l.short * l.priceFen, l.short * l.netGrams, l.short, 0
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId JOIN seed_good g ON g.n = l.n WHERE o.receivedAt IS NOT NULL ORDER BY l.id`,
  `INSERT INTO delivery_review (id, fulfilmentId, byId, rating, text, at)
   SELECT DISTINCT l.fulfilmentId, l.fulfilmentId, o.buyerId, 5, '', o.receivedAt + INTERVAL 1 HOUR
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId
   WHERE o.receivedAt IS NOT NULL AND o.isUnit AND o.reviewed ORDER BY l.fulfilmentId`,
];
