CREATE TABLE `pickup_point` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NULL,
  `name` VARCHAR(64) NOT NULL,
  `nameEn` VARCHAR(128) NOT NULL,
  `region` VARCHAR(128) NOT NULL,
  `address` VARCHAR(255) NOT NULL,
  `contact` VARCHAR(64) NOT NULL,
  `phone` VARCHAR(32) NOT NULL,
  `hours` VARCHAR(128) NOT NULL,
  `capacity` INT NOT NULL,
  `deskTokenHash` CHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `closedAt` DATETIME(3) NULL,
  UNIQUE INDEX `pickup_point_deskTokenHash_key`(`deskTokenHash`),
  INDEX `pickup_point_unitId_id_idx`(`unitId`, `id`),
  PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `pickup_point` ADD CONSTRAINT `pickup_point_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit`(`id`) ON DELETE SET NULL ON UPDATE CASCADE;

CREATE TABLE `pickup` (
  `fulfilmentId` INT NOT NULL,
  `pointId` INT NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `arrivedAt` DATETIME(3) NULL,
  `code` CHAR(6) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `handedOverAt` DATETIME(3) NULL,
  INDEX `pickup_pointId_createdAt_idx`(`pointId`, `createdAt`),
  PRIMARY KEY (`fulfilmentId`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `pickup` ADD CONSTRAINT `pickup_fulfilmentId_fkey` FOREIGN KEY (`fulfilmentId`) REFERENCES `fulfilment`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE `pickup` ADD CONSTRAINT `pickup_pointId_fkey` FOREIGN KEY (`pointId`) REFERENCES `pickup_point`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
