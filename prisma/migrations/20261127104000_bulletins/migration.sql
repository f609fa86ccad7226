-- A bulletin is drafted, edited by revision, signed, published under a seal, and corrected by another one that names it.
ALTER TABLE `bulletin`
  ADD COLUMN `issuer` VARCHAR(128) NOT NULL DEFAULT '' AFTER `title`,
  ADD COLUMN `recipients` VARCHAR(255) NOT NULL DEFAULT '' AFTER `issuer`,
  ADD COLUMN `cases` TEXT NULL AFTER `text`,
  ADD COLUMN `remarks` JSON NULL AFTER `figures`,
  ADD COLUMN `revision` INT NOT NULL DEFAULT 1 AFTER `state`,
  ADD COLUMN `correctsId` INT NULL AFTER `revision`,
  ADD COLUMN `correctionReason` VARCHAR(500) NULL AFTER `correctsId`,
  ADD COLUMN `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) AFTER `createdById`,
  ADD COLUMN `seal` CHAR(64) COLLATE utf8mb4_bin NULL AFTER `publishedAt`,
  ADD UNIQUE INDEX `bulletin_correctsId_key` (`correctsId`);

CREATE TABLE `bulletin_terms` (
  `programmeId` INT NOT NULL,
  `issuer` VARCHAR(128) NOT NULL,
  `numberWord` VARCHAR(32) NOT NULL,
  `recipients` VARCHAR(255) NOT NULL,
  `needsSigner` BOOLEAN NOT NULL DEFAULT false,
  `scheme` JSON NOT NULL,
  `updatedById` INT NULL,
  `updatedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (`programmeId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `bulletin` ADD CONSTRAINT `bulletin_correctsId_fkey` FOREIGN KEY (`correctsId`) REFERENCES `bulletin` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE `bulletin_terms` ADD CONSTRAINT `bulletin_terms_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;
