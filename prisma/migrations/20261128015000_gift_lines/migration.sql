ALTER TABLE `order_line`
  ADD COLUMN `isGift` BOOLEAN NOT NULL DEFAULT false,
  ADD UNIQUE INDEX `order_line_orderId_productId_isGift_key` (`orderId`, `productId`, `isGift`),
  DROP INDEX `order_line_orderId_productId_key`;
