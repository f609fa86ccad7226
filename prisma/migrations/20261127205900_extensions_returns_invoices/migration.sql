CREATE TABLE `transfer_return` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `transferId` INT NOT NULL,
  `state` ENUM('proposed','returned','refused') NOT NULL DEFAULT 'proposed',
  `fen` BIGINT NOT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `proposedById` INT NOT NULL,
  `proposedAt` DATETIME(3) NOT NULL,
  `decidedById` INT NULL,
  `decidedAt` DATETIME(3) NULL,
  INDEX `transfer_return_transferId_idx` (`transferId`),
  INDEX `transfer_return_state_idx` (`state`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `statement_extension` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `statementId` INT NOT NULL,
  `state` ENUM('asked','granted','refused') NOT NULL DEFAULT 'asked',
  `untilOn` DATE NOT NULL,
  `beforeOn` DATE NOT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `answer` VARCHAR(500) NULL,
  `askedById` INT NOT NULL,
  `askedAt` DATETIME(3) NOT NULL,
  `decidedById` INT NULL,
  `decidedAt` DATETIME(3) NULL,
  INDEX `statement_extension_statementId_idx` (`statementId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `invoice_request` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `fulfilmentId` INT NOT NULL,
  `orderId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `title` VARCHAR(128) NOT NULL,
  `taxNumber` VARCHAR(32) NULL,
  `askedById` INT NOT NULL,
  `askedAt` DATETIME(3) NOT NULL,
  UNIQUE INDEX `invoice_request_fulfilmentId_key` (`fulfilmentId`),
  INDEX `invoice_request_orderId_idx` (`orderId`),
  INDEX `invoice_request_supplierId_idx` (`supplierId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `invoice_title` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `userId` INT NOT NULL,
  `title` VARCHAR(128) NOT NULL,
  `taxNumber` VARCHAR(32) NULL,
  `usedAt` DATETIME(3) NOT NULL,
  UNIQUE INDEX `invoice_title_userId_title_key` (`userId`, `title`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `invoice` ADD COLUMN `fulfilmentId` INT NULL;
CREATE INDEX `invoice_fulfilmentId_idx` ON `invoice` (`fulfilmentId`);
-- A period's totals by account are read from the index alone.
CREATE INDEX `journal_entry_at_orderId_account_fen_idx` ON `journal_entry` (`at`, `orderId`, `account`, `fen`);
DROP INDEX `journal_entry_at_idx` ON `journal_entry`;
ALTER TABLE `transfer_return` ADD CONSTRAINT `transfer_return_transferId_fkey` FOREIGN KEY (`transferId`) REFERENCES `transfer` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `statement_extension` ADD CONSTRAINT `statement_extension_statementId_fkey` FOREIGN KEY (`statementId`) REFERENCES `statement` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `invoice` ADD CONSTRAINT `invoice_fulfilmentId_fkey` FOREIGN KEY (`fulfilmentId`) REFERENCES `fulfilment` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE `invoice_request` ADD CONSTRAINT `invoice_request_fulfilmentId_fkey` FOREIGN KEY (`fulfilmentId`) REFERENCES `fulfilment` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `invoice_request` ADD CONSTRAINT `invoice_request_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `invoice_request` ADD CONSTRAINT `invoice_request_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `invoice_title` ADD CONSTRAINT `invoice_title_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;
