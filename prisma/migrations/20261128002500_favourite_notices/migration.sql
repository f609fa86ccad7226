-- What a favourite cost and whether it was sold out when its owner last knew, so that they can be told when that betters.
ALTER TABLE `favourite`
  ADD COLUMN `priceFen` INT NULL,
  ADD COLUMN `outSince` DATETIME(3) NULL,
  ADD INDEX `favourite_userId_at_productId_idx` (`userId`, `at`, `productId`);
