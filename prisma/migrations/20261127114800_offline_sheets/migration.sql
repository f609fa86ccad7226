-- A table of offline purchases between its preview and its application.
CREATE TABLE `offline_sheet` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `fileId` INT NOT NULL,
  `rows` JSON NOT NULL,
  `byId` INT NOT NULL,
  `uploadedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `appliedAt` DATETIME(3) NULL,
  INDEX `offline_sheet_fileId_idx` (`fileId`),
  INDEX `offline_sheet_appliedAt_uploadedAt_idx` (`appliedAt`, `uploadedAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `offline_sheet` ADD CONSTRAINT `offline_sheet_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `offline_purchase`
  ADD COLUMN `sheetId` INT NULL,
  ADD INDEX `offline_purchase_sheetId_idx` (`sheetId`);

ALTER TABLE `offline_purchase` ADD CONSTRAINT `offline_purchase_sheetId_fkey` FOREIGN KEY (`sheetId`) REFERENCES `offline_sheet` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- Stale uploads are looked for by these.
ALTER TABLE `target_sheet` ADD INDEX `target_sheet_appliedAt_uploadedAt_idx` (`appliedAt`, `uploadedAt`);
