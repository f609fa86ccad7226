-- A package may hold goods of several suppliers, so an order belongs to a run and a supplier rather than to a person.
ALTER TABLE `welfare_run`
  ADD COLUMN `recipient` VARCHAR(64) NULL,
  ADD COLUMN `phone` VARCHAR(32) NULL,
  ADD COLUMN `region` VARCHAR(128) NULL,
  ADD COLUMN `address` VARCHAR(255) NULL,
  ADD COLUMN `paymentWay` ENUM('stripe', 'on_account') NOT NULL DEFAULT 'on_account',
  ADD COLUMN `pickup` VARCHAR(1000) NULL;

ALTER TABLE `welfare_package`
  ADD COLUMN `capacity` INT NULL,
  ADD COLUMN `chosen` INT NOT NULL DEFAULT 0,
  ADD COLUMN `isDefault` BOOLEAN NOT NULL DEFAULT false;
UPDATE `welfare_package` p SET `chosen` = (SELECT COUNT(*) FROM `welfare_claim` c WHERE c.`packageId` = p.`id`);

CREATE TABLE `welfare_order` (
  `runId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `orderId` INT NOT NULL,
  `attempt` INT NOT NULL DEFAULT 1,
  `refundId` INT NULL,
  UNIQUE INDEX `welfare_order_orderId_key` (`orderId`),
  UNIQUE INDEX `welfare_order_refundId_key` (`refundId`),
  INDEX `welfare_order_supplierId_idx` (`supplierId`),
  PRIMARY KEY (`runId`, `supplierId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `welfare_order` ADD CONSTRAINT `welfare_order_runId_fkey` FOREIGN KEY (`runId`) REFERENCES `welfare_run` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `welfare_order` ADD CONSTRAINT `welfare_order_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `welfare_order` ADD CONSTRAINT `welfare_order_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `welfare_order` ADD CONSTRAINT `welfare_order_refundId_fkey` FOREIGN KEY (`refundId`) REFERENCES `refund` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
INSERT IGNORE INTO `welfare_order` (`runId`, `supplierId`, `orderId`)
  SELECT DISTINCT c.`runId`, f.`supplierId`, f.`orderId` FROM `welfare_claim` c JOIN `fulfilment` f ON f.`orderId` = c.`orderId`;

ALTER TABLE `welfare_claim` DROP FOREIGN KEY `welfare_claim_orderId_fkey`;
ALTER TABLE `welfare_claim`
  DROP INDEX `welfare_claim_orderId_idx`,
  DROP COLUMN `orderId`,
  ADD COLUMN `proxyName` VARCHAR(64) NULL,
  ADD COLUMN `phone` VARCHAR(32) NULL,
  ADD COLUMN `userId` INT NULL,
  ADD COLUMN `token` VARCHAR(64) COLLATE utf8mb4_bin NULL,
  ADD COLUMN `chosenById` INT NULL,
  ADD UNIQUE INDEX `welfare_claim_token_key` (`token`),
  ADD INDEX `welfare_claim_userId_idx` (`userId`);
ALTER TABLE `welfare_claim` ADD CONSTRAINT `welfare_claim_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
