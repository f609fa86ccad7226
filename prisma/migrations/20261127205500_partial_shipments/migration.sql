-- Goods settled by weight, parcels that travel in several shipments, and receipts by batch with photos.
ALTER TABLE `order_line` ADD COLUMN `toleranceBp` INT NOT NULL DEFAULT 0;
ALTER TABLE `fulfilment` MODIFY `state` ENUM('waiting','to_confirm','confirmed','partly_shipped','shipped','received','cancelled') NOT NULL DEFAULT 'waiting';
ALTER TABLE `shipment` ADD COLUMN `receivedAt` DATETIME(3) NULL,
  ADD INDEX `shipment_receivedAt_shippedAt_idx` (`receivedAt`, `shippedAt`);
ALTER TABLE `receipt` ADD COLUMN `kind` ENUM('delivery','rest','settlement') NOT NULL DEFAULT 'delivery',
  ADD COLUMN `shipmentId` INT NULL,
  ADD COLUMN `temperatureDeci` INT NULL,
  ADD COLUMN `reason` VARCHAR(500) NULL,
  ADD UNIQUE INDEX `receipt_shipmentId_key` (`shipmentId`),
  ADD CONSTRAINT `receipt_shipmentId_fkey` FOREIGN KEY (`shipmentId`) REFERENCES `shipment` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE `receipt_line` ADD COLUMN `missingFen` INT NOT NULL DEFAULT 0,
  ADD COLUMN `missingGrams` INT NOT NULL DEFAULT 0,
  ADD COLUMN `weighedGrams` INT NULL;

-- Until now a parcel had one shipment and one receipt of all that was still to arrive.
UPDATE `receipt` r SET r.`shipmentId` = (SELECT MIN(s.`id`) FROM `shipment` s WHERE s.`fulfilmentId` = r.`fulfilmentId`);
UPDATE `shipment` s JOIN `receipt` r ON r.`shipmentId` = s.`id` SET s.`receivedAt` = r.`at`;
UPDATE `receipt_line` x JOIN `order_line` l ON l.`id` = x.`lineId` LEFT JOIN (
    SELECT b.`lineId`, SUM(b.`fen`) AS `fen`, SUM(b.`grams`) AS `grams` FROM `refund_line` b JOIN `refund` r ON r.`id` = b.`refundId`
    WHERE b.`outstanding` AND r.`state` IN ('approved', 'paid') GROUP BY b.`lineId`) g ON g.`lineId` = l.`id`
  SET x.`missingFen` = l.`payableFen` - COALESCE(g.`fen`, 0) - x.`acceptedFen`, x.`missingGrams` = l.`grams` - COALESCE(g.`grams`, 0) - x.`acceptedGrams`;

-- CreateTable
CREATE TABLE `receipt_batch` (
  `receiptLineId` INT NOT NULL,
  `batchId` INT NOT NULL,
  `acceptedQuantity` INT NOT NULL,
  `shortQuantity` INT NOT NULL,
  `damagedQuantity` INT NOT NULL,
  INDEX `receipt_batch_batchId_idx` (`batchId`),
  PRIMARY KEY (`receiptLineId`, `batchId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `receipt_photo` (
  `receiptLineId` INT NOT NULL,
  `fileId` INT NOT NULL,
  INDEX `receipt_photo_fileId_idx` (`fileId`),
  PRIMARY KEY (`receiptLineId`, `fileId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `receipt_batch` ADD CONSTRAINT `receipt_batch_receiptLineId_fkey` FOREIGN KEY (`receiptLineId`) REFERENCES `receipt_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `receipt_batch` ADD CONSTRAINT `receipt_batch_batchId_fkey` FOREIGN KEY (`batchId`) REFERENCES `batch` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `receipt_photo` ADD CONSTRAINT `receipt_photo_receiptLineId_fkey` FOREIGN KEY (`receiptLineId`) REFERENCES `receipt_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `receipt_photo` ADD CONSTRAINT `receipt_photo_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
