-- From which zone's pages a line was put into the cart, so that its order counts in that channel.
ALTER TABLE `cart_line`
  ADD COLUMN `zoneId` INTEGER NULL,
  ADD INDEX `cart_line_zoneId_idx` (`zoneId`),
  ADD CONSTRAINT `cart_line_zoneId_fkey` FOREIGN KEY (`zoneId`) REFERENCES `zone` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
