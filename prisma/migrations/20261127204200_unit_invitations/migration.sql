CREATE TABLE `unit_invitation` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `code` VARCHAR(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `note` VARCHAR(64) NOT NULL,
  `maxUses` INT NOT NULL,
  `used` INT NOT NULL DEFAULT 0,
  `expiresOn` DATE NOT NULL,
  `issuedById` INT NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `revokedAt` DATETIME(3) NULL,
  UNIQUE INDEX `unit_invitation_code_key`(`code`),
  INDEX `unit_invitation_unitId_id_idx`(`unitId`, `id`),
  INDEX `unit_invitation_issuedById_idx`(`issuedById`),
  PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `unit_invitation` ADD CONSTRAINT `unit_invitation_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `unit_invitation` ADD CONSTRAINT `unit_invitation_issuedById_fkey` FOREIGN KEY (`issuedById`) REFERENCES `user`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
