-- A refund that the bank returned is a task for a person: it is sent again, as a row of its own, or paid otherwise, confirmed by a second person.
ALTER TABLE `payment_refund`
  MODIFY COLUMN `state` ENUM('created','pending','succeeded','failed','resent','paid_otherwise') NOT NULL DEFAULT 'created',
  ADD COLUMN `failedAt` DATETIME(3) NULL,
  ADD COLUMN `failureReason` VARCHAR(64) NULL;
CREATE TABLE `refund_payout` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `paymentRefundId` INT NOT NULL,
  `state` ENUM('proposed','paid','refused') NOT NULL DEFAULT 'proposed',
  `bankReference` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `note` VARCHAR(500) NULL,
  `proposedById` INT NOT NULL,
  `proposedAt` DATETIME(3) NOT NULL,
  `decidedById` INT NULL,
  `decidedAt` DATETIME(3) NULL,
  INDEX `refund_payout_paymentRefundId_idx` (`paymentRefundId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `refund_payout` ADD CONSTRAINT `refund_payout_paymentRefundId_fkey` FOREIGN KEY (`paymentRefundId`) REFERENCES `payment_refund` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
