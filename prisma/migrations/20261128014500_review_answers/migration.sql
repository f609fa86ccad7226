-- A supplier answers a review once and may correct the answer once; which goods a review speaks of is kept beside it.
ALTER TABLE `delivery_review`
  ADD COLUMN `answer` VARCHAR(1000) NULL,
  ADD COLUMN `answeredAt` DATETIME(3) NULL,
  ADD COLUMN `answeredById` INT NULL,
  ADD COLUMN `answerEditedAt` DATETIME(3) NULL;

DROP TABLE `product_review`;

CREATE TABLE `reviewed_product` (
  `productId` INT NOT NULL,
  `reviewId` INT NOT NULL,
  INDEX `reviewed_product_reviewId_idx` (`reviewId`),
  PRIMARY KEY (`productId`, `reviewId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

INSERT INTO `reviewed_product` (`productId`, `reviewId`)
SELECT DISTINCT l.`productId`, v.`id` FROM `delivery_review` v JOIN `order_line` l ON l.`fulfilmentId` = v.`fulfilmentId`;

ALTER TABLE `reviewed_product` ADD CONSTRAINT `reviewed_product_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `reviewed_product` ADD CONSTRAINT `reviewed_product_reviewId_fkey` FOREIGN KEY (`reviewId`) REFERENCES `delivery_review` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
