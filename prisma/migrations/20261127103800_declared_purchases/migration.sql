ALTER TABLE `offline_purchase`
  ADD COLUMN `isFromFarmer` BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN `confirmedById` INTEGER NULL,
  ADD COLUMN `confirmedAt` DATETIME(3) NULL;

ALTER TABLE `offline_evidence` ADD COLUMN `isVillagePaper` BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE `offline_invoice` (
  `id` INTEGER NOT NULL AUTO_INCREMENT,
  `sellerTaxNumber` VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `invoiceNumber` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  UNIQUE INDEX `offline_invoice_sellerTaxNumber_invoiceNumber_key`(`sellerTaxNumber`, `invoiceNumber`),
  PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE `external_change` (
  `id` INTEGER NOT NULL AUTO_INCREMENT,
  `purchaseId` INTEGER NOT NULL,
  `importId` INTEGER NOT NULL,
  `beforeFen` INTEGER NOT NULL,
  `beforeGrams` INTEGER NOT NULL,
  `afterFen` INTEGER NOT NULL,
  `afterGrams` INTEGER NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `external_change_purchaseId_idx`(`purchaseId`),
  INDEX `external_change_importId_idx`(`importId`),
  PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `external_change` ADD CONSTRAINT `external_change_purchaseId_fkey` FOREIGN KEY (`purchaseId`) REFERENCES `external_purchase`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `external_change` ADD CONSTRAINT `external_change_importId_fkey` FOREIGN KEY (`importId`) REFERENCES `external_import`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- An order's help is what it came to less what was taken back, a row each.
ALTER TABLE `helped_sale`
  ADD COLUMN `source` VARCHAR(24) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'event',
  ADD COLUMN `sourceId` INTEGER NULL,
  ADD COLUMN `byId` INTEGER NULL;
UPDATE `helped_sale` SET `source` = 'order', `sourceId` = `orderId` WHERE `orderId` IS NOT NULL;
ALTER TABLE `helped_sale` ADD UNIQUE INDEX `helped_sale_orderId_source_sourceId_key`(`orderId`, `source`, `sourceId`);
ALTER TABLE `helped_sale` DROP INDEX `helped_sale_orderId_key`;
