-- Coming batches that suppliers announce and sell ahead, and what each pre-order got of a harvest that came out short.
ALTER TABLE `batch` ADD COLUMN `coming` BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE `order` ADD COLUMN `harvestId` INT NULL, ADD INDEX `order_harvestId_state_idx` (`harvestId`, `state`);

CREATE TABLE `harvest` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `batchId` INT NOT NULL,
  `productId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `state` ENUM('open','closed','sharing','harvested','failed') NOT NULL DEFAULT 'open',
  `expectedQuantity` INT NOT NULL,
  `expectedOn` DATE NOT NULL,
  `closesAt` DATETIME(3) NOT NULL,
  `priceFen` INT NOT NULL,
  `minimumQuantity` INT NOT NULL DEFAULT 0,
  `note` VARCHAR(500) NULL,
  `announcedById` INT NOT NULL,
  `announcedAt` DATETIME(3) NOT NULL,
  `harvestedQuantity` INT NULL,
  `harvestedOn` DATE NULL,
  `reason` VARCHAR(500) NULL,
  `settledAt` DATETIME(3) NULL,
  UNIQUE INDEX `harvest_batchId_key` (`batchId`),
  INDEX `harvest_productId_state_idx` (`productId`, `state`),
  INDEX `harvest_supplierId_id_idx` (`supplierId`, `id`),
  INDEX `harvest_state_closesAt_idx` (`state`, `closesAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `harvest_share` (
  `harvestId` INT NOT NULL,
  `orderId` INT NOT NULL,
  `orderedQuantity` INT NOT NULL,
  `givenQuantity` INT NOT NULL,
  `settledAt` DATETIME(3) NULL,
  INDEX `harvest_share_orderId_idx` (`orderId`),
  PRIMARY KEY (`harvestId`, `orderId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `harvest` ADD CONSTRAINT `harvest_batchId_fkey` FOREIGN KEY (`batchId`) REFERENCES `batch` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `harvest` ADD CONSTRAINT `harvest_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `harvest` ADD CONSTRAINT `harvest_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `harvest_share` ADD CONSTRAINT `harvest_share_harvestId_fkey` FOREIGN KEY (`harvestId`) REFERENCES `harvest` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `harvest_share` ADD CONSTRAINT `harvest_share_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `order` ADD CONSTRAINT `order_harvestId_fkey` FOREIGN KEY (`harvestId`) REFERENCES `harvest` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
