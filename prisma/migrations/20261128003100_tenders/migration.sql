-- An individual's order is paid with welfare allowance and points beside money: what of it, by line and by a parcel's freight.
ALTER TABLE `order`
  ADD COLUMN `allowanceFen` INT NOT NULL DEFAULT 0,
  ADD COLUMN `pointsFen` INT NOT NULL DEFAULT 0,
  ADD COLUMN `pointsPerYuan` INT NOT NULL DEFAULT 0;

ALTER TABLE `order_line`
  ADD COLUMN `pointsFen` INT NOT NULL DEFAULT 0,
  ADD COLUMN `allowanceFen` INT NOT NULL DEFAULT 0;

ALTER TABLE `fulfilment` ADD COLUMN `freightAllowanceFen` INT NOT NULL DEFAULT 0;

-- Nothing has written points yet: their entries get the order and the kind that every one of them has.
DROP TABLE `point_entry`;

CREATE TABLE `point_balance` (
  `userId` INT NOT NULL,
  `points` INT NOT NULL DEFAULT 0,
  PRIMARY KEY (`userId`),
  CONSTRAINT `point_balance_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE `point_entry` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `userId` INT NOT NULL,
  `orderId` INT NOT NULL,
  `kind` ENUM('spent','earned') NOT NULL,
  `source` VARCHAR(24) COLLATE utf8mb4_bin NOT NULL,
  `sourceId` INT NOT NULL,
  `points` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  INDEX `point_entry_userId_id_idx` (`userId`, `id`),
  INDEX `point_entry_orderId_idx` (`orderId`),
  UNIQUE INDEX `point_entry_kind_source_sourceId_key` (`kind`, `source`, `sourceId`),
  PRIMARY KEY (`id`),
  CONSTRAINT `point_entry_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT `point_entry_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
