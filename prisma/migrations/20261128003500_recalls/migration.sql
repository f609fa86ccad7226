-- A recall of a batch goes through the orders that it was promised to, order by order, and keeps of each what became of it.
ALTER TABLE `recall`
  ADD COLUMN `severity` ENUM('class_one','class_two','class_three') NOT NULL DEFAULT 'class_two',
  ADD COLUMN `state` ENUM('running','handled','closed') NOT NULL DEFAULT 'running',
  ADD COLUMN `advice` VARCHAR(500) NULL,
  ADD COLUMN `lastLineId` INT NOT NULL DEFAULT 0,
  ADD COLUMN `handledAt` DATETIME(3) NULL,
  ADD COLUMN `result` VARCHAR(1000) NULL,
  ADD COLUMN `closedById` INT NULL,
  ADD COLUMN `closedAt` DATETIME(3) NULL,
  DROP INDEX `recall_batchId_idx`,
  ADD UNIQUE INDEX `recall_batchId_key` (`batchId`),
  ADD INDEX `recall_state_id_idx` (`state`, `id`);

CREATE TABLE `recall_line` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `recallId` INT NOT NULL,
  `orderId` INT NOT NULL,
  `lineId` INT NOT NULL,
  `swappedQuantity` INT NOT NULL DEFAULT 0,
  `givenBackQuantity` INT NOT NULL DEFAULT 0,
  `sentQuantity` INT NOT NULL DEFAULT 0,
  `returnedQuantity` INT NOT NULL DEFAULT 0,
  `cancelled` BOOLEAN NOT NULL DEFAULT FALSE,
  `at` DATETIME(3) NOT NULL,
  `toldAt` DATETIME(3) NULL,
  UNIQUE INDEX `recall_line_recallId_lineId_key` (`recallId`, `lineId`),
  INDEX `recall_line_orderId_idx` (`orderId`),
  INDEX `recall_line_lineId_idx` (`lineId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE `recall_refund` (
  `refundId` INT NOT NULL,
  `recallLineId` INT NOT NULL,
  `isReturn` BOOLEAN NOT NULL,
  INDEX `recall_refund_recallLineId_idx` (`recallLineId`),
  PRIMARY KEY (`refundId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `recall_line` ADD CONSTRAINT `recall_line_recallId_fkey` FOREIGN KEY (`recallId`) REFERENCES `recall` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `recall_line` ADD CONSTRAINT `recall_line_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `recall_line` ADD CONSTRAINT `recall_line_lineId_fkey` FOREIGN KEY (`lineId`) REFERENCES `order_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `recall_refund` ADD CONSTRAINT `recall_refund_refundId_fkey` FOREIGN KEY (`refundId`) REFERENCES `refund` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `recall_refund` ADD CONSTRAINT `recall_refund_recallLineId_fkey` FOREIGN KEY (`recallLineId`) REFERENCES `recall_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
