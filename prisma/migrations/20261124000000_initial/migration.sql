-- CreateTable
CREATE TABLE `user` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `login` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `passwordHash` VARCHAR(255) NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  `phone` VARCHAR(32) NULL,
  `email` VARCHAR(191) NULL,
  `locale` VARCHAR(8) NOT NULL DEFAULT 'zh',
  `isDemo` BOOLEAN NOT NULL DEFAULT false,
  `disabledAt` DATETIME(3) NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `user_login_key` (`login`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `role_grant` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `userId` INT NOT NULL,
  `role` ENUM('employee','buyer','approver','organizer','supplier','certifier','operator','work_team') NOT NULL,
  `unitId` INT NULL,
  `groupId` INT NULL,
  `supplierId` INT NULL,
  `placeId` INT NULL,
  `since` DATE NOT NULL,
  `until` DATE NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `role_grant_userId_role_idx` (`userId`, `role`),
  INDEX `role_grant_unitId_role_idx` (`unitId`, `role`),
  INDEX `role_grant_groupId_idx` (`groupId`),
  INDEX `role_grant_supplierId_idx` (`supplierId`),
  INDEX `role_grant_placeId_idx` (`placeId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `session` (
  `id` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `userId` INT NULL,
  `data` JSON NOT NULL,
  `expiresAt` DATETIME(3) NOT NULL,
  INDEX `session_expiresAt_idx` (`expiresAt`),
  INDEX `session_userId_idx` (`userId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `api_token` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `userId` INT NOT NULL,
  `tokenHash` CHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  `scopes` JSON NOT NULL,
  `expiresAt` DATETIME(3) NOT NULL,
  `lastUsedAt` DATETIME(3) NULL,
  `revokedAt` DATETIME(3) NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `api_token_tokenHash_key` (`tokenHash`),
  INDEX `api_token_userId_idx` (`userId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `idempotency_key` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `userId` INT NOT NULL,
  `key` VARCHAR(191) COLLATE utf8mb4_bin NOT NULL,
  `requestHash` CHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `responseStatus` INT NULL,
  `responseBody` JSON NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `idempotency_key_createdAt_idx` (`createdAt`),
  UNIQUE INDEX `idempotency_key_userId_key_key` (`userId`, `key`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `address` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `userId` INT NULL,
  `unitId` INT NULL,
  `recipient` VARCHAR(64) NOT NULL,
  `phone` VARCHAR(32) NOT NULL,
  `region` VARCHAR(128) NOT NULL,
  `detail` VARCHAR(255) NOT NULL,
  `isDefault` BOOLEAN NOT NULL DEFAULT false,
  `deletedAt` DATETIME(3) NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `address_userId_idx` (`userId`),
  INDEX `address_unitId_idx` (`unitId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `place` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  `nameEn` VARCHAR(128) NOT NULL,
  `level` ENUM('county','township','village') NOT NULL,
  `placeClass` ENUM('pioneer','key_city','key_county','active','steady') NULL,
  `parentId` INT NULL,
  `path` VARCHAR(191) COLLATE utf8mb4_bin NOT NULL,
  UNIQUE INDEX `place_code_key` (`code`),
  INDEX `place_path_idx` (`path`),
  INDEX `place_parentId_idx` (`parentId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `unit` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(128) NOT NULL,
  `nameEn` VARCHAR(191) NOT NULL,
  `kind` ENUM('agency','bank','insurer','hospital','school','institute','state_firm','association','military','prison','other') NOT NULL,
  `placeId` INT NULL,
  `canteen` ENUM('own','none','shared','outsourced') NOT NULL DEFAULT 'own',
  `canteenUnitId` INT NULL,
  `contractor` VARCHAR(128) NULL,
  `employees` INT NOT NULL DEFAULT 0,
  `state` ENUM('active','merged','dissolved') NOT NULL DEFAULT 'active',
  `successorId` INT NULL,
  `isMadeUp` BOOLEAN NOT NULL DEFAULT false,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `unit_code_key` (`code`),
  INDEX `unit_placeId_idx` (`placeId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `unit_alias` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `alias` VARCHAR(128) NOT NULL,
  UNIQUE INDEX `unit_alias_unitId_alias_key` (`unitId`, `alias`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `unit_position` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `parentId` INT NULL,
  `since` DATE NOT NULL,
  `until` DATE NULL,
  INDEX `unit_position_parentId_idx` (`parentId`),
  UNIQUE INDEX `unit_position_unitId_since_key` (`unitId`, `since`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `unit_group` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(128) NOT NULL,
  `nameEn` VARCHAR(191) NOT NULL,
  `leadUnitId` INT NOT NULL,
  `placeId` INT NULL,
  UNIQUE INDEX `unit_group_code_key` (`code`),
  INDEX `unit_group_leadUnitId_idx` (`leadUnitId`),
  INDEX `unit_group_placeId_idx` (`placeId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `group_member` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `groupId` INT NOT NULL,
  `unitId` INT NOT NULL,
  `since` DATE NOT NULL,
  `until` DATE NULL,
  INDEX `group_member_unitId_idx` (`unitId`),
  UNIQUE INDEX `group_member_groupId_unitId_since_key` (`groupId`, `unitId`, `since`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `pairing` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `placeId` INT NOT NULL,
  `since` DATE NOT NULL,
  `until` DATE NULL,
  INDEX `pairing_placeId_idx` (`placeId`),
  UNIQUE INDEX `pairing_unitId_placeId_since_key` (`unitId`, `placeId`, `since`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `unit_lineage` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `path` VARCHAR(191) COLLATE utf8mb4_bin NOT NULL,
  `groupIds` VARCHAR(191) COLLATE utf8mb4_bin NOT NULL,
  UNIQUE INDEX `unit_lineage_unitId_path_groupIds_key` (`unitId`, `path`, `groupIds`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `unit_payer` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NOT NULL,
  `title` VARCHAR(128) NOT NULL,
  `taxNumber` VARCHAR(32) NULL,
  `bankName` VARCHAR(128) NULL,
  `bankAccount` VARCHAR(64) NULL,
  `approvalThresholdFen` INT NOT NULL DEFAULT 0,
  `creditLimitFen` BIGINT NOT NULL DEFAULT 0,
  `termDays` INT NOT NULL DEFAULT 30,
  `mustPrepay` BOOLEAN NOT NULL DEFAULT false,
  UNIQUE INDEX `unit_payer_unitId_fundingSource_key` (`unitId`, `fundingSource`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `unit_budget` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NOT NULL,
  `year` INT NOT NULL,
  `amountFen` BIGINT NOT NULL,
  UNIQUE INDEX `unit_budget_unitId_fundingSource_year_key` (`unitId`, `fundingSource`, `year`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `supplier` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(128) NOT NULL,
  `nameEn` VARCHAR(191) NOT NULL,
  `kind` ENUM('village_collective','cooperative','firm','family_farm') NOT NULL,
  `placeId` INT NOT NULL,
  `creditCode` VARCHAR(32) NULL,
  `contact` VARCHAR(64) NULL,
  `phone` VARCHAR(32) NULL,
  `story` TEXT NOT NULL,
  `storyEn` TEXT NOT NULL,
  `state` ENUM('applying','active','suspended','closed') NOT NULL DEFAULT 'applying',
  `minOrderFen` INT NOT NULL DEFAULT 0,
  `freightFen` INT NOT NULL DEFAULT 0,
  `freeFreightFromFen` INT NULL,
  `isMadeUp` BOOLEAN NOT NULL DEFAULT false,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `supplier_code_key` (`code`),
  UNIQUE INDEX `supplier_creditCode_key` (`creditCode`),
  INDEX `supplier_placeId_idx` (`placeId`),
  INDEX `supplier_state_idx` (`state`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `certification` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `supplierId` INT NULL,
  `productId` INT NULL,
  `number` VARCHAR(64) COLLATE utf8mb4_bin NULL,
  `issuer` VARCHAR(128) NOT NULL,
  `state` ENUM('applied','recommended','reviewed','in_notice','certified','refused','suspended','revoked','disqualified') NOT NULL,
  `validFrom` DATE NULL,
  `validUntil` DATE NULL,
  `appliedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `certification_number_key` (`number`),
  INDEX `certification_supplierId_validUntil_idx` (`supplierId`, `validUntil`),
  INDEX `certification_productId_validUntil_idx` (`productId`, `validUntil`),
  INDEX `certification_state_validUntil_idx` (`state`, `validUntil`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `certification_event` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `certificationId` INT NOT NULL,
  `state` ENUM('applied','recommended','reviewed','in_notice','certified','refused','suspended','revoked','disqualified') NOT NULL,
  `actorId` INT NULL,
  `reason` VARCHAR(500) NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `certification_event_certificationId_at_idx` (`certificationId`, `at`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `certification_interruption` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `certificationId` INT NOT NULL,
  `kind` ENUM('suspension','revocation','disqualification') NOT NULL,
  `since` DATE NOT NULL,
  `until` DATE NULL,
  `reason` VARCHAR(500) NOT NULL,
  `byId` INT NULL,
  INDEX `certification_interruption_certificationId_since_idx` (`certificationId`, `since`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `public_notice` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `certificationId` INT NOT NULL,
  `startsOn` DATE NOT NULL,
  `endsOn` DATE NOT NULL,
  `text` TEXT NOT NULL,
  `publishedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `public_notice_certificationId_idx` (`certificationId`),
  INDEX `public_notice_endsOn_idx` (`endsOn`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `objection` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `noticeId` INT NOT NULL,
  `name` VARCHAR(64) NULL,
  `contact` VARCHAR(128) NULL,
  `text` TEXT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `answer` TEXT NULL,
  `answeredById` INT NULL,
  `answeredAt` DATETIME(3) NULL,
  `upheld` BOOLEAN NULL,
  INDEX `objection_noticeId_idx` (`noticeId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `quality_mark` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `supplierId` INT NOT NULL,
  `familyId` INT NULL,
  `kind` ENUM('green','organic','geographic') NOT NULL,
  `number` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `validFrom` DATE NOT NULL,
  `validUntil` DATE NOT NULL,
  `fileId` INT NULL,
  INDEX `quality_mark_supplierId_idx` (`supplierId`),
  INDEX `quality_mark_familyId_idx` (`familyId`),
  INDEX `quality_mark_fileId_idx` (`fileId`),
  UNIQUE INDEX `quality_mark_kind_number_key` (`kind`, `number`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `farmer_benefit` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `supplierId` INT NOT NULL,
  `year` INT NOT NULL,
  `mode` ENUM('guaranteed_dividend','shares','profit_return','contract','jobs') NOT NULL,
  `households` INT NOT NULL,
  `yearlyPayoutFen` BIGINT NOT NULL,
  `evidenceFileId` INT NULL,
  INDEX `farmer_benefit_evidenceFileId_idx` (`evidenceFileId`),
  UNIQUE INDEX `farmer_benefit_supplierId_year_mode_key` (`supplierId`, `year`, `mode`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `signed_link` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `supplierId` INT NOT NULL,
  `tokenHash` CHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `purpose` VARCHAR(32) NOT NULL,
  `subjectId` INT NOT NULL,
  `expiresAt` DATETIME(3) NOT NULL,
  `usedAt` DATETIME(3) NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `signed_link_tokenHash_key` (`tokenHash`),
  INDEX `signed_link_supplierId_idx` (`supplierId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `matching_event` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `name` VARCHAR(128) NOT NULL,
  `heldOn` DATE NOT NULL,
  `venue` VARCHAR(191) NOT NULL,
  `summary` TEXT NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `matching_intention` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `eventId` INT NOT NULL,
  `unitId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `goods` VARCHAR(255) NOT NULL,
  `amountFen` BIGINT NOT NULL,
  INDEX `matching_intention_eventId_idx` (`eventId`),
  INDEX `matching_intention_unitId_idx` (`unitId`),
  INDEX `matching_intention_supplierId_idx` (`supplierId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `framework_agreement` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `intentionId` INT NULL,
  `unitId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `number` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `startsOn` DATE NOT NULL,
  `endsOn` DATE NOT NULL,
  `amountFen` BIGINT NOT NULL,
  `terms` TEXT NOT NULL,
  UNIQUE INDEX `framework_agreement_number_key` (`number`),
  INDEX `framework_agreement_intentionId_idx` (`intentionId`),
  INDEX `framework_agreement_unitId_idx` (`unitId`),
  INDEX `framework_agreement_supplierId_idx` (`supplierId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `category` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  `nameEn` VARCHAR(64) NOT NULL,
  `parentId` INT NULL,
  `path` VARCHAR(191) COLLATE utf8mb4_bin NOT NULL,
  `sort` INT NOT NULL DEFAULT 0,
  `edible` BOOLEAN NOT NULL DEFAULT true,
  `illustration` VARCHAR(64) NOT NULL,
  `aliases` JSON NOT NULL,
  UNIQUE INDEX `category_code_key` (`code`),
  INDEX `category_path_idx` (`path`),
  INDEX `category_parentId_idx` (`parentId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `brand` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  `nameEn` VARCHAR(64) NOT NULL,
  `placeId` INT NULL,
  UNIQUE INDEX `brand_code_key` (`code`),
  INDEX `brand_placeId_idx` (`placeId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `product_family` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `supplierId` INT NOT NULL,
  `brandId` INT NULL,
  `name` VARCHAR(128) NOT NULL,
  `nameEn` VARCHAR(191) NOT NULL,
  `description` TEXT NOT NULL,
  `descriptionEn` TEXT NOT NULL,
  `storage` VARCHAR(255) NOT NULL,
  `storageEn` VARCHAR(255) NOT NULL,
  `aliases` JSON NOT NULL,
  `isMadeUp` BOOLEAN NOT NULL DEFAULT false,
  UNIQUE INDEX `product_family_code_key` (`code`),
  INDEX `product_family_supplierId_idx` (`supplierId`),
  INDEX `product_family_brandId_idx` (`brandId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `product` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `familyId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `categoryId` INT NOT NULL,
  `placeId` INT NOT NULL,
  `spec` VARCHAR(64) NOT NULL,
  `specEn` VARCHAR(64) NOT NULL,
  `saleUnit` VARCHAR(16) NOT NULL,
  `saleUnitEn` VARCHAR(16) NOT NULL,
  `netGrams` INT NOT NULL,
  `priceFen` INT NOT NULL,
  `minQuantity` INT NOT NULL DEFAULT 1,
  `orderMultiple` INT NOT NULL DEFAULT 1,
  `caseQuantity` INT NOT NULL DEFAULT 1,
  `coldChain` BOOLEAN NOT NULL DEFAULT false,
  `saleMode` ENUM('by_piece','by_weight') NOT NULL DEFAULT 'by_piece',
  `toleranceBp` INT NOT NULL DEFAULT 0,
  `shelfLifeDays` INT NULL,
  `seasonFrom` INT NULL,
  `seasonTo` INT NULL,
  `state` ENUM('draft','on_sale','off_sale') NOT NULL DEFAULT 'draft',
  `sold` INT NOT NULL DEFAULT 0,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `product_code_key` (`code`),
  INDEX `product_familyId_idx` (`familyId`),
  INDEX `product_supplierId_state_idx` (`supplierId`, `state`),
  INDEX `product_categoryId_state_id_idx` (`categoryId`, `state`, `id`),
  INDEX `product_placeId_state_id_idx` (`placeId`, `state`, `id`),
  INDEX `product_state_id_idx` (`state`, `id`),
  INDEX `product_state_sold_id_idx` (`state`, `sold`, `id`),
  INDEX `product_state_priceFen_id_idx` (`state`, `priceFen`, `id`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `price_tier` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `productId` INT NOT NULL,
  `fromQuantity` INT NOT NULL,
  `priceFen` INT NOT NULL,
  UNIQUE INDEX `price_tier_productId_fromQuantity_key` (`productId`, `fromQuantity`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `price_change` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `productId` INT NOT NULL,
  `oldFen` INT NOT NULL,
  `newFen` INT NOT NULL,
  `byId` INT NULL,
  `flag` VARCHAR(64) NULL,
  `approvedById` INT NULL,
  `requestedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `effectiveAt` DATETIME(3) NULL,
  INDEX `price_change_productId_effectiveAt_idx` (`productId`, `effectiveAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `batch` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `productId` INT NOT NULL,
  `traceCode` VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  `producedOn` DATE NOT NULL,
  `expiresOn` DATE NULL,
  `quantity` INT NOT NULL,
  `available` INT NOT NULL,
  `conformityNumber` VARCHAR(64) NULL,
  `conformityFileId` INT NULL,
  `note` VARCHAR(255) NULL,
  `recalledAt` DATETIME(3) NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `batch_traceCode_key` (`traceCode`),
  INDEX `batch_productId_expiresOn_id_idx` (`productId`, `expiresOn`, `id`),
  INDEX `batch_conformityFileId_idx` (`conformityFileId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `stock_movement` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `batchId` INT NOT NULL,
  `event` ENUM('produced','held','released','returned','adjusted','spoiled') NOT NULL,
  `source` VARCHAR(24) NOT NULL,
  `sourceId` INT NOT NULL,
  `quantity` INT NOT NULL,
  `byId` INT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `stock_movement_batchId_event_source_sourceId_key` (`batchId`, `event`, `source`, `sourceId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `inspection_report` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `batchId` INT NOT NULL,
  `lab` VARCHAR(128) NOT NULL,
  `number` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `issuedOn` DATE NOT NULL,
  `passed` BOOLEAN NOT NULL,
  `summary` VARCHAR(500) NOT NULL,
  `fileId` INT NULL,
  INDEX `inspection_report_batchId_idx` (`batchId`),
  INDEX `inspection_report_fileId_idx` (`fileId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `recall` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `batchId` INT NOT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `byId` INT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `recall_batchId_idx` (`batchId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `file` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `sha256` CHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(191) NOT NULL,
  `mime` VARCHAR(64) NOT NULL,
  `bytes` INT NOT NULL,
  `byId` INT NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `file_sha256_idx` (`sha256`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `product_photo` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `familyId` INT NOT NULL,
  `fileId` INT NOT NULL,
  `sort` INT NOT NULL DEFAULT 0,
  INDEX `product_photo_familyId_sort_idx` (`familyId`, `sort`),
  INDEX `product_photo_fileId_idx` (`fileId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `product_review` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `productId` INT NOT NULL,
  `lineId` INT NOT NULL,
  `userId` INT NOT NULL,
  `rating` INT NOT NULL,
  `text` TEXT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `answer` TEXT NULL,
  `answeredAt` DATETIME(3) NULL,
  UNIQUE INDEX `product_review_lineId_key` (`lineId`),
  INDEX `product_review_productId_at_idx` (`productId`, `at`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `favourite` (
  `userId` INT NOT NULL,
  `productId` INT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `favourite_productId_idx` (`productId`),
  PRIMARY KEY (`userId`, `productId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `zone` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `kind` ENUM('pavilion','unit_zone','theme','cabinet') NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  `nameEn` VARCHAR(128) NOT NULL,
  `intro` TEXT NOT NULL,
  `introEn` TEXT NOT NULL,
  `placeId` INT NULL,
  `unitId` INT NULL,
  `sort` INT NOT NULL DEFAULT 0,
  UNIQUE INDEX `zone_code_key` (`code`),
  INDEX `zone_placeId_idx` (`placeId`),
  INDEX `zone_unitId_idx` (`unitId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `zone_product` (
  `zoneId` INT NOT NULL,
  `productId` INT NOT NULL,
  `sort` INT NOT NULL DEFAULT 0,
  INDEX `zone_product_productId_idx` (`productId`),
  PRIMARY KEY (`zoneId`, `productId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `campaign` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `kind` ENUM('threshold_discount','threshold_gift','points','link') NOT NULL,
  `name` VARCHAR(128) NOT NULL,
  `unitId` INT NULL,
  `zoneId` INT NULL,
  `startsAt` DATETIME(3) NOT NULL,
  `endsAt` DATETIME(3) NOT NULL,
  `rule` JSON NOT NULL,
  UNIQUE INDEX `campaign_code_key` (`code`),
  INDEX `campaign_unitId_idx` (`unitId`),
  INDEX `campaign_zoneId_idx` (`zoneId`),
  INDEX `campaign_endsAt_idx` (`endsAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `point_entry` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `userId` INT NOT NULL,
  `points` INT NOT NULL,
  `source` VARCHAR(24) COLLATE utf8mb4_bin NOT NULL,
  `sourceId` INT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `point_entry_userId_at_idx` (`userId`, `at`),
  UNIQUE INDEX `point_entry_source_sourceId_userId_key` (`source`, `sourceId`, `userId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `programme` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(128) NOT NULL,
  `nameEn` VARCHAR(191) NOT NULL,
  `groupId` INT NULL,
  `assistedPlaceId` INT NOT NULL,
  `startsOn` DATE NOT NULL,
  `endsOn` DATE NOT NULL,
  `countUntil` DATE NOT NULL,
  `state` ENUM('draft','open','closed') NOT NULL DEFAULT 'draft',
  `countIndividualBy` ENUM('payment','receipt') NOT NULL DEFAULT 'payment',
  `countPrepaidBy` ENUM('acceptance','review') NOT NULL DEFAULT 'acceptance',
  `countOnAccountBy` ENUM('acceptance','payment','review') NOT NULL DEFAULT 'acceptance',
  `ingredientRatioBp` INT NOT NULL DEFAULT 1000,
  `perEmployeeFen` INT NOT NULL DEFAULT 0,
  `priceRiseLimitBp` INT NOT NULL DEFAULT 1000,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `programme_code_key` (`code`),
  INDEX `programme_state_startsOn_endsOn_idx` (`state`, `startsOn`, `endsOn`),
  INDEX `programme_groupId_idx` (`groupId`),
  INDEX `programme_assistedPlaceId_idx` (`assistedPlaceId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `programme_origin` (
  `programmeId` INT NOT NULL,
  `placeId` INT NOT NULL,
  INDEX `programme_origin_placeId_idx` (`placeId`),
  PRIMARY KEY (`programmeId`, `placeId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `programme_category` (
  `programmeId` INT NOT NULL,
  `categoryId` INT NOT NULL,
  INDEX `programme_category_categoryId_idx` (`categoryId`),
  PRIMARY KEY (`programmeId`, `categoryId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `programme_participant` (
  `programmeId` INT NOT NULL,
  `groupId` INT NOT NULL,
  INDEX `programme_participant_groupId_idx` (`groupId`),
  PRIMARY KEY (`programmeId`, `groupId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `programme_milestone` (
  `programmeId` INT NOT NULL,
  `dueOn` DATE NOT NULL,
  `shareBp` INT NOT NULL,
  PRIMARY KEY (`programmeId`, `dueOn`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `target` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `programmeId` INT NOT NULL,
  `unitId` INT NOT NULL,
  `scopeKey` VARCHAR(128) COLLATE utf8mb4_bin NOT NULL,
  `categoryId` INT NULL,
  `placeId` INT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NULL,
  `measure` ENUM('fen','grams') NOT NULL,
  INDEX `target_unitId_idx` (`unitId`),
  INDEX `target_categoryId_idx` (`categoryId`),
  UNIQUE INDEX `target_programmeId_unitId_scopeKey_measure_key` (`programmeId`, `unitId`, `scopeKey`, `measure`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `target_version` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `targetId` INT NOT NULL,
  `version` INT NOT NULL,
  `value` BIGINT NOT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `declarationId` INT NULL,
  `byId` INT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `target_version_declarationId_idx` (`declarationId`),
  UNIQUE INDEX `target_version_targetId_version_key` (`targetId`, `version`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `target_declaration` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `programmeId` INT NOT NULL,
  `unitId` INT NOT NULL,
  `basis` ENUM('ingredients','employees') NOT NULL,
  `basisFen` BIGINT NOT NULL,
  `ratioBp` INT NULL,
  `employees` INT NULL,
  `valueFen` BIGINT NOT NULL,
  `state` ENUM('submitted','accepted','returned','withdrawn') NOT NULL DEFAULT 'submitted',
  `submittedById` INT NOT NULL,
  `submittedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `reviewedById` INT NULL,
  `reviewedAt` DATETIME(3) NULL,
  `reason` VARCHAR(500) NULL,
  INDEX `target_declaration_programmeId_unitId_idx` (`programmeId`, `unitId`),
  INDEX `target_declaration_unitId_idx` (`unitId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `target_exemption` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `programmeId` INT NOT NULL,
  `unitId` INT NOT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `byId` INT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `target_exemption_unitId_idx` (`unitId`),
  UNIQUE INDEX `target_exemption_programmeId_unitId_key` (`programmeId`, `unitId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `cap` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `kind` ENUM('person_product','unit_product','employee_union_year') NOT NULL,
  `productId` INT NULL,
  `programmeId` INT NULL,
  `limitValue` BIGINT NOT NULL,
  `startsOn` DATE NOT NULL,
  `endsOn` DATE NOT NULL,
  INDEX `cap_productId_idx` (`productId`),
  INDEX `cap_programmeId_idx` (`programmeId`),
  INDEX `cap_kind_endsOn_idx` (`kind`, `endsOn`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `cap_counter` (
  `capId` INT NOT NULL,
  `holderId` INT NOT NULL,
  `used` BIGINT NOT NULL DEFAULT 0,
  `limitValue` BIGINT NULL,
  PRIMARY KEY (`capId`, `holderId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `cap_movement` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `capId` INT NOT NULL,
  `holderId` INT NOT NULL,
  `source` VARCHAR(24) COLLATE utf8mb4_bin NOT NULL,
  `sourceId` INT NOT NULL,
  `value` BIGINT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `cap_movement_capId_holderId_idx` (`capId`, `holderId`),
  UNIQUE INDEX `cap_movement_capId_source_sourceId_key` (`capId`, `source`, `sourceId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `tally_entry` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `programmeId` INT NOT NULL,
  `event` ENUM('placed','counted') NOT NULL,
  `source` ENUM('order','payment','receipt','review','settlement','cancellation','rejection','refund','offline','external','re_attribution') NOT NULL,
  `sourceId` INT NOT NULL,
  `lineId` INT NOT NULL,
  `leg` INT NOT NULL DEFAULT 0,
  `orderId` INT NULL,
  `at` DATETIME(3) NOT NULL,
  `onDay` DATE NOT NULL,
  `placedOn` DATE NOT NULL,
  `lineageId` INT NOT NULL,
  `unitId` INT NOT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NOT NULL,
  `categoryId` INT NOT NULL,
  `originPlaceId` INT NOT NULL,
  `supplierId` INT NULL,
  `channel` ENUM('market','pavilion','unit_zone','theme','cabinet','offline','external') NOT NULL,
  `zoneId` INT NULL,
  `fen` INT NOT NULL,
  `grams` INT NOT NULL,
  `isAdjustment` BOOLEAN NOT NULL DEFAULT false,
  `folded` BOOLEAN NOT NULL DEFAULT false,
  INDEX `tally_entry_folded_id_idx` (`folded`, `id`),
  INDEX `tally_entry_orderId_lineId_idx` (`orderId`, `lineId`),
  INDEX `tally_entry_programmeId_unitId_id_idx` (`programmeId`, `unitId`, `id`),
  INDEX `tally_entry_programmeId_onDay_idx` (`programmeId`, `onDay`),
  INDEX `tally_entry_lineageId_idx` (`lineageId`),
  INDEX `tally_entry_unitId_idx` (`unitId`),
  INDEX `tally_entry_supplierId_idx` (`supplierId`),
  UNIQUE INDEX `tally_entry_source_sourceId_lineId_programmeId_event_leg_key` (`source`, `sourceId`, `lineId`, `programmeId`, `event`, `leg`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `tally_total` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `programmeId` INT NOT NULL,
  `event` ENUM('placed','counted') NOT NULL,
  `lineageId` INT NOT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NOT NULL,
  `categoryId` INT NOT NULL,
  `originPlaceId` INT NOT NULL,
  `channel` ENUM('market','pavilion','unit_zone','theme','cabinet','offline','external') NOT NULL,
  `month` DATE NOT NULL,
  `fen` BIGINT NOT NULL DEFAULT 0,
  `grams` BIGINT NOT NULL DEFAULT 0,
  INDEX `tally_total_lineageId_idx` (`lineageId`),
  UNIQUE INDEX `tally_total_programmeId_lineageId_event_month_fundingSource__key` (`programmeId`, `lineageId`, `event`, `month`, `fundingSource`, `categoryId`, `originPlaceId`, `channel`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `offline_purchase` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NOT NULL,
  `state` ENUM('declared','verified','returned','withdrawn') NOT NULL DEFAULT 'declared',
  `sellerName` VARCHAR(128) NOT NULL,
  `sellerTaxNumber` VARCHAR(32) COLLATE utf8mb4_bin NULL,
  `invoiceNumber` VARCHAR(64) COLLATE utf8mb4_bin NULL,
  `invoiceFen` INT NULL,
  `purchasedOn` DATE NOT NULL,
  `note` VARCHAR(500) NULL,
  `declaredById` INT NOT NULL,
  `declaredAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `decidedById` INT NULL,
  `decidedAt` DATETIME(3) NULL,
  `reason` VARCHAR(500) NULL,
  INDEX `offline_purchase_unitId_state_idx` (`unitId`, `state`),
  INDEX `offline_purchase_sellerTaxNumber_invoiceNumber_idx` (`sellerTaxNumber`, `invoiceNumber`),
  INDEX `offline_purchase_state_declaredAt_idx` (`state`, `declaredAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `offline_line` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `purchaseId` INT NOT NULL,
  `categoryId` INT NOT NULL,
  `originPlaceId` INT NOT NULL,
  `supplierId` INT NULL,
  `goods` VARCHAR(128) NOT NULL,
  `fen` INT NOT NULL,
  `grams` INT NOT NULL,
  INDEX `offline_line_purchaseId_idx` (`purchaseId`),
  INDEX `offline_line_categoryId_idx` (`categoryId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `offline_evidence` (
  `purchaseId` INT NOT NULL,
  `fileId` INT NOT NULL,
  INDEX `offline_evidence_fileId_idx` (`fileId`),
  PRIMARY KEY (`purchaseId`, `fileId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `external_platform` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `code` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `name` VARCHAR(128) NOT NULL,
  `mapping` JSON NOT NULL,
  UNIQUE INDEX `external_platform_code_key` (`code`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `external_import` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `platformId` INT NOT NULL,
  `fileId` INT NOT NULL,
  `byId` INT NOT NULL,
  `rows` INT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `external_import_platformId_idx` (`platformId`),
  INDEX `external_import_fileId_idx` (`fileId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `external_purchase` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `importId` INT NOT NULL,
  `platformId` INT NOT NULL,
  `orderNumber` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `lineNumber` INT NOT NULL,
  `unitId` INT NOT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NOT NULL,
  `state` ENUM('declared','verified','returned','withdrawn') NOT NULL DEFAULT 'declared',
  `purchasedOn` DATE NOT NULL,
  `categoryId` INT NOT NULL,
  `originPlaceId` INT NOT NULL,
  `goods` VARCHAR(128) NOT NULL,
  `fen` INT NOT NULL,
  `grams` INT NOT NULL,
  INDEX `external_purchase_importId_idx` (`importId`),
  INDEX `external_purchase_unitId_idx` (`unitId`),
  UNIQUE INDEX `external_purchase_platformId_orderNumber_lineNumber_key` (`platformId`, `orderNumber`, `lineNumber`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `re_attribution` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `orderId` INT NULL,
  `offlineId` INT NULL,
  `externalId` INT NULL,
  `fromUnitId` INT NOT NULL,
  `toUnitId` INT NOT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `state` ENUM('requested','approved','refused') NOT NULL DEFAULT 'requested',
  `requestedById` INT NOT NULL,
  `requestedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `decidedById` INT NULL,
  `decidedAt` DATETIME(3) NULL,
  INDEX `re_attribution_orderId_idx` (`orderId`),
  INDEX `re_attribution_fromUnitId_idx` (`fromUnitId`),
  INDEX `re_attribution_toUnitId_idx` (`toUnitId`),
  INDEX `re_attribution_state_idx` (`state`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `bulletin` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `programmeId` INT NOT NULL,
  `kind` ENUM('month','quarter','half_year','mid_term','year') NOT NULL,
  `startsOn` DATE NOT NULL,
  `endsOn` DATE NOT NULL,
  `asOf` DATETIME(3) NOT NULL,
  `number` VARCHAR(64) NULL,
  `title` VARCHAR(191) NOT NULL,
  `text` TEXT NOT NULL,
  `figures` JSON NOT NULL,
  `state` ENUM('draft','published') NOT NULL DEFAULT 'draft',
  `createdById` INT NOT NULL,
  `publishedById` INT NULL,
  `publishedAt` DATETIME(3) NULL,
  UNIQUE INDEX `bulletin_number_key` (`number`),
  INDEX `bulletin_programmeId_endsOn_idx` (`programmeId`, `endsOn`),
  INDEX `bulletin_state_publishedAt_idx` (`state`, `publishedAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `helped_sale` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `campaignId` INT NULL,
  `orderId` INT NULL,
  `onDay` DATE NOT NULL,
  `fen` INT NOT NULL,
  `grams` INT NOT NULL,
  `note` VARCHAR(255) NULL,
  INDEX `helped_sale_unitId_onDay_idx` (`unitId`, `onDay`),
  INDEX `helped_sale_campaignId_idx` (`campaignId`),
  UNIQUE INDEX `helped_sale_orderId_key` (`orderId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `cart` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `userId` INT NOT NULL,
  `unitId` INT NULL,
  `unitKey` INT NOT NULL DEFAULT 0,
  INDEX `cart_unitId_idx` (`unitId`),
  UNIQUE INDEX `cart_userId_unitKey_key` (`userId`, `unitKey`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `cart_line` (
  `cartId` INT NOT NULL,
  `productId` INT NOT NULL,
  `quantity` INT NOT NULL,
  `addedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `cart_line_productId_idx` (`productId`),
  PRIMARY KEY (`cartId`, `productId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `purchase_list` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  UNIQUE INDEX `purchase_list_unitId_name_key` (`unitId`, `name`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `purchase_list_line` (
  `listId` INT NOT NULL,
  `productId` INT NOT NULL,
  `quantity` INT NOT NULL,
  `note` VARCHAR(255) NULL,
  INDEX `purchase_list_line_productId_idx` (`productId`),
  PRIMARY KEY (`listId`, `productId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `standing_order` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `listId` INT NULL,
  `name` VARCHAR(64) NOT NULL,
  `schedule` JSON NOT NULL,
  `nextOn` DATE NULL,
  `pausedUntil` DATE NULL,
  `createdById` INT NOT NULL,
  INDEX `standing_order_unitId_idx` (`unitId`),
  INDEX `standing_order_listId_idx` (`listId`),
  INDEX `standing_order_nextOn_idx` (`nextOn`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `standing_order_line` (
  `standingOrderId` INT NOT NULL,
  `productId` INT NOT NULL,
  `quantity` INT NOT NULL,
  INDEX `standing_order_line_productId_idx` (`productId`),
  PRIMARY KEY (`standingOrderId`, `productId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `quote_request` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `productId` INT NOT NULL,
  `quantity` INT NOT NULL,
  `neededOn` DATE NULL,
  `note` VARCHAR(500) NULL,
  `state` ENUM('open','offered','accepted','declined','expired') NOT NULL DEFAULT 'open',
  `requestedById` INT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `quote_request_unitId_idx` (`unitId`),
  INDEX `quote_request_productId_idx` (`productId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `quote_offer` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `requestId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `priceFen` INT NOT NULL,
  `validUntil` DATE NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `quote_offer_requestId_idx` (`requestId`),
  INDEX `quote_offer_supplierId_idx` (`supplierId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `order` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `buyerId` INT NOT NULL,
  `unitId` INT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NOT NULL,
  `paymentWay` ENUM('stripe','on_account') NOT NULL,
  `state` ENUM('awaiting_approval','awaiting_payment','placed','completed','rejected','cancelled','expired') NOT NULL,
  `channel` ENUM('market','pavilion','unit_zone','theme','cabinet','offline','external') NOT NULL DEFAULT 'market',
  `zoneId` INT NULL,
  `campaignId` INT NULL,
  `agreementId` INT NULL,
  `checkoutKey` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `goodsFen` INT NOT NULL,
  `discountFen` INT NOT NULL DEFAULT 0,
  `freightFen` INT NOT NULL,
  `totalFen` INT NOT NULL,
  `note` VARCHAR(500) NULL,
  `recipient` VARCHAR(64) NOT NULL,
  `phone` VARCHAR(32) NOT NULL,
  `region` VARCHAR(128) NOT NULL,
  `address` VARCHAR(255) NOT NULL,
  `submittedAt` DATETIME(3) NOT NULL,
  `heldUntil` DATETIME(3) NULL,
  `placedAt` DATETIME(3) NULL,
  `placedOn` DATE NULL,
  `lineageId` INT NULL,
  `closedAt` DATETIME(3) NULL,
  UNIQUE INDEX `order_checkoutKey_key` (`checkoutKey`),
  INDEX `order_buyerId_id_idx` (`buyerId`, `id`),
  INDEX `order_unitId_state_id_idx` (`unitId`, `state`, `id`),
  INDEX `order_unitId_id_idx` (`unitId`, `id`),
  INDEX `order_state_heldUntil_idx` (`state`, `heldUntil`),
  INDEX `order_placedOn_idx` (`placedOn`),
  INDEX `order_lineageId_idx` (`lineageId`),
  INDEX `order_zoneId_idx` (`zoneId`),
  INDEX `order_campaignId_idx` (`campaignId`),
  INDEX `order_agreementId_idx` (`agreementId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `order_line` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `orderId` INT NOT NULL,
  `fulfilmentId` INT NOT NULL,
  `productId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `categoryId` INT NOT NULL,
  `originPlaceId` INT NOT NULL,
  `name` VARCHAR(128) NOT NULL,
  `nameEn` VARCHAR(191) NOT NULL,
  `spec` VARCHAR(64) NOT NULL,
  `specEn` VARCHAR(64) NOT NULL,
  `saleUnit` VARCHAR(16) NOT NULL,
  `saleUnitEn` VARCHAR(16) NOT NULL,
  `illustration` VARCHAR(64) NOT NULL,
  `netGrams` INT NOT NULL,
  `quantity` INT NOT NULL,
  `unitPriceFen` INT NOT NULL,
  `goodsFen` INT NOT NULL,
  `discountFen` INT NOT NULL DEFAULT 0,
  `payableFen` INT NOT NULL,
  `grams` INT NOT NULL,
  `pricePerKgFen` INT NULL,
  `supplierCertificationId` INT NULL,
  `productCertificationId` INT NULL,
  `acceptedQuantity` INT NOT NULL DEFAULT 0,
  `acceptedGrams` INT NOT NULL DEFAULT 0,
  `acceptedFen` INT NOT NULL DEFAULT 0,
  `refundedQuantity` INT NOT NULL DEFAULT 0,
  `refundedGrams` INT NOT NULL DEFAULT 0,
  `refundedFen` INT NOT NULL DEFAULT 0,
  INDEX `order_line_fulfilmentId_idx` (`fulfilmentId`),
  INDEX `order_line_productId_id_idx` (`productId`, `id`),
  UNIQUE INDEX `order_line_orderId_productId_key` (`orderId`, `productId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `line_allocation` (
  `lineId` INT NOT NULL,
  `batchId` INT NOT NULL,
  `quantity` INT NOT NULL,
  INDEX `line_allocation_batchId_idx` (`batchId`),
  PRIMARY KEY (`lineId`, `batchId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `fulfilment` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `orderId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `state` ENUM('waiting','to_confirm','confirmed','shipped','received','cancelled') NOT NULL DEFAULT 'waiting',
  `goodsFen` INT NOT NULL,
  `freightFen` INT NOT NULL,
  `confirmedAt` DATETIME(3) NULL,
  `shippedAt` DATETIME(3) NULL,
  `receivedAt` DATETIME(3) NULL,
  INDEX `fulfilment_supplierId_state_id_idx` (`supplierId`, `state`, `id`),
  INDEX `fulfilment_state_shippedAt_idx` (`state`, `shippedAt`),
  UNIQUE INDEX `fulfilment_orderId_supplierId_key` (`orderId`, `supplierId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `shipment` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `fulfilmentId` INT NOT NULL,
  `carrier` VARCHAR(64) NOT NULL,
  `trackingNumber` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `temperatureDeci` INT NULL,
  `byId` INT NULL,
  `shippedAt` DATETIME(3) NOT NULL,
  INDEX `shipment_fulfilmentId_idx` (`fulfilmentId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `shipment_line` (
  `shipmentId` INT NOT NULL,
  `lineId` INT NOT NULL,
  `batchId` INT NOT NULL,
  `quantity` INT NOT NULL,
  `grams` INT NOT NULL,
  INDEX `shipment_line_lineId_idx` (`lineId`),
  INDEX `shipment_line_batchId_idx` (`batchId`),
  PRIMARY KEY (`shipmentId`, `lineId`, `batchId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `receipt` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `fulfilmentId` INT NOT NULL,
  `byId` INT NULL,
  `at` DATETIME(3) NOT NULL,
  INDEX `receipt_fulfilmentId_idx` (`fulfilmentId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `receipt_line` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `receiptId` INT NOT NULL,
  `lineId` INT NOT NULL,
  `batchId` INT NULL,
  `acceptedQuantity` INT NOT NULL,
  `acceptedGrams` INT NOT NULL,
  `acceptedFen` INT NOT NULL,
  `shortQuantity` INT NOT NULL,
  `damagedQuantity` INT NOT NULL,
  `photoId` INT NULL,
  `note` VARCHAR(255) NULL,
  INDEX `receipt_line_lineId_idx` (`lineId`),
  INDEX `receipt_line_batchId_idx` (`batchId`),
  INDEX `receipt_line_photoId_idx` (`photoId`),
  UNIQUE INDEX `receipt_line_receiptId_lineId_key` (`receiptId`, `lineId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `delivery_review` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `fulfilmentId` INT NOT NULL,
  `byId` INT NOT NULL,
  `rating` INT NOT NULL,
  `text` TEXT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `delivery_review_fulfilmentId_key` (`fulfilmentId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `order_decision` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `orderId` INT NOT NULL,
  `decision` ENUM('approved','rejected','returned') NOT NULL,
  `byId` INT NOT NULL,
  `reason` VARCHAR(500) NULL,
  `at` DATETIME(3) NOT NULL,
  INDEX `order_decision_orderId_idx` (`orderId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `cancellation` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `orderId` INT NOT NULL,
  `byId` INT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `at` DATETIME(3) NOT NULL,
  UNIQUE INDEX `cancellation_orderId_key` (`orderId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `refund` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `orderId` INT NOT NULL,
  `state` ENUM('requested','approved','refused','paid') NOT NULL DEFAULT 'requested',
  `reason` VARCHAR(500) NOT NULL,
  `goodsFen` INT NOT NULL,
  `freightFen` INT NOT NULL DEFAULT 0,
  `requestedById` INT NULL,
  `requestedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `decidedById` INT NULL,
  `decidedAt` DATETIME(3) NULL,
  `decisionReason` VARCHAR(500) NULL,
  INDEX `refund_orderId_idx` (`orderId`),
  INDEX `refund_state_requestedAt_idx` (`state`, `requestedAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `refund_line` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `refundId` INT NOT NULL,
  `lineId` INT NOT NULL,
  `quantity` INT NOT NULL,
  `fen` INT NOT NULL,
  `grams` INT NOT NULL,
  `restocked` INT NOT NULL DEFAULT 0,
  INDEX `refund_line_lineId_idx` (`lineId`),
  UNIQUE INDEX `refund_line_refundId_lineId_key` (`refundId`, `lineId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `payment` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `orderId` INT NOT NULL,
  `state` ENUM('created','open','succeeded','expired','failed') NOT NULL DEFAULT 'created',
  `amountFen` INT NOT NULL,
  `idempotencyKey` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `sessionId` VARCHAR(191) COLLATE utf8mb4_bin NULL,
  `paymentIntentId` VARCHAR(191) COLLATE utf8mb4_bin NULL,
  `url` TEXT NULL,
  `method` VARCHAR(32) NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `expiresAt` DATETIME(3) NOT NULL,
  `succeededAt` DATETIME(3) NULL,
  UNIQUE INDEX `payment_idempotencyKey_key` (`idempotencyKey`),
  UNIQUE INDEX `payment_sessionId_key` (`sessionId`),
  UNIQUE INDEX `payment_paymentIntentId_key` (`paymentIntentId`),
  INDEX `payment_orderId_idx` (`orderId`),
  INDEX `payment_state_expiresAt_idx` (`state`, `expiresAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `payment_refund` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `paymentId` INT NOT NULL,
  `refundId` INT NULL,
  `source` VARCHAR(24) COLLATE utf8mb4_bin NOT NULL,
  `sourceId` INT NOT NULL,
  `amountFen` INT NOT NULL,
  `state` ENUM('created','pending','succeeded','failed') NOT NULL DEFAULT 'created',
  `idempotencyKey` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `providerId` VARCHAR(191) COLLATE utf8mb4_bin NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `succeededAt` DATETIME(3) NULL,
  UNIQUE INDEX `payment_refund_idempotencyKey_key` (`idempotencyKey`),
  UNIQUE INDEX `payment_refund_providerId_key` (`providerId`),
  INDEX `payment_refund_paymentId_idx` (`paymentId`),
  INDEX `payment_refund_refundId_idx` (`refundId`),
  INDEX `payment_refund_state_createdAt_idx` (`state`, `createdAt`),
  UNIQUE INDEX `payment_refund_source_sourceId_key` (`source`, `sourceId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `webhook_event` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `provider` VARCHAR(24) COLLATE utf8mb4_bin NOT NULL,
  `eventId` VARCHAR(191) COLLATE utf8mb4_bin NOT NULL,
  `type` VARCHAR(64) NOT NULL,
  `objectId` VARCHAR(191) COLLATE utf8mb4_bin NOT NULL,
  `receivedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `processedAt` DATETIME(3) NULL,
  INDEX `webhook_event_processedAt_idx` (`processedAt`),
  UNIQUE INDEX `webhook_event_provider_eventId_key` (`provider`, `eventId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `journal_entry` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `orderId` INT NOT NULL,
  `account` ENUM('goods','freight','discount','allowance','points','paid','refunded','owed') NOT NULL,
  `source` VARCHAR(24) COLLATE utf8mb4_bin NOT NULL,
  `sourceId` INT NOT NULL,
  `fen` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  INDEX `journal_entry_at_idx` (`at`),
  UNIQUE INDEX `journal_entry_orderId_source_sourceId_account_key` (`orderId`, `source`, `sourceId`, `account`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `statement` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `payerId` INT NOT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NOT NULL,
  `supplierId` INT NOT NULL,
  `state` ENUM('open','buyer_confirmed','supplier_confirmed','confirmed','invoiced','paid') NOT NULL DEFAULT 'open',
  `startsOn` DATE NOT NULL,
  `endsOn` DATE NOT NULL,
  `totalFen` BIGINT NOT NULL,
  `dueOn` DATE NULL,
  `referenceCode` VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `statement_referenceCode_key` (`referenceCode`),
  INDEX `statement_unitId_idx` (`unitId`),
  INDEX `statement_supplierId_state_idx` (`supplierId`, `state`),
  INDEX `statement_state_dueOn_idx` (`state`, `dueOn`),
  UNIQUE INDEX `statement_payerId_supplierId_startsOn_key` (`payerId`, `supplierId`, `startsOn`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `statement_line` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `statementId` INT NOT NULL,
  `receiptLineId` INT NULL,
  `refundLineId` INT NULL,
  `fen` INT NOT NULL,
  `paidFen` INT NOT NULL DEFAULT 0,
  INDEX `statement_line_statementId_idx` (`statementId`),
  UNIQUE INDEX `statement_line_receiptLineId_key` (`receiptLineId`),
  UNIQUE INDEX `statement_line_refundLineId_key` (`refundLineId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `transfer` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `statementId` INT NULL,
  `state` ENUM('unmatched','matched','returned') NOT NULL DEFAULT 'unmatched',
  `referenceCode` VARCHAR(64) COLLATE utf8mb4_bin NULL,
  `bankReference` VARCHAR(64) COLLATE utf8mb4_bin NULL,
  `amountFen` BIGINT NOT NULL,
  `payerName` VARCHAR(128) NOT NULL,
  `payerAccount` VARCHAR(64) NOT NULL,
  `paidOn` DATE NOT NULL,
  `recordedById` INT NULL,
  `recordedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `transfer_bankReference_key` (`bankReference`),
  INDEX `transfer_statementId_idx` (`statementId`),
  INDEX `transfer_state_paidOn_idx` (`state`, `paidOn`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `transfer_allocation` (
  `transferId` INT NOT NULL,
  `statementLineId` INT NOT NULL,
  `fen` INT NOT NULL,
  INDEX `transfer_allocation_statementLineId_idx` (`statementLineId`),
  PRIMARY KEY (`transferId`, `statementLineId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `invoice` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `kind` ENUM('blue','red') NOT NULL,
  `statementId` INT NULL,
  `orderId` INT NULL,
  `refundId` INT NULL,
  `redOfId` INT NULL,
  `number` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `title` VARCHAR(128) NOT NULL,
  `taxNumber` VARCHAR(32) NULL,
  `amountFen` BIGINT NOT NULL,
  `issuedOn` DATE NOT NULL,
  `fileId` INT NULL,
  UNIQUE INDEX `invoice_number_key` (`number`),
  INDEX `invoice_statementId_idx` (`statementId`),
  INDEX `invoice_orderId_idx` (`orderId`),
  INDEX `invoice_refundId_idx` (`refundId`),
  INDEX `invoice_redOfId_idx` (`redOfId`),
  INDEX `invoice_fileId_idx` (`fileId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `welfare_allowance` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `userId` INT NOT NULL,
  `year` INT NOT NULL,
  `amountFen` INT NOT NULL,
  INDEX `welfare_allowance_userId_idx` (`userId`),
  UNIQUE INDEX `welfare_allowance_unitId_userId_year_key` (`unitId`, `userId`, `year`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `allowance_entry` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `allowanceId` INT NOT NULL,
  `orderId` INT NOT NULL,
  `source` VARCHAR(24) COLLATE utf8mb4_bin NOT NULL,
  `sourceId` INT NOT NULL,
  `fen` INT NOT NULL,
  `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `allowance_entry_orderId_idx` (`orderId`),
  UNIQUE INDEX `allowance_entry_allowanceId_source_sourceId_key` (`allowanceId`, `source`, `sourceId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `welfare_run` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `unitId` INT NOT NULL,
  `name` VARCHAR(128) NOT NULL,
  `perHeadFen` INT NOT NULL,
  `chooseUntil` DATE NOT NULL,
  `state` ENUM('draft','choosing','ordered','distributed','closed') NOT NULL DEFAULT 'draft',
  `createdById` INT NOT NULL,
  INDEX `welfare_run_unitId_idx` (`unitId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `welfare_package` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `runId` INT NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  INDEX `welfare_package_runId_idx` (`runId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `welfare_package_item` (
  `packageId` INT NOT NULL,
  `productId` INT NOT NULL,
  `quantity` INT NOT NULL,
  INDEX `welfare_package_item_productId_idx` (`productId`),
  PRIMARY KEY (`packageId`, `productId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `welfare_claim` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `runId` INT NOT NULL,
  `packageId` INT NULL,
  `staffNumber` VARCHAR(32) NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  `department` VARCHAR(64) NULL,
  `chosenAt` DATETIME(3) NULL,
  `orderId` INT NULL,
  `signedAt` DATETIME(3) NULL,
  `returnedAt` DATETIME(3) NULL,
  INDEX `welfare_claim_packageId_idx` (`packageId`),
  INDEX `welfare_claim_orderId_idx` (`orderId`),
  UNIQUE INDEX `welfare_claim_runId_staffNumber_key` (`runId`, `staffNumber`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `sandbox_object` (
  `id` VARCHAR(191) COLLATE utf8mb4_bin NOT NULL,
  `type` VARCHAR(32) NOT NULL,
  `data` JSON NOT NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `updatedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `sandbox_object_type_createdAt_idx` (`type`, `createdAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `unsold_warning` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `batchId` INT NOT NULL,
  `supplierId` INT NOT NULL,
  `coverDays` INT NOT NULL,
  `daysToSpoil` INT NOT NULL,
  `state` ENUM('open','called','solved') NOT NULL DEFAULT 'open',
  `raisedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `solvedAt` DATETIME(3) NULL,
  INDEX `unsold_warning_batchId_idx` (`batchId`),
  INDEX `unsold_warning_supplierId_idx` (`supplierId`),
  INDEX `unsold_warning_state_raisedAt_idx` (`state`, `raisedAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `assistance_call` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `warningId` INT NOT NULL,
  `text` TEXT NOT NULL,
  `startsAt` DATETIME(3) NOT NULL,
  `endsAt` DATETIME(3) NOT NULL,
  `byId` INT NOT NULL,
  INDEX `assistance_call_warningId_idx` (`warningId`),
  INDEX `assistance_call_endsAt_idx` (`endsAt`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `complaint` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `number` VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  `userId` INT NULL,
  `orderId` INT NULL,
  `productId` INT NULL,
  `supplierId` INT NULL,
  `name` VARCHAR(64) NULL,
  `contact` VARCHAR(128) NULL,
  `text` TEXT NOT NULL,
  `state` ENUM('received','in_hand','answered','closed') NOT NULL DEFAULT 'received',
  `dueOn` DATE NOT NULL,
  `outcome` TEXT NULL,
  `isPublic` BOOLEAN NOT NULL DEFAULT false,
  `receivedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `answeredAt` DATETIME(3) NULL,
  UNIQUE INDEX `complaint_number_key` (`number`),
  INDEX `complaint_state_dueOn_idx` (`state`, `dueOn`),
  INDEX `complaint_userId_idx` (`userId`),
  INDEX `complaint_orderId_idx` (`orderId`),
  INDEX `complaint_productId_idx` (`productId`),
  INDEX `complaint_supplierId_idx` (`supplierId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `notification` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `userId` INT NOT NULL,
  `kind` VARCHAR(64) NOT NULL,
  `data` JSON NOT NULL,
  `link` VARCHAR(191) NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `readAt` DATETIME(3) NULL,
  INDEX `notification_userId_id_idx` (`userId`, `id`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `outbox` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `topic` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `payload` JSON NOT NULL,
  `availableAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `attempts` INT NOT NULL DEFAULT 0,
  `lastError` VARCHAR(500) NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  INDEX `outbox_availableAt_id_idx` (`availableAt`, `id`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `scheduled_job` (
  `name` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `nextAt` DATETIME(3) NOT NULL,
  `lastAt` DATETIME(3) NULL,
  `lastError` VARCHAR(500) NULL,
  PRIMARY KEY (`name`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `setting` (
  `key` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `value` VARCHAR(500) NOT NULL,
  `updatedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (`key`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `audit_line` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `at` DATETIME(3) NOT NULL,
  `actorId` INT NULL,
  `onBehalfOf` VARCHAR(64) NULL,
  `action` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  `subjectType` VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  `subjectId` INT NOT NULL,
  `unitId` INT NULL,
  `before` JSON NULL,
  `after` JSON NULL,
  `reason` VARCHAR(500) NULL,
  INDEX `audit_line_subjectType_subjectId_idx` (`subjectType`, `subjectId`),
  INDEX `audit_line_actorId_at_idx` (`actorId`, `at`),
  INDEX `audit_line_at_idx` (`at`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `role_grant` ADD CONSTRAINT `role_grant_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `role_grant` ADD CONSTRAINT `role_grant_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `role_grant` ADD CONSTRAINT `role_grant_groupId_fkey` FOREIGN KEY (`groupId`) REFERENCES `unit_group` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `role_grant` ADD CONSTRAINT `role_grant_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `role_grant` ADD CONSTRAINT `role_grant_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `session` ADD CONSTRAINT `session_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `api_token` ADD CONSTRAINT `api_token_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `idempotency_key` ADD CONSTRAINT `idempotency_key_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `address` ADD CONSTRAINT `address_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `address` ADD CONSTRAINT `address_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `place` ADD CONSTRAINT `place_parentId_fkey` FOREIGN KEY (`parentId`) REFERENCES `place` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit` ADD CONSTRAINT `unit_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit` ADD CONSTRAINT `unit_canteenUnitId_fkey` FOREIGN KEY (`canteenUnitId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit` ADD CONSTRAINT `unit_successorId_fkey` FOREIGN KEY (`successorId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit_alias` ADD CONSTRAINT `unit_alias_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit_position` ADD CONSTRAINT `unit_position_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit_position` ADD CONSTRAINT `unit_position_parentId_fkey` FOREIGN KEY (`parentId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit_group` ADD CONSTRAINT `unit_group_leadUnitId_fkey` FOREIGN KEY (`leadUnitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit_group` ADD CONSTRAINT `unit_group_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `group_member` ADD CONSTRAINT `group_member_groupId_fkey` FOREIGN KEY (`groupId`) REFERENCES `unit_group` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `group_member` ADD CONSTRAINT `group_member_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `pairing` ADD CONSTRAINT `pairing_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `pairing` ADD CONSTRAINT `pairing_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit_lineage` ADD CONSTRAINT `unit_lineage_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit_payer` ADD CONSTRAINT `unit_payer_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unit_budget` ADD CONSTRAINT `unit_budget_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `supplier` ADD CONSTRAINT `supplier_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `certification` ADD CONSTRAINT `certification_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `certification` ADD CONSTRAINT `certification_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `certification_event` ADD CONSTRAINT `certification_event_certificationId_fkey` FOREIGN KEY (`certificationId`) REFERENCES `certification` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `certification_interruption` ADD CONSTRAINT `certification_interruption_certificationId_fkey` FOREIGN KEY (`certificationId`) REFERENCES `certification` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `public_notice` ADD CONSTRAINT `public_notice_certificationId_fkey` FOREIGN KEY (`certificationId`) REFERENCES `certification` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `objection` ADD CONSTRAINT `objection_noticeId_fkey` FOREIGN KEY (`noticeId`) REFERENCES `public_notice` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `quality_mark` ADD CONSTRAINT `quality_mark_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `quality_mark` ADD CONSTRAINT `quality_mark_familyId_fkey` FOREIGN KEY (`familyId`) REFERENCES `product_family` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `quality_mark` ADD CONSTRAINT `quality_mark_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `farmer_benefit` ADD CONSTRAINT `farmer_benefit_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `farmer_benefit` ADD CONSTRAINT `farmer_benefit_evidenceFileId_fkey` FOREIGN KEY (`evidenceFileId`) REFERENCES `file` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `signed_link` ADD CONSTRAINT `signed_link_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `matching_intention` ADD CONSTRAINT `matching_intention_eventId_fkey` FOREIGN KEY (`eventId`) REFERENCES `matching_event` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `matching_intention` ADD CONSTRAINT `matching_intention_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `matching_intention` ADD CONSTRAINT `matching_intention_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `framework_agreement` ADD CONSTRAINT `framework_agreement_intentionId_fkey` FOREIGN KEY (`intentionId`) REFERENCES `matching_intention` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `framework_agreement` ADD CONSTRAINT `framework_agreement_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `framework_agreement` ADD CONSTRAINT `framework_agreement_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `category` ADD CONSTRAINT `category_parentId_fkey` FOREIGN KEY (`parentId`) REFERENCES `category` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `brand` ADD CONSTRAINT `brand_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product_family` ADD CONSTRAINT `product_family_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product_family` ADD CONSTRAINT `product_family_brandId_fkey` FOREIGN KEY (`brandId`) REFERENCES `brand` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product` ADD CONSTRAINT `product_familyId_fkey` FOREIGN KEY (`familyId`) REFERENCES `product_family` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product` ADD CONSTRAINT `product_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product` ADD CONSTRAINT `product_categoryId_fkey` FOREIGN KEY (`categoryId`) REFERENCES `category` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product` ADD CONSTRAINT `product_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `price_tier` ADD CONSTRAINT `price_tier_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `price_change` ADD CONSTRAINT `price_change_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `batch` ADD CONSTRAINT `batch_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `batch` ADD CONSTRAINT `batch_conformityFileId_fkey` FOREIGN KEY (`conformityFileId`) REFERENCES `file` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `stock_movement` ADD CONSTRAINT `stock_movement_batchId_fkey` FOREIGN KEY (`batchId`) REFERENCES `batch` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `inspection_report` ADD CONSTRAINT `inspection_report_batchId_fkey` FOREIGN KEY (`batchId`) REFERENCES `batch` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `inspection_report` ADD CONSTRAINT `inspection_report_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `recall` ADD CONSTRAINT `recall_batchId_fkey` FOREIGN KEY (`batchId`) REFERENCES `batch` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product_photo` ADD CONSTRAINT `product_photo_familyId_fkey` FOREIGN KEY (`familyId`) REFERENCES `product_family` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product_photo` ADD CONSTRAINT `product_photo_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product_review` ADD CONSTRAINT `product_review_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `product_review` ADD CONSTRAINT `product_review_lineId_fkey` FOREIGN KEY (`lineId`) REFERENCES `order_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `favourite` ADD CONSTRAINT `favourite_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `favourite` ADD CONSTRAINT `favourite_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `zone` ADD CONSTRAINT `zone_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `zone` ADD CONSTRAINT `zone_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `zone_product` ADD CONSTRAINT `zone_product_zoneId_fkey` FOREIGN KEY (`zoneId`) REFERENCES `zone` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `zone_product` ADD CONSTRAINT `zone_product_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `campaign` ADD CONSTRAINT `campaign_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `campaign` ADD CONSTRAINT `campaign_zoneId_fkey` FOREIGN KEY (`zoneId`) REFERENCES `zone` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `point_entry` ADD CONSTRAINT `point_entry_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `programme` ADD CONSTRAINT `programme_groupId_fkey` FOREIGN KEY (`groupId`) REFERENCES `unit_group` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `programme` ADD CONSTRAINT `programme_assistedPlaceId_fkey` FOREIGN KEY (`assistedPlaceId`) REFERENCES `place` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `programme_origin` ADD CONSTRAINT `programme_origin_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `programme_origin` ADD CONSTRAINT `programme_origin_placeId_fkey` FOREIGN KEY (`placeId`) REFERENCES `place` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `programme_category` ADD CONSTRAINT `programme_category_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `programme_category` ADD CONSTRAINT `programme_category_categoryId_fkey` FOREIGN KEY (`categoryId`) REFERENCES `category` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `programme_participant` ADD CONSTRAINT `programme_participant_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `programme_participant` ADD CONSTRAINT `programme_participant_groupId_fkey` FOREIGN KEY (`groupId`) REFERENCES `unit_group` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `programme_milestone` ADD CONSTRAINT `programme_milestone_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `target` ADD CONSTRAINT `target_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `target` ADD CONSTRAINT `target_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `target` ADD CONSTRAINT `target_categoryId_fkey` FOREIGN KEY (`categoryId`) REFERENCES `category` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `target_version` ADD CONSTRAINT `target_version_targetId_fkey` FOREIGN KEY (`targetId`) REFERENCES `target` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `target_version` ADD CONSTRAINT `target_version_declarationId_fkey` FOREIGN KEY (`declarationId`) REFERENCES `target_declaration` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `target_declaration` ADD CONSTRAINT `target_declaration_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `target_declaration` ADD CONSTRAINT `target_declaration_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `target_exemption` ADD CONSTRAINT `target_exemption_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `target_exemption` ADD CONSTRAINT `target_exemption_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `cap` ADD CONSTRAINT `cap_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `cap` ADD CONSTRAINT `cap_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `cap_counter` ADD CONSTRAINT `cap_counter_capId_fkey` FOREIGN KEY (`capId`) REFERENCES `cap` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `cap_movement` ADD CONSTRAINT `cap_movement_capId_fkey` FOREIGN KEY (`capId`) REFERENCES `cap` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `tally_entry` ADD CONSTRAINT `tally_entry_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `tally_entry` ADD CONSTRAINT `tally_entry_lineageId_fkey` FOREIGN KEY (`lineageId`) REFERENCES `unit_lineage` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `tally_entry` ADD CONSTRAINT `tally_entry_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `tally_entry` ADD CONSTRAINT `tally_entry_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `tally_total` ADD CONSTRAINT `tally_total_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `tally_total` ADD CONSTRAINT `tally_total_lineageId_fkey` FOREIGN KEY (`lineageId`) REFERENCES `unit_lineage` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `offline_purchase` ADD CONSTRAINT `offline_purchase_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `offline_line` ADD CONSTRAINT `offline_line_purchaseId_fkey` FOREIGN KEY (`purchaseId`) REFERENCES `offline_purchase` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `offline_line` ADD CONSTRAINT `offline_line_categoryId_fkey` FOREIGN KEY (`categoryId`) REFERENCES `category` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `offline_evidence` ADD CONSTRAINT `offline_evidence_purchaseId_fkey` FOREIGN KEY (`purchaseId`) REFERENCES `offline_purchase` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `offline_evidence` ADD CONSTRAINT `offline_evidence_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `external_import` ADD CONSTRAINT `external_import_platformId_fkey` FOREIGN KEY (`platformId`) REFERENCES `external_platform` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `external_import` ADD CONSTRAINT `external_import_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `external_purchase` ADD CONSTRAINT `external_purchase_importId_fkey` FOREIGN KEY (`importId`) REFERENCES `external_import` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `external_purchase` ADD CONSTRAINT `external_purchase_platformId_fkey` FOREIGN KEY (`platformId`) REFERENCES `external_platform` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `external_purchase` ADD CONSTRAINT `external_purchase_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `re_attribution` ADD CONSTRAINT `re_attribution_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `re_attribution` ADD CONSTRAINT `re_attribution_fromUnitId_fkey` FOREIGN KEY (`fromUnitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `re_attribution` ADD CONSTRAINT `re_attribution_toUnitId_fkey` FOREIGN KEY (`toUnitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `bulletin` ADD CONSTRAINT `bulletin_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `helped_sale` ADD CONSTRAINT `helped_sale_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `helped_sale` ADD CONSTRAINT `helped_sale_campaignId_fkey` FOREIGN KEY (`campaignId`) REFERENCES `campaign` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `helped_sale` ADD CONSTRAINT `helped_sale_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `cart` ADD CONSTRAINT `cart_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `cart` ADD CONSTRAINT `cart_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `cart_line` ADD CONSTRAINT `cart_line_cartId_fkey` FOREIGN KEY (`cartId`) REFERENCES `cart` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `cart_line` ADD CONSTRAINT `cart_line_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `purchase_list` ADD CONSTRAINT `purchase_list_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `purchase_list_line` ADD CONSTRAINT `purchase_list_line_listId_fkey` FOREIGN KEY (`listId`) REFERENCES `purchase_list` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `purchase_list_line` ADD CONSTRAINT `purchase_list_line_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `standing_order` ADD CONSTRAINT `standing_order_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `standing_order` ADD CONSTRAINT `standing_order_listId_fkey` FOREIGN KEY (`listId`) REFERENCES `purchase_list` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `standing_order_line` ADD CONSTRAINT `standing_order_line_standingOrderId_fkey` FOREIGN KEY (`standingOrderId`) REFERENCES `standing_order` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `standing_order_line` ADD CONSTRAINT `standing_order_line_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `quote_request` ADD CONSTRAINT `quote_request_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `quote_request` ADD CONSTRAINT `quote_request_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `quote_offer` ADD CONSTRAINT `quote_offer_requestId_fkey` FOREIGN KEY (`requestId`) REFERENCES `quote_request` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `quote_offer` ADD CONSTRAINT `quote_offer_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order` ADD CONSTRAINT `order_buyerId_fkey` FOREIGN KEY (`buyerId`) REFERENCES `user` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order` ADD CONSTRAINT `order_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order` ADD CONSTRAINT `order_lineageId_fkey` FOREIGN KEY (`lineageId`) REFERENCES `unit_lineage` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order` ADD CONSTRAINT `order_zoneId_fkey` FOREIGN KEY (`zoneId`) REFERENCES `zone` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order` ADD CONSTRAINT `order_campaignId_fkey` FOREIGN KEY (`campaignId`) REFERENCES `campaign` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order` ADD CONSTRAINT `order_agreementId_fkey` FOREIGN KEY (`agreementId`) REFERENCES `framework_agreement` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order_line` ADD CONSTRAINT `order_line_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order_line` ADD CONSTRAINT `order_line_fulfilmentId_fkey` FOREIGN KEY (`fulfilmentId`) REFERENCES `fulfilment` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order_line` ADD CONSTRAINT `order_line_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `line_allocation` ADD CONSTRAINT `line_allocation_lineId_fkey` FOREIGN KEY (`lineId`) REFERENCES `order_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `line_allocation` ADD CONSTRAINT `line_allocation_batchId_fkey` FOREIGN KEY (`batchId`) REFERENCES `batch` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `fulfilment` ADD CONSTRAINT `fulfilment_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `fulfilment` ADD CONSTRAINT `fulfilment_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `shipment` ADD CONSTRAINT `shipment_fulfilmentId_fkey` FOREIGN KEY (`fulfilmentId`) REFERENCES `fulfilment` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `shipment_line` ADD CONSTRAINT `shipment_line_shipmentId_fkey` FOREIGN KEY (`shipmentId`) REFERENCES `shipment` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `shipment_line` ADD CONSTRAINT `shipment_line_lineId_fkey` FOREIGN KEY (`lineId`) REFERENCES `order_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `shipment_line` ADD CONSTRAINT `shipment_line_batchId_fkey` FOREIGN KEY (`batchId`) REFERENCES `batch` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `receipt` ADD CONSTRAINT `receipt_fulfilmentId_fkey` FOREIGN KEY (`fulfilmentId`) REFERENCES `fulfilment` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `receipt_line` ADD CONSTRAINT `receipt_line_receiptId_fkey` FOREIGN KEY (`receiptId`) REFERENCES `receipt` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `receipt_line` ADD CONSTRAINT `receipt_line_lineId_fkey` FOREIGN KEY (`lineId`) REFERENCES `order_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `receipt_line` ADD CONSTRAINT `receipt_line_batchId_fkey` FOREIGN KEY (`batchId`) REFERENCES `batch` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `receipt_line` ADD CONSTRAINT `receipt_line_photoId_fkey` FOREIGN KEY (`photoId`) REFERENCES `file` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `delivery_review` ADD CONSTRAINT `delivery_review_fulfilmentId_fkey` FOREIGN KEY (`fulfilmentId`) REFERENCES `fulfilment` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `order_decision` ADD CONSTRAINT `order_decision_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `cancellation` ADD CONSTRAINT `cancellation_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `refund` ADD CONSTRAINT `refund_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `refund_line` ADD CONSTRAINT `refund_line_refundId_fkey` FOREIGN KEY (`refundId`) REFERENCES `refund` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `refund_line` ADD CONSTRAINT `refund_line_lineId_fkey` FOREIGN KEY (`lineId`) REFERENCES `order_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `payment` ADD CONSTRAINT `payment_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `payment_refund` ADD CONSTRAINT `payment_refund_paymentId_fkey` FOREIGN KEY (`paymentId`) REFERENCES `payment` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `payment_refund` ADD CONSTRAINT `payment_refund_refundId_fkey` FOREIGN KEY (`refundId`) REFERENCES `refund` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `journal_entry` ADD CONSTRAINT `journal_entry_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement` ADD CONSTRAINT `statement_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement` ADD CONSTRAINT `statement_payerId_fkey` FOREIGN KEY (`payerId`) REFERENCES `unit_payer` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement` ADD CONSTRAINT `statement_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement_line` ADD CONSTRAINT `statement_line_statementId_fkey` FOREIGN KEY (`statementId`) REFERENCES `statement` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `statement_line` ADD CONSTRAINT `statement_line_receiptLineId_fkey` FOREIGN KEY (`receiptLineId`) REFERENCES `receipt_line` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `transfer` ADD CONSTRAINT `transfer_statementId_fkey` FOREIGN KEY (`statementId`) REFERENCES `statement` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `transfer_allocation` ADD CONSTRAINT `transfer_allocation_transferId_fkey` FOREIGN KEY (`transferId`) REFERENCES `transfer` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `transfer_allocation` ADD CONSTRAINT `transfer_allocation_statementLineId_fkey` FOREIGN KEY (`statementLineId`) REFERENCES `statement_line` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `invoice` ADD CONSTRAINT `invoice_statementId_fkey` FOREIGN KEY (`statementId`) REFERENCES `statement` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `invoice` ADD CONSTRAINT `invoice_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `invoice` ADD CONSTRAINT `invoice_refundId_fkey` FOREIGN KEY (`refundId`) REFERENCES `refund` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `invoice` ADD CONSTRAINT `invoice_redOfId_fkey` FOREIGN KEY (`redOfId`) REFERENCES `invoice` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `invoice` ADD CONSTRAINT `invoice_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `welfare_allowance` ADD CONSTRAINT `welfare_allowance_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `welfare_allowance` ADD CONSTRAINT `welfare_allowance_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `allowance_entry` ADD CONSTRAINT `allowance_entry_allowanceId_fkey` FOREIGN KEY (`allowanceId`) REFERENCES `welfare_allowance` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `allowance_entry` ADD CONSTRAINT `allowance_entry_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `welfare_run` ADD CONSTRAINT `welfare_run_unitId_fkey` FOREIGN KEY (`unitId`) REFERENCES `unit` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `welfare_package` ADD CONSTRAINT `welfare_package_runId_fkey` FOREIGN KEY (`runId`) REFERENCES `welfare_run` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `welfare_package_item` ADD CONSTRAINT `welfare_package_item_packageId_fkey` FOREIGN KEY (`packageId`) REFERENCES `welfare_package` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `welfare_package_item` ADD CONSTRAINT `welfare_package_item_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `welfare_claim` ADD CONSTRAINT `welfare_claim_runId_fkey` FOREIGN KEY (`runId`) REFERENCES `welfare_run` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `welfare_claim` ADD CONSTRAINT `welfare_claim_packageId_fkey` FOREIGN KEY (`packageId`) REFERENCES `welfare_package` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `welfare_claim` ADD CONSTRAINT `welfare_claim_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unsold_warning` ADD CONSTRAINT `unsold_warning_batchId_fkey` FOREIGN KEY (`batchId`) REFERENCES `batch` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `unsold_warning` ADD CONSTRAINT `unsold_warning_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `assistance_call` ADD CONSTRAINT `assistance_call_warningId_fkey` FOREIGN KEY (`warningId`) REFERENCES `unsold_warning` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `complaint` ADD CONSTRAINT `complaint_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `complaint` ADD CONSTRAINT `complaint_orderId_fkey` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `complaint` ADD CONSTRAINT `complaint_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `complaint` ADD CONSTRAINT `complaint_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `notification` ADD CONSTRAINT `notification_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;
