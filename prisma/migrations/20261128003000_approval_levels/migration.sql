ALTER TABLE `unit_payer` ADD COLUMN `overBudget` ENUM('warns', 'refuses') NOT NULL DEFAULT 'warns';

CREATE TABLE `approval_rule` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `fundingSource` ENUM('canteen_budget', 'union_funds', 'individual') NOT NULL,
  `reach` ENUM('own', 'below') NOT NULL,
  `version` INT NOT NULL,
  `thresholdFen` INT NULL,
  `budgetYear` INT NULL,
  `budgetFen` BIGINT NULL,
  `overBudget` ENUM('warns', 'refuses') NULL,
  `reason` VARCHAR(500) NOT NULL,
  `byId` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  UNIQUE INDEX `approval_rule_unitId_fundingSource_reach_version_key` (`unitId`, `fundingSource`, `reach`, `version`),
  INDEX `approval_rule_byId_idx` (`byId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `approval_rule` ADD CONSTRAINT `approval_rule_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `approval_rule` ADD CONSTRAINT `approval_rule_byId_fkey` FOREIGN KEY (`byId`) REFERENCES `user` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE `approval_rule_approver` (
  `ruleId` INT NOT NULL,
  `userId` INT NOT NULL,
  INDEX `approval_rule_approver_userId_idx` (`userId`),
  PRIMARY KEY (`ruleId`, `userId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `approval_rule_approver` ADD CONSTRAINT `approval_rule_approver_ruleId_fkey` FOREIGN KEY (`ruleId`) REFERENCES `approval_rule` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `approval_rule_approver` ADD CONSTRAINT `approval_rule_approver_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE `order_approval` (
  `orderId` INT NOT NULL,
  `level` INT NOT NULL,
  `unitId` INT NOT NULL,
  `ruleId` INT NULL,
  `thresholdFen` INT NOT NULL,
  `decisionId` INT NULL,
  UNIQUE INDEX `order_approval_decisionId_key` (`decisionId`),
  INDEX `order_approval_unitId_decisionId_idx` (`unitId`, `decisionId`),
  INDEX `order_approval_ruleId_idx` (`ruleId`),
  PRIMARY KEY (`orderId`, `level`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `order_approval` ADD CONSTRAINT `order_approval_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `order_approval` ADD CONSTRAINT `order_approval_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `order_approval` ADD CONSTRAINT `order_approval_ruleId_fkey` FOREIGN KEY (`ruleId`) REFERENCES `approval_rule` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE `order_approval` ADD CONSTRAINT `order_approval_decisionId_fkey` FOREIGN KEY (`decisionId`) REFERENCES `order_decision` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- What waits already is decided by its unit alone, as it would have been.
INSERT INTO `order_approval` (`orderId`, `level`, `unitId`, `thresholdFen`)
  SELECT o.`id`, 1, o.`unitId`, p.`approvalThresholdFen` FROM `order` o
  JOIN `unit_payer` p ON p.`unitId` = o.`unitId` AND p.`fundingSource` = o.`fundingSource`
  WHERE o.`state` = 'awaiting_approval';
