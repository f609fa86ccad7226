import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';

/** What the market's order costs at least: the statements of submit-order.ts written straight on mysql2, nothing else. */
export async function orderOnMysql2(
  pool: Pool,
  buyerId: number,
  productIds: number[],
  quantity: number,
  key: string,
): Promise<number> {
  const at = new Date();
  const today = at.toISOString().slice(0, 10);
  await pool.query('SELECT id, buyerId FROM `order` WHERE checkoutKey = ?', [key]);
  const [products] = await pool.query<RowDataPacket[]>(PRODUCTS, [
    today,
    today,
    today,
    today,
    today,
    today,
    today,
    today,
    today,
    productIds,
  ]);
  const [batches] = await pool.query<RowDataPacket[]>(BATCHES, [productIds, today]);
  const chosen = productIds.map((id) => batches.find((batch) => batch.productId === id) as RowDataPacket);
  const connection = await pool.getConnection();
  try {
    await connection.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await connection.beginTransaction();
    const goodsFen = products.reduce((sum, product) => sum + product.priceFen * quantity, 0);
    const [order] = await connection.query<ResultSetHeader>('INSERT INTO `order` SET ?', [
      {
        ...ORDER,
        buyerId,
        checkoutKey: key,
        goodsFen,
        freightFen: 0,
        totalFen: goodsFen,
        submittedAt: at,
        heldUntil: at,
      },
    ]);
    const orderId = order.insertId;
    const suppliers = [...new Set(products.map((product) => product.supplierId))];
    await connection.query('INSERT INTO fulfilment (orderId, supplierId, state, goodsFen, freightFen) VALUES ?', [
      suppliers.map((supplierId) => [orderId, supplierId, 'waiting', goodsFen, 0]),
    ]);
    await connection.query(
      `INSERT INTO order_line (orderId, fulfilmentId, productId, supplierId, categoryId, originPlaceId, name, nameEn, spec, specEn, saleUnit,
        saleUnitEn, illustration, netGrams, quantity, unitPriceFen, goodsFen, payableFen, grams) VALUES ${products.map(() => LINE).join(',')}`,
      products.flatMap((p) => [
        orderId,
        orderId,
        p.supplierId,
        p.id,
        p.supplierId,
        p.categoryId,
        p.placeId,
        p.familyName,
        p.nameEn,
        p.spec,
        p.specEn,
        p.saleUnit,
        p.saleUnitEn,
        p.illustration,
        p.netGrams,
        quantity,
        p.priceFen,
        p.priceFen * quantity,
        p.priceFen * quantity,
        p.netGrams * quantity,
      ]),
    );
    await connection.query('INSERT INTO outbox (topic, payload, availableAt, attempts, createdAt) VALUES ?', [
      productIds.map((productId) => ['product.changed', JSON.stringify({ productId }), at, 0, at]),
    ]);
    const cases = chosen.map(() => 'WHEN ? THEN ?').join(' ');
    const pairs = chosen.flatMap((batch) => [batch.id, quantity]);
    const [taken] = await connection.query<ResultSetHeader>(
      `UPDATE batch SET available = available - CASE id ${cases} END WHERE id IN (?) AND available >= CASE id ${cases} END`,
      [...pairs, chosen.map((batch) => batch.id), ...pairs],
    );
    if (taken.affectedRows !== chosen.length) throw new Error('stock moved');
    const shares = chosen.map(() => 'SELECT ? AS productId, ? AS batchId, ? AS quantity').join(' UNION ALL ');
    const values = chosen.flatMap((batch) => [batch.productId, batch.id, quantity]);
    await connection.query(
      `INSERT INTO line_allocation (lineId, batchId, quantity) SELECT l.id, s.batchId, s.quantity FROM (${shares}) s JOIN order_line l ON l.orderId = ? AND l.productId = s.productId`,
      [...values, orderId],
    );
    await connection.query(
      `INSERT INTO stock_movement (batchId, event, source, sourceId, quantity, at) SELECT s.batchId, 'held', 'line', l.id, -s.quantity, ? FROM (${shares}) s
       JOIN order_line l ON l.orderId = ? AND l.productId = s.productId`,
      [at, ...values, orderId],
    );
    await connection.query('INSERT INTO audit_line SET ?', [
      { at, actorId: buyerId, action: 'order.submit', subjectType: 'order', subjectId: orderId, after: '{}' },
    ]);
    await connection.commit();
    return orderId;
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    connection.release();
  }
}

const ORDER = {
  fundingSource: 'individual',
  paymentWay: 'stripe',
  state: 'awaiting_payment',
  channel: 'market',
  recipient: '收货人',
  phone: '13800000000',
  region: '重庆市',
  address: '测试路 1 号',
};

const LINE = `(?, (SELECT id FROM fulfilment WHERE orderId = ? AND supplierId = ?), ${Array.from({ length: 17 }, () => '?').join(', ')})`;

const HOLDS = (
  owner: string,
) => `(SELECT MAX(c.id) FROM certification c WHERE c.${owner}Id = ${owner === 'product' ? 'p' : 's'}.id AND c.number IS NOT NULL
  AND c.validFrom <= ? AND c.validUntil >= ? AND NOT EXISTS (SELECT 1 FROM certification_interruption i WHERE i.certificationId = c.id
  AND i.since <= ? AND (i.until IS NULL OR i.until > ?)))`;

const PRODUCTS = `SELECT p.id, f.name AS familyName, f.nameEn, p.spec, p.specEn, p.saleUnit, p.saleUnitEn, c.illustration, p.supplierId, p.categoryId, p.placeId,
  p.netGrams, p.priceFen, p.minQuantity, p.orderMultiple, p.state = 'on_sale' AND s.state = 'active' AS offered,
  (SELECT GROUP_CONCAT(t.fromQuantity, ':', t.priceFen ORDER BY t.fromQuantity) FROM price_tier t WHERE t.productId = p.id) AS tiers,
  (SELECT SUM(b.available) FROM batch b WHERE b.productId = p.id AND b.recalledAt IS NULL AND (b.expiresOn IS NULL OR b.expiresOn > ?)) AS available,
  ${HOLDS('supplier')} AS supplierCertificationId, ${HOLDS('product')} AS productCertificationId
  FROM product p JOIN product_family f ON f.id = p.familyId JOIN supplier s ON s.id = p.supplierId JOIN category c ON c.id = p.categoryId WHERE p.id IN (?)`;

const BATCHES = `SELECT id, productId, available FROM batch WHERE productId IN (?) AND available > 0 AND recalledAt IS NULL
  AND (expiresOn IS NULL OR expiresOn > ?) ORDER BY productId, expiresOn IS NULL, expiresOn, id`;
