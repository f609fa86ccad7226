-- What of a recalled batch came back to its supplier, as the supplier saw it; `refundId`: what was refunded on its word alone.
ALTER TABLE `recall_line` ADD COLUMN `arrivedQuantity` INT NOT NULL DEFAULT 0;
CREATE TABLE `recall_arrival` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `recallLineId` INT NOT NULL,
  `quantity` INT NOT NULL,
  `arrivedOn` DATE NOT NULL,
  `condition` ENUM('intact','opened','spoiled') NOT NULL,
  `note` VARCHAR(200) NULL,
  `byId` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  `refundId` INT NULL,
  UNIQUE INDEX `recall_arrival_refundId_key` (`refundId`),
  INDEX `recall_arrival_recallLineId_idx` (`recallLineId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `recall_arrival` ADD CONSTRAINT `recall_arrival_recallLineId_fkey` FOREIGN KEY (`recallLineId`) REFERENCES `recall_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `recall_arrival` ADD CONSTRAINT `recall_arrival_refundId_fkey` FOREIGN KEY (`refundId`) REFERENCES `refund` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
