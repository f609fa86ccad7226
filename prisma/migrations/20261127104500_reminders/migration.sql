-- Messages that are told once, and mailed; reminders of units that are behind.
ALTER TABLE `notification`
  ADD COLUMN `dedupeKey` VARCHAR(96) COLLATE utf8mb4_bin NULL,
  ADD COLUMN `mailedAt` DATETIME(3) NULL,
  ADD UNIQUE INDEX `notification_userId_dedupeKey_key` (`userId`, `dedupeKey`),
  ADD INDEX `notification_userId_readAt_idx` (`userId`, `readAt`);

CREATE TABLE `unit_reminder` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `programmeId` INT NOT NULL,
  `unitId` INT NOT NULL,
  `kind` ENUM('message', 'call') NOT NULL,
  `text` VARCHAR(500) NOT NULL,
  `byId` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  INDEX `unit_reminder_programmeId_unitId_id_idx` (`programmeId`, `unitId`, `id`),
  INDEX `unit_reminder_unitId_idx` (`unitId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `unit_reminder` ADD CONSTRAINT `unit_reminder_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `unit_reminder` ADD CONSTRAINT `unit_reminder_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
