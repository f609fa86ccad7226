-- A returned order's resubmission names it; each is resubmitted once.
ALTER TABLE `order`
  ADD COLUMN `amendsId` INT NULL,
  ADD UNIQUE INDEX `order_amendsId_key` (`amendsId`),
  ADD CONSTRAINT `order_amendsId_fkey` FOREIGN KEY (`amendsId`) REFERENCES `order` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
