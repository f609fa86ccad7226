-- Runs that were made before they had an address of their own go where the unit's goods go.
UPDATE `welfare_run` r JOIN `address` a ON a.`id` = (
    SELECT b.`id` FROM `address` b WHERE b.`unitId` = r.`unitId` AND b.`deletedAt` IS NULL ORDER BY b.`isDefault` DESC, b.`id` LIMIT 1)
  SET r.`recipient` = a.`recipient`, r.`phone` = a.`phone`, r.`region` = a.`region`, r.`address` = a.`detail`
  WHERE r.`address` IS NULL;

-- A department may have an address of its own: one order per supplier and address.
CREATE TABLE `welfare_delivery` (
  `runId` INT NOT NULL,
  `department` VARCHAR(64) NOT NULL,
  `addressId` INT NOT NULL,
  `recipient` VARCHAR(64) NOT NULL,
  `phone` VARCHAR(32) NOT NULL,
  `region` VARCHAR(128) NOT NULL,
  `address` VARCHAR(255) NOT NULL,
  PRIMARY KEY (`runId`, `department`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `welfare_delivery` ADD CONSTRAINT `welfare_delivery_runId_fkey` FOREIGN KEY (`runId`) REFERENCES `welfare_run` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE `welfare_order`
  ADD COLUMN `addressId` INT NOT NULL DEFAULT 0 AFTER `supplierId`,
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (`runId`, `supplierId`, `addressId`);

CREATE TABLE `welfare_surplus` (
  `runId` INT NOT NULL,
  `orderId` INT NOT NULL,
  `productId` INT NOT NULL,
  `quantity` INT NOT NULL,
  INDEX `welfare_surplus_runId_idx` (`runId`),
  INDEX `welfare_surplus_productId_idx` (`productId`),
  PRIMARY KEY (`orderId`, `productId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `welfare_surplus` ADD CONSTRAINT `welfare_surplus_runId_fkey` FOREIGN KEY (`runId`) REFERENCES `welfare_run` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `welfare_surplus` ADD CONSTRAINT `welfare_surplus_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `welfare_surplus` ADD CONSTRAINT `welfare_surplus_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `welfare_claim`
  ADD COLUMN `givenToName` VARCHAR(64) NULL,
  ADD COLUMN `givenToList` VARCHAR(64) NULL,
  ADD COLUMN `givenAt` DATETIME(3) NULL;
