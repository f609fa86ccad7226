-- A link's token is its signature and is not kept; a link is somebody's, may be taken back, and a shipment shows its slip (rule 34).
ALTER TABLE `signed_link`
  DROP INDEX `signed_link_tokenHash_key`,
  DROP COLUMN `tokenHash`,
  ADD COLUMN `userId` INT NOT NULL,
  ADD COLUMN `revokedAt` DATETIME(3) NULL,
  ADD INDEX `signed_link_userId_idx` (`userId`),
  ADD INDEX `signed_link_subjectId_purpose_idx` (`subjectId`, `purpose`),
  ADD CONSTRAINT `signed_link_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE `shipment`
  ADD COLUMN `slipFileId` INT NULL,
  ADD INDEX `shipment_slipFileId_idx` (`slipFileId`),
  ADD CONSTRAINT `shipment_slipFileId_fkey` FOREIGN KEY (`slipFileId`) REFERENCES `file` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
