-- An exemption can end and be set anew: what held on a past day stays known.
ALTER TABLE `target_exemption`
  ADD COLUMN `endedAt` DATETIME(3) NULL,
  ADD COLUMN `endedById` INT NULL,
  ADD COLUMN `endReason` VARCHAR(500) NULL,
  ADD INDEX `target_exemption_programmeId_unitId_idx` (`programmeId`, `unitId`),
  DROP INDEX `target_exemption_programmeId_unitId_key`;

-- Who runs an outsourced canteen.
ALTER TABLE `target_declaration` ADD COLUMN `contractor` VARCHAR(128) NULL;

-- A table of targets between its preview and its application.
CREATE TABLE `target_sheet` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `programmeId` INT NOT NULL,
  `fileId` INT NOT NULL,
  `rows` JSON NOT NULL,
  `byId` INT NOT NULL,
  `uploadedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `appliedAt` DATETIME(3) NULL,
  INDEX `target_sheet_programmeId_idx` (`programmeId`),
  INDEX `target_sheet_fileId_idx` (`fileId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `target_sheet` ADD CONSTRAINT `target_sheet_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `target_sheet` ADD CONSTRAINT `target_sheet_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
