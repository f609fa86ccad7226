-- What is owed and given back on account, line by line: freight beside goods, credits beside transfers, and when a line was wholly paid.
ALTER TABLE `unit_payer` ADD COLUMN `prepaysForOverdue` BOOLEAN NOT NULL DEFAULT false;

ALTER TABLE `transfer` MODIFY `state` ENUM('declared','unmatched','matched','returned') NOT NULL DEFAULT 'unmatched',
  ADD COLUMN `remark` VARCHAR(255) NULL;

ALTER TABLE `transfer_allocation` ADD COLUMN `at` DATETIME(3) NULL;
UPDATE `transfer_allocation` a JOIN `transfer` t ON t.id = a.transferId SET a.at = t.recordedAt;
ALTER TABLE `transfer_allocation` MODIFY `at` DATETIME(3) NOT NULL;

ALTER TABLE `statement_line` ADD COLUMN `orderId` INT NULL, ADD COLUMN `fulfilmentId` INT NULL, ADD COLUMN `refundId` INT NULL,
  ADD COLUMN `at` DATETIME(3) NULL, ADD COLUMN `paidAt` DATETIME(3) NULL, ADD COLUMN `settlementId` INT NULL;
UPDATE `statement_line` s JOIN `receipt_line` x ON x.id = s.receiptLineId JOIN `receipt` r ON r.id = x.receiptId JOIN `fulfilment` f ON f.id = r.fulfilmentId
  SET s.orderId = f.orderId, s.at = r.at;
UPDATE `statement_line` s JOIN `refund_line` x ON x.id = s.refundLineId JOIN `refund` r ON r.id = x.refundId
  SET s.orderId = r.orderId, s.at = COALESCE(r.decidedAt, r.requestedAt);
UPDATE `statement_line` s JOIN (
    SELECT a.statementLineId, MAX(t.id) AS transferId, MAX(a.at) AS at FROM `transfer_allocation` a JOIN `transfer` t ON t.id = a.transferId GROUP BY a.statementLineId
  ) p ON p.statementLineId = s.id
  SET s.paidAt = p.at, s.settlementId = p.transferId WHERE s.fen > 0 AND s.paidFen >= s.fen;
ALTER TABLE `statement_line` MODIFY `orderId` INT NOT NULL, MODIFY `at` DATETIME(3) NOT NULL,
  ADD UNIQUE INDEX `statement_line_fulfilmentId_key` (`fulfilmentId`),
  ADD UNIQUE INDEX `statement_line_refundId_key` (`refundId`),
  ADD INDEX `statement_line_orderId_idx` (`orderId`);

-- CreateTable
CREATE TABLE `statement_credit` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `fromLineId` INT NOT NULL,
  `toLineId` INT NOT NULL,
  `fen` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  INDEX `statement_credit_toLineId_idx` (`toLineId`),
  UNIQUE INDEX `statement_credit_fromLineId_toLineId_key` (`fromLineId`, `toLineId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `statement_line` ADD CONSTRAINT `statement_line_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement_line` ADD CONSTRAINT `statement_line_refundLineId_fkey` FOREIGN KEY (`refundLineId`) REFERENCES `refund_line` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement_line` ADD CONSTRAINT `statement_line_fulfilmentId_fkey` FOREIGN KEY (`fulfilmentId`) REFERENCES `fulfilment` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement_line` ADD CONSTRAINT `statement_line_refundId_fkey` FOREIGN KEY (`refundId`) REFERENCES `refund` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement_credit` ADD CONSTRAINT `statement_credit_fromLineId_fkey` FOREIGN KEY (`fromLineId`) REFERENCES `statement_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement_credit` ADD CONSTRAINT `statement_credit_toLineId_fkey` FOREIGN KEY (`toLineId`) REFERENCES `statement_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- What transfers have paid so far enters the journal of its orders, and what stands on no statement yet is gathered by the worker.
INSERT INTO `journal_entry` (`orderId`, `account`, `source`, `sourceId`, `fen`, `at`)
  SELECT l.orderId, k.account, 'transfer', a.transferId, k.sign * SUM(a.fen), MAX(a.at)
  FROM `transfer_allocation` a JOIN `statement_line` l ON l.id = a.statementLineId
  JOIN (SELECT 'owed' AS account, 1 AS sign UNION ALL SELECT 'paid', -1) k
  GROUP BY l.orderId, a.transferId, k.account, k.sign;
INSERT INTO `outbox` (`topic`, `payload`)
  SELECT 'statement.due', JSON_OBJECT('fulfilmentId', f.id) FROM `fulfilment` f JOIN `order` o ON o.id = f.orderId
  WHERE o.paymentWay = 'on_account' AND f.state = 'received' AND (f.freightFen > 0 OR NOT EXISTS (
    SELECT 1 FROM `statement_line` l WHERE l.orderId = f.orderId));
