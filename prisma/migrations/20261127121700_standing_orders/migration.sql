ALTER TABLE `standing_order`
  ADD COLUMN `fundingSource` ENUM('canteen_budget', 'union_funds', 'individual') NOT NULL DEFAULT 'canteen_budget',
  ADD COLUMN `addressId` INT NULL;
CREATE INDEX `standing_order_addressId_idx` ON `standing_order`(`addressId`);
ALTER TABLE `standing_order` ADD CONSTRAINT `standing_order_addressId_fkey` FOREIGN KEY (`addressId`) REFERENCES `address`(`id`) ON DELETE SET NULL ON UPDATE CASCADE;

CREATE TABLE `standing_order_run` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `standingOrderId` INT NOT NULL,
  `dueOn` DATE NOT NULL,
  `outcome` ENUM('placed', 'in_part', 'failed', 'holiday') NOT NULL,
  `orderId` INT NULL,
  `faults` JSON NOT NULL,
  `at` DATETIME(3) NOT NULL,
  UNIQUE INDEX `standing_order_run_standingOrderId_dueOn_key`(`standingOrderId`, `dueOn`),
  INDEX `standing_order_run_orderId_idx`(`orderId`),
  PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `standing_order_run` ADD CONSTRAINT `standing_order_run_standingOrderId_fkey` FOREIGN KEY (`standingOrderId`) REFERENCES `standing_order`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE `standing_order_run` ADD CONSTRAINT `standing_order_run_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order`(`id`) ON DELETE SET NULL ON UPDATE CASCADE;

CREATE TABLE `holiday` (
  `day` DATE NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  PRIMARY KEY (`day`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
