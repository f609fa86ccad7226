-- Requests ask for several lines and name the suppliers asked; offers bind, line by line. Nothing has written the earlier tables.
DROP TABLE `quote_offer`;
DROP TABLE `quote_request`;

CREATE TABLE `quote_request` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `state` ENUM('open','closed','withdrawn') NOT NULL DEFAULT 'open',
  `neededOn` DATE NULL,
  `answerBy` DATETIME(3) NOT NULL,
  `note` VARCHAR(500) NULL,
  `requestedById` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  `endedAt` DATETIME(3) NULL,
  INDEX `quote_request_unitId_id_idx` (`unitId`, `id`),
  INDEX `quote_request_state_answerBy_idx` (`state`, `answerBy`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `quote_request_line` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `requestId` INT NOT NULL,
  `productId` INT NOT NULL,
  `quantity` INT NOT NULL,
  `note` VARCHAR(255) NULL,
  `awardedLineId` INT NULL,
  UNIQUE INDEX `quote_request_line_awardedLineId_key` (`awardedLineId`),
  INDEX `quote_request_line_productId_idx` (`productId`),
  UNIQUE INDEX `quote_request_line_requestId_productId_key` (`requestId`, `productId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `quote_invitation` (
  `requestId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `declinedAt` DATETIME(3) NULL,
  `declinedById` INT NULL,
  `declineReason` VARCHAR(500) NULL,
  INDEX `quote_invitation_supplierId_requestId_idx` (`supplierId`, `requestId`),
  PRIMARY KEY (`requestId`, `supplierId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `quote_offer` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `requestId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `state` ENUM('open','accepted','expired','replaced','lapsed') NOT NULL DEFAULT 'open',
  `freightFen` INT NOT NULL,
  `deliverOn` DATE NOT NULL,
  `validUntil` DATETIME(3) NOT NULL,
  `wholeOnly` BOOLEAN NOT NULL DEFAULT false,
  `note` VARCHAR(500) NULL,
  `byId` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  `endedAt` DATETIME(3) NULL,
  INDEX `quote_offer_requestId_supplierId_idx` (`requestId`, `supplierId`),
  INDEX `quote_offer_supplierId_state_idx` (`supplierId`, `state`),
  INDEX `quote_offer_state_validUntil_idx` (`state`, `validUntil`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `quote_offer_line` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `offerId` INT NOT NULL,
  `requestLineId` INT NOT NULL,
  `productId` INT NOT NULL,
  `quantity` INT NOT NULL,
  `unitPriceFen` INT NOT NULL,
  `pricePerKgFen` INT NULL,
  `orderId` INT NULL,
  INDEX `quote_offer_line_requestLineId_idx` (`requestLineId`),
  INDEX `quote_offer_line_productId_idx` (`productId`),
  INDEX `quote_offer_line_orderId_idx` (`orderId`),
  UNIQUE INDEX `quote_offer_line_offerId_requestLineId_key` (`offerId`, `requestLineId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `quote_request` ADD CONSTRAINT `quote_request_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `quote_request_line` ADD CONSTRAINT `quote_request_line_requestId_fkey` FOREIGN KEY (`requestId`) REFERENCES `quote_request` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE `quote_request_line` ADD CONSTRAINT `quote_request_line_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `quote_request_line` ADD CONSTRAINT `quote_request_line_awardedLineId_fkey` FOREIGN KEY (`awardedLineId`) REFERENCES `quote_offer_line` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE `quote_invitation` ADD CONSTRAINT `quote_invitation_requestId_fkey` FOREIGN KEY (`requestId`) REFERENCES `quote_request` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE `quote_invitation` ADD CONSTRAINT `quote_invitation_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `quote_offer` ADD CONSTRAINT `quote_offer_requestId_fkey` FOREIGN KEY (`requestId`) REFERENCES `quote_request` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `quote_offer` ADD CONSTRAINT `quote_offer_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `quote_offer_line` ADD CONSTRAINT `quote_offer_line_offerId_fkey` FOREIGN KEY (`offerId`) REFERENCES `quote_offer` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE `quote_offer_line` ADD CONSTRAINT `quote_offer_line_requestLineId_fkey` FOREIGN KEY (`requestLineId`) REFERENCES `quote_request_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `quote_offer_line` ADD CONSTRAINT `quote_offer_line_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `quote_offer_line` ADD CONSTRAINT `quote_offer_line_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

