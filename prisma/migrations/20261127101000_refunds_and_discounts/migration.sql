-- Refunds are of one parcel, so that its supplier decides; a line remembers what was asked for beside what was granted.
ALTER TABLE `refund` MODIFY `state` ENUM('requested','approved','refused','paid','withdrawn') NOT NULL DEFAULT 'requested';
ALTER TABLE `refund` ADD COLUMN `fulfilmentId` INT NULL;
-- A refund that is there already belongs to the parcel of its first line, or of its order where it has none.
UPDATE `refund` r SET r.`fulfilmentId` = COALESCE(
  (SELECT MIN(l.`fulfilmentId`) FROM `refund_line` x JOIN `order_line` l ON l.`id` = x.`lineId` WHERE x.`refundId` = r.`id`),
  (SELECT MIN(f.`id`) FROM `fulfilment` f WHERE f.`orderId` = r.`orderId`));
ALTER TABLE `refund` MODIFY `fulfilmentId` INT NOT NULL,
  ADD INDEX `refund_fulfilmentId_idx` (`fulfilmentId`),
  ADD CONSTRAINT `refund_fulfilmentId_fkey` FOREIGN KEY (`fulfilmentId`) REFERENCES `fulfilment` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `refund_line` ADD COLUMN `requestedQuantity` INT NOT NULL DEFAULT 0,
  ADD COLUMN `outstanding` BOOLEAN NOT NULL DEFAULT false;
UPDATE `refund_line` SET `requestedQuantity` = `quantity`;
ALTER TABLE `refund_line` ALTER COLUMN `requestedQuantity` DROP DEFAULT;

-- CreateTable
CREATE TABLE `refund_photo` (
  `refundId` INT NOT NULL,
  `fileId` INT NOT NULL,
  INDEX `refund_photo_fileId_idx` (`fileId`),
  PRIMARY KEY (`refundId`, `fileId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `order_discount` (
  `orderId` INT NOT NULL,
  `campaignId` INT NOT NULL,
  `fen` INT NOT NULL,
  INDEX `order_discount_campaignId_idx` (`campaignId`),
  PRIMARY KEY (`orderId`, `campaignId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `refund_photo` ADD CONSTRAINT `refund_photo_refundId_fkey` FOREIGN KEY (`refundId`) REFERENCES `refund` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `refund_photo` ADD CONSTRAINT `refund_photo_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `order_discount` ADD CONSTRAINT `order_discount_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `order_discount` ADD CONSTRAINT `order_discount_campaignId_fkey` FOREIGN KEY (`campaignId`) REFERENCES `campaign` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
