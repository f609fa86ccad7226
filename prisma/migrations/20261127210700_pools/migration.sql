-- Cases that small buyers fill together; an order that is paid or approved waits until its pool is full.
ALTER TABLE `order` MODIFY `state` ENUM('awaiting_approval','awaiting_payment','awaiting_pool','placed','completed','rejected','cancelled','expired') NOT NULL;
ALTER TABLE `order` ADD COLUMN `poolId` INT NULL, ADD INDEX `order_poolId_state_idx` (`poolId`, `state`);

CREATE TABLE `pool` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(16) COLLATE utf8mb4_bin NOT NULL,
  `productId` INT NOT NULL,
  `state` ENUM('open','full','placed','failed') NOT NULL DEFAULT 'open',
  `caseQuantity` INT NOT NULL,
  `unitPriceFen` INT NOT NULL,
  `unitFreightFen` INT NOT NULL,
  `takenQuantity` INT NOT NULL DEFAULT 0,
  `committedQuantity` INT NOT NULL DEFAULT 0,
  `closesAt` DATETIME(3) NOT NULL,
  `contact` VARCHAR(64) NOT NULL,
  `phone` VARCHAR(32) NOT NULL,
  `region` VARCHAR(128) NOT NULL,
  `address` VARCHAR(255) NOT NULL,
  `note` VARCHAR(255) NULL,
  `openedById` INT NOT NULL,
  `unitId` INT NULL,
  `openedAt` DATETIME(3) NOT NULL,
  `endedAt` DATETIME(3) NULL,
  UNIQUE INDEX `pool_code_key` (`code`),
  INDEX `pool_productId_state_idx` (`productId`, `state`),
  INDEX `pool_unitId_state_idx` (`unitId`, `state`),
  INDEX `pool_state_closesAt_idx` (`state`, `closesAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `pool` ADD CONSTRAINT `pool_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `pool` ADD CONSTRAINT `pool_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE `order` ADD CONSTRAINT `order_poolId_fkey` FOREIGN KEY (`poolId`) REFERENCES `pool` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
