-- A correction of stock says why; uploaded tables of goods and of new batches are kept between preview and application.
ALTER TABLE `stock_movement` ADD COLUMN `reason` VARCHAR(500) NULL;

CREATE TABLE `goods_sheet` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `kind` ENUM('goods', 'batches') NOT NULL,
  `fileId` INT NOT NULL,
  `rows` JSON NOT NULL,
  `byId` INT NOT NULL,
  `uploadedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `appliedAt` DATETIME(3) NULL,
  INDEX `goods_sheet_fileId_idx` (`fileId`),
  INDEX `goods_sheet_appliedAt_uploadedAt_idx` (`appliedAt`, `uploadedAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `goods_sheet` ADD CONSTRAINT `goods_sheet_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
