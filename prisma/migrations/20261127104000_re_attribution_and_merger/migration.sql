-- What a re-attribution's decider said, and the merger that carried it.
ALTER TABLE `re_attribution` ADD COLUMN `decision` VARCHAR(500) NULL, ADD COLUMN `mergerId` INT NULL;
CREATE INDEX `re_attribution_offlineId_idx` ON `re_attribution` (`offlineId`);
CREATE INDEX `re_attribution_externalId_idx` ON `re_attribution` (`externalId`);
CREATE INDEX `re_attribution_mergerId_idx` ON `re_attribution` (`mergerId`);

-- CreateTable
CREATE TABLE `unit_merger` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `successorId` INT NOT NULL,
  `way` ENUM('carry','split') NOT NULL,
  `onDay` DATE NOT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `state` ENUM('carrying','done') NOT NULL,
  `purchases` INT NOT NULL DEFAULT 0,
  `carried` INT NOT NULL DEFAULT 0,
  `byId` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  `finishedAt` DATETIME(3) NULL,
  UNIQUE INDEX `unit_merger_unitId_key` (`unitId`),
  INDEX `unit_merger_successorId_idx` (`successorId`),
  INDEX `unit_merger_state_idx` (`state`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `disqualification` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `certificationId` INT NOT NULL,
  `since` DATE NOT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `state` ENUM('proposed','refused','reversing','done') NOT NULL DEFAULT 'proposed',
  `proposedById` INT NOT NULL,
  `proposedAt` DATETIME(3) NOT NULL,
  `decidedById` INT NULL,
  `decidedAt` DATETIME(3) NULL,
  `decision` VARCHAR(500) NULL,
  `lastOrderId` INT NOT NULL DEFAULT 0,
  `lastOfflineId` INT NOT NULL DEFAULT 0,
  `reversed` INT NOT NULL DEFAULT 0,
  `finishedAt` DATETIME(3) NULL,
  INDEX `disqualification_certificationId_idx` (`certificationId`),
  INDEX `disqualification_state_idx` (`state`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `tally_entry` MODIFY `source` ENUM('order','payment','receipt','review','settlement','cancellation','rejection','refund','offline','external','re_attribution','disqualification') NOT NULL;

ALTER TABLE `re_attribution` ADD CONSTRAINT `re_attribution_mergerId_fkey` FOREIGN KEY (`mergerId`) REFERENCES `unit_merger` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE `unit_merger` ADD CONSTRAINT `unit_merger_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `unit_merger` ADD CONSTRAINT `unit_merger_successorId_fkey` FOREIGN KEY (`successorId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `disqualification` ADD CONSTRAINT `disqualification_certificationId_fkey` FOREIGN KEY (`certificationId`) REFERENCES `certification` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
