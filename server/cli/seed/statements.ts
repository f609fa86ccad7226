import type { Connection } from 'mysql2/promise';

/** Shanghai's month in which something was accepted; statements are of a payer, a supplier and a month. */
const MONTH = `DATE_FORMAT(o.receivedAt + INTERVAL 8 HOUR, '%Y-%m-01')`;
/** Eleven in the morning, some days into the month after. */
const PAYING_AT = `${MONTH} + INTERVAL 1 MONTH + INTERVAL IF(y.id % 3, 14, 24) DAY + INTERVAL 3 HOUR`;
/** The 15th or, by every third payer, the 25th of the month after; null while that is to come. */
export const PAID_AT = `IF(${PAYING_AT} < @now, ${PAYING_AT}, NULL)`;

/**
 * A statement's number told from its payer, supplier and month, so that no statement has to be looked up; its transfer and invoice have
 * the same. Numbers that no statement has are left out.
 */
export const statementOf = (supplier: string) =>
  `((PERIOD_DIFF(DATE_FORMAT(o.receivedAt + INTERVAL 8 HOUR, '%Y%m'), @firstMonth) * @payers + y.id - 1) * @suppliers + ${supplier})`;

const ACCEPTED = 'o.isUnit AND o.receivedAt IS NOT NULL';
const PAYER = 'JOIN unit_payer y ON y.unitId = o.unitId AND y.fundingSource = o.fundingSource';

/** What units accepted on account, and its freight. */
export const OWED = [
  `INSERT INTO statement_line (statementId, orderId, receiptLineId, fen, paidFen, at, paidAt, settlementId)
   SELECT x.statementId, x.orderId, x.id, x.fen, IF(x.paidAt IS NULL, 0, x.fen), x.receivedAt, x.paidAt, IF(x.paidAt IS NULL, NULL, x.statementId)
   FROM (SELECT ${statementOf('l.supplierId')} AS statementId, o.id AS orderId, l.id, (l.quantity - l.short) * l.priceFen AS fen, o.receivedAt, ${PAID_AT} AS paidAt
     FROM seed_line l JOIN seed_order o ON o.id = l.orderId ${PAYER} WHERE ${ACCEPTED} AND l.quantity > l.short) x ORDER BY x.id`,
  `INSERT INTO statement_line (statementId, orderId, fulfilmentId, fen, paidFen, at, paidAt, settlementId)
   SELECT x.statementId, x.orderId, x.fulfilmentId, x.fen, IF(x.paidAt IS NULL, 0, x.fen), x.receivedAt, x.paidAt, IF(x.paidAt IS NULL, NULL, x.statementId)
   FROM (SELECT ${statementOf('l.supplierId')} AS statementId, o.id AS orderId, l.fulfilmentId, o.freightFen AS fen, o.receivedAt, ${PAID_AT} AS paidAt
     FROM seed_order o JOIN seed_line l ON l.id = 2 * o.id - 1 ${PAYER} WHERE ${ACCEPTED} AND o.freightFen > 0) x ORDER BY x.orderId`,
];

/** The variables that the numbers of statements are told by. */
export async function numberStatements(connection: Connection, from: number): Promise<void> {
  await connection.query(
    `SET @payers = (SELECT MAX(id) FROM unit_payer), @suppliers = (SELECT MAX(id) FROM supplier),
       @firstMonth = DATE_FORMAT(FROM_UNIXTIME(?) + INTERVAL 8 HOUR, '%Y%m')`,
    [from],
  );
}

/** The statements of all lines: those of past months confirmed and mostly invoiced and paid by a transfer, that of this month open. */
export async function addStatements(connection: Connection, operatorId: number): Promise<void> {
  await connection.query(
    `INSERT INTO statement (id, unitId, payerId, fundingSource, supplierId, state, startsOn, endsOn, totalFen, dueOn, referenceCode, createdAt)
     SELECT x.id, y.unitId, y.id, y.fundingSource, (x.id - 1) % @suppliers + 1,
       IF(x.isPaid, 'paid', IF(x.month = DATE_FORMAT(@now + INTERVAL 8 HOUR, '%Y-%m-01'), 'open', 'confirmed')), x.month,
       LAST_DAY(x.month), x.fen, LEAST(DATE(x.last + INTERVAL 8 HOUR) + INTERVAL y.termDays DAY, DATE(x.first + INTERVAL 8 HOUR) + INTERVAL 60 DAY),
       CONCAT('DZ', DATE_FORMAT(x.month, '%Y%m'), LPAD(x.id, GREATEST(6, LENGTH(x.id)), '0')), x.first
     FROM (SELECT statementId AS id, SUM(fen) AS fen, MIN(at) AS first, MAX(at) AS last, MAX(paidAt) IS NOT NULL AS isPaid,
         DATE_FORMAT(MIN(at) + INTERVAL 8 HOUR, '%Y-%m-01') AS month FROM statement_line GROUP BY statementId) x
     JOIN unit_payer y ON y.id = FLOOR((x.id - 1) / @suppliers) % @payers + 1 ORDER BY x.id`,
  );
  await connection.query(
    `INSERT INTO transfer (id, statementId, state, referenceCode, bankReference, amountFen, payerName, payerAccount, paidOn, recordedById, recordedAt)
     SELECT s.id, s.id, 'matched', s.referenceCode, CONCAT('SEED-', s.id), s.totalFen, y.title, COALESCE(y.bankAccount, 'Seed'),
       DATE(p.at + INTERVAL 8 HOUR), ?, p.at
     FROM statement s JOIN unit_payer y ON y.id = s.payerId
     JOIN (SELECT statementId, MAX(paidAt) AS at FROM statement_line WHERE paidAt IS NOT NULL GROUP BY statementId) p ON p.statementId = s.id ORDER BY s.id`,
    [operatorId],
  );
  for (const statement of PAYMENTS) await connection.query(statement);
}

const PAYMENTS = [
  `INSERT INTO transfer_allocation (transferId, statementLineId, fen, at)
   SELECT settlementId, id, paidFen, paidAt FROM statement_line WHERE paidAt IS NOT NULL ORDER BY settlementId, id`,
  `INSERT INTO journal_entry (orderId, account, source, sourceId, fen, at)
   SELECT x.orderId, a.account, 'transfer', x.settlementId, IF(a.account = 'owed', x.fen, -x.fen), x.paidAt
   FROM (SELECT orderId, settlementId, SUM(paidFen) AS fen, MAX(paidAt) AS paidAt FROM statement_line WHERE paidAt IS NOT NULL GROUP BY orderId, settlementId) x
   JOIN (SELECT 'owed' AS account, 0 AS turn UNION ALL SELECT 'paid', 1) a ORDER BY x.orderId, x.settlementId, a.turn`,
  `INSERT INTO invoice (id, kind, statementId, number, title, taxNumber, amountFen, issuedOn)
   SELECT s.id, 'blue', s.id, CONCAT('SEED', LPAD(s.id, 16, '0')), y.title, y.taxNumber, s.totalFen, s.endsOn + INTERVAL 4 DAY
   FROM statement s JOIN unit_payer y ON y.id = s.payerId WHERE s.state = 'paid' ORDER BY s.id`,
];
