-- A unit's canteens with the hours in which they receive, and what was agreed for an order: where and when it is delivered (rule 24).
CREATE TABLE `canteen` (
  `id` INTEGER NOT NULL AUTO_INCREMENT,
  `unitId` INTEGER NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  `recipient` VARCHAR(64) NOT NULL,
  `phone` VARCHAR(32) NOT NULL,
  `region` VARCHAR(128) NOT NULL,
  `detail` VARCHAR(255) NOT NULL,
  `hours` JSON NOT NULL,
  `note` VARCHAR(255) NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `closedAt` DATETIME(3) NULL,
  UNIQUE INDEX `canteen_unitId_name_key` (`unitId`, `name`),
  PRIMARY KEY (`id`),
  CONSTRAINT `canteen_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `order`
  ADD COLUMN `canteenId` INTEGER NULL,
  ADD COLUMN `deliverOn` DATE NULL,
  ADD COLUMN `deliverFrom` INTEGER NULL,
  ADD COLUMN `deliverTo` INTEGER NULL,
  ADD INDEX `order_canteenId_deliverOn_idx` (`canteenId`, `deliverOn`),
  ADD CONSTRAINT `order_canteenId_fkey` FOREIGN KEY (`canteenId`) REFERENCES `canteen` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE `purchase_list`
  ADD COLUMN `canteenId` INTEGER NULL,
  ADD INDEX `purchase_list_canteenId_idx` (`canteenId`),
  ADD CONSTRAINT `purchase_list_canteenId_fkey` FOREIGN KEY (`canteenId`) REFERENCES `canteen` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
