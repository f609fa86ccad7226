-- The supplier contests what a receipt says is missing; buyer and supplier settle, or the operator decides.

-- CreateTable
CREATE TABLE `receipt_dispute` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `receiptId` INT NOT NULL,
  `state` ENUM('contested','proposed','settled','withdrawn','decided') NOT NULL DEFAULT 'contested',
  `openedAt` DATETIME(3) NOT NULL,
  `proposedBy` ENUM('buyer','supplier','operator') NULL,
  `settlementId` INT NULL,
  `closedAt` DATETIME(3) NULL,
  UNIQUE INDEX `receipt_dispute_receiptId_key` (`receiptId`),
  UNIQUE INDEX `receipt_dispute_settlementId_key` (`settlementId`),
  INDEX `receipt_dispute_state_openedAt_idx` (`state`, `openedAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `dispute_message` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `disputeId` INT NOT NULL,
  `side` ENUM('buyer','supplier','operator') NOT NULL,
  `byId` INT NOT NULL,
  `text` VARCHAR(1000) NOT NULL,
  `lines` JSON NULL,
  `at` DATETIME(3) NOT NULL,
  INDEX `dispute_message_disputeId_id_idx` (`disputeId`, `id`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `dispute_photo` (
  `messageId` INT NOT NULL,
  `fileId` INT NOT NULL,
  INDEX `dispute_photo_fileId_idx` (`fileId`),
  PRIMARY KEY (`messageId`, `fileId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `receipt_dispute` ADD CONSTRAINT `receipt_dispute_receiptId_fkey` FOREIGN KEY (`receiptId`) REFERENCES `receipt` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `receipt_dispute` ADD CONSTRAINT `receipt_dispute_settlementId_fkey` FOREIGN KEY (`settlementId`) REFERENCES `receipt` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE `dispute_message` ADD CONSTRAINT `dispute_message_disputeId_fkey` FOREIGN KEY (`disputeId`) REFERENCES `receipt_dispute` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `dispute_photo` ADD CONSTRAINT `dispute_photo_messageId_fkey` FOREIGN KEY (`messageId`) REFERENCES `dispute_message` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `dispute_photo` ADD CONSTRAINT `dispute_photo_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
