import type { Connection } from 'mysql2/promise';
import type { FundingSource } from '../../db/generated/enums.ts';
import type { Base } from './base-market.ts';

/** Orders at a time: long enough to be fast, short enough to tell how far it is. */
export const CHUNK = 20_000;

const TABLES = `
  CREATE TABLE seed_number (n INT PRIMARY KEY);
  CREATE TABLE seed_slot (slot INT PRIMARY KEY, unitId INT NULL, firstMember INT NOT NULL, members INT NOT NULL,
    buyerId INT NULL, approverId INT NULL, hasCanteen BOOLEAN NOT NULL DEFAULT FALSE);
  CREATE TABLE seed_good (n INT PRIMARY KEY, productId INT NOT NULL, batchId INT NOT NULL, supplierId INT NOT NULL,
    supplierCertificationId INT NOT NULL, productCertificationId INT NOT NULL);
  CREATE TABLE seed_lineage (unitId INT NOT NULL, since DATE NOT NULL, until DATE NOT NULL, lineageId INT NOT NULL, PRIMARY KEY (unitId, since));
  CREATE TABLE seed_takes (lineageId INT NOT NULL, programmeId INT NOT NULL, PRIMARY KEY (lineageId, programmeId));
  CREATE TABLE seed_goods_of (categoryId INT NOT NULL, placeId INT NOT NULL, programmeId INT NOT NULL, PRIMARY KEY (categoryId, placeId, programmeId));
  CREATE TABLE seed_order (id INT PRIMARY KEY, buyerId INT NOT NULL, approverId INT NULL, unitId INT NULL, isUnit BOOLEAN NOT NULL,
    fundingSource ENUM('canteen_budget','union_funds','individual') NOT NULL, channel ENUM('market','pavilion') NOT NULL,
    placedAt DATETIME(3) NOT NULL, placedOn DATE NOT NULL, lineageId INT NULL, good1 INT NOT NULL, good2 INT NULL,
    quantity1 INT NOT NULL, quantity2 INT NOT NULL, short INT NOT NULL, refunded INT NOT NULL, reviewed BOOLEAN NOT NULL,
    cancelledAt DATETIME(3) NULL, confirmedAt DATETIME(3) NULL, shippedAt DATETIME(3) NULL, receivedAt DATETIME(3) NULL, refundedAt DATETIME(3) NULL,
    goodsFen INT NOT NULL DEFAULT 0, freightFen INT NOT NULL DEFAULT 0);
  CREATE TABLE seed_line (id INT PRIMARY KEY, orderId INT NOT NULL, fulfilmentId INT NOT NULL, boxId INT NOT NULL, n INT NOT NULL, quantity INT NOT NULL,
    priceFen INT NOT NULL, netGrams INT NOT NULL, supplierId INT NOT NULL, short INT NOT NULL, refunded INT NOT NULL,
    KEY (orderId), KEY (fulfilmentId), KEY (boxId));
  CREATE TABLE seed_count (lineId INT NOT NULL, programmeId INT NOT NULL, orderId INT NOT NULL, categoryId INT NOT NULL, originPlaceId INT NOT NULL,
    supplierId INT NOT NULL, fen INT NOT NULL, grams INT NOT NULL, shortFen INT NOT NULL, shortGrams INT NOT NULL,
    refundFen INT NOT NULL, refundGrams INT NOT NULL, fulfilmentId INT NOT NULL, boxId INT NOT NULL, countedBy VARCHAR(10) NOT NULL, PRIMARY KEY (lineId, programmeId));`;

const NAMES = ['number', 'slot', 'good', 'lineage', 'takes', 'goods_of', 'order', 'line', 'count'];

/** The tables that the statements of a seed draw from: numbers, members by unit, goods, lineages, and what qualifies for what. */
export async function makeHelpers(connection: Connection, base: Base): Promise<void> {
  await connection.query(TABLES);
  const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ');
  await connection.query(
    `INSERT INTO seed_number SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n
     FROM (${digits}) a JOIN (${digits}) b JOIN (${digits}) c JOIN (${digits}) e JOIN (${digits}) f
     WHERE a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d < ${CHUNK} ORDER BY n`,
  );
  const { world, people } = base;
  const has = (unitId: number, source: FundingSource) =>
    world.rows.of('unitPayer').some((payer) => payer.unitId === unitId && payer.fundingSource === source);
  await connection.query('INSERT INTO seed_slot VALUES ?', [
    base.slots.map(({ unitId, firstMember, members }, slot) =>
      unitId === null
        ? [slot, null, firstMember, members, null, null, false]
        : [
            ...[slot, unitId, firstMember, members, people.buyer(unitId), people.approver(unitId)],
            has(unitId, 'canteen_budget'),
          ],
    ),
  ]);
  await connection.query('INSERT INTO seed_lineage VALUES ?', [
    base.lineages.map(({ unitId, since, until, lineageId }) => [unitId, since, until, lineageId]),
  ]);
  await connection.query(`
    INSERT INTO seed_good
    SELECT ROW_NUMBER() OVER (ORDER BY MD5(p.code)) - 1, p.id, b.id, p.supplierId, s.id, c.id
    FROM product p JOIN batch b ON b.productId = p.id JOIN certification s ON s.supplierId = p.supplierId JOIN certification c ON c.productId = p.id
    WHERE p.state = 'on_sale'`);
  await connection.query(`
    INSERT INTO seed_takes
    SELECT DISTINCT l.id, t.programmeId FROM unit_lineage l JOIN programme_participant t ON LOCATE(CONCAT(',', t.groupId, ','), l.groupIds) > 0
    JOIN programme p ON p.id = t.programmeId AND p.state <> 'draft'`);
  await connection.query(`
    INSERT INTO seed_goods_of
    SELECT x.categoryId, x.placeId, p.id
    FROM (SELECT DISTINCT categoryId, placeId FROM product) x JOIN category k ON k.id = x.categoryId JOIN place g ON g.id = x.placeId JOIN programme p
    WHERE (NOT EXISTS (SELECT 1 FROM programme_origin r WHERE r.programmeId = p.id)
        OR EXISTS (SELECT 1 FROM programme_origin r JOIN place rp ON rp.id = r.placeId WHERE r.programmeId = p.id AND LOCATE(rp.path, g.path) = 1))
      AND (NOT EXISTS (SELECT 1 FROM programme_category r WHERE r.programmeId = p.id)
        OR EXISTS (SELECT 1 FROM programme_category r JOIN category rc ON rc.id = r.categoryId WHERE r.programmeId = p.id AND LOCATE(rc.path, k.path) = 1))`);
}

export async function dropHelpers(connection: Connection): Promise<void> {
  await connection.query(`DROP TABLE ${NAMES.map((name) => `seed_${name}`).join(', ')}`);
}
