-- Matching events are announced before they are held, intentions are answered, agreements are signed and name their prices (rule 22).
ALTER TABLE `matching_event`
  ADD COLUMN `state` ENUM('announced','cancelled') NOT NULL DEFAULT 'announced',
  ADD COLUMN `placeId` INT NULL,
  ADD COLUMN `groupId` INT NULL,
  ADD COLUMN `intentionsUntil` DATE NULL,
  ADD COLUMN `createdById` INT NULL,
  ADD COLUMN `reason` VARCHAR(500) NULL,
  ADD INDEX `matching_event_heldOn_id_idx` (`heldOn`, `id`),
  ADD INDEX `matching_event_placeId_idx` (`placeId`),
  ADD INDEX `matching_event_groupId_idx` (`groupId`),
  ADD CONSTRAINT `matching_event_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE SET NULL ON UPDATE CASCADE,
  ADD CONSTRAINT `matching_event_groupId_fkey` FOREIGN KEY (`groupId`) REFERENCES `unit_group` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE `matching_intention`
  ADD COLUMN `state` ENUM('open','agreed','declined','withdrawn') NOT NULL DEFAULT 'open',
  ADD COLUMN `byId` INT NULL,
  ADD COLUMN `at` DATETIME(3) NULL,
  ADD COLUMN `reason` VARCHAR(500) NULL;
UPDATE `matching_intention` i JOIN `framework_agreement` a ON a.`intentionId` = i.`id` SET i.`state` = 'agreed';

ALTER TABLE `framework_agreement`
  ADD COLUMN `state` ENUM('proposed','signed','declined','withdrawn','ended') NOT NULL DEFAULT 'proposed',
  ADD COLUMN `proposedById` INT NULL,
  ADD COLUMN `proposedAt` DATETIME(3) NULL,
  ADD COLUMN `decidedById` INT NULL,
  ADD COLUMN `decidedAt` DATETIME(3) NULL,
  ADD COLUMN `endedAt` DATETIME(3) NULL,
  ADD COLUMN `reason` VARCHAR(500) NULL;
UPDATE `framework_agreement` SET `state` = 'signed';

CREATE TABLE `framework_price` (
  `agreementId` INT NOT NULL,
  `productId` INT NOT NULL,
  `unitPriceFen` INT NOT NULL,
  INDEX `framework_price_productId_idx` (`productId`),
  PRIMARY KEY (`agreementId`, `productId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `framework_price` ADD CONSTRAINT `framework_price_agreementId_fkey` FOREIGN KEY (`agreementId`) REFERENCES `framework_agreement` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE `framework_price` ADD CONSTRAINT `framework_price_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
