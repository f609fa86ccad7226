-- Certification is applied for: drafts, documents, questions; and where a supplier is paid to.

ALTER TABLE `certification` MODIFY `state` ENUM('applied','recommended','reviewed','in_notice','certified','refused','suspended','revoked','disqualified','withdrawn') NOT NULL;

ALTER TABLE `certification_event` MODIFY `state` ENUM('applied','recommended','reviewed','in_notice','certified','refused','suspended','revoked','disqualified','withdrawn') NOT NULL;

ALTER TABLE `supplier` ADD COLUMN `bankName` VARCHAR(128) NULL, ADD COLUMN `bankAccount` VARCHAR(64) NULL;

-- CreateTable
CREATE TABLE `certification_application` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `subject` ENUM('supplier','product') NOT NULL,
  `supplierId` INT NULL,
  `productId` INT NULL,
  `renewsId` INT NULL,
  `certificationId` INT NULL,
  `applicantId` INT NOT NULL,
  `onBehalf` BOOLEAN NOT NULL DEFAULT false,
  `openKey` VARCHAR(64) COLLATE utf8mb4_bin NULL,
  `form` JSON NOT NULL,
  `checks` JSON NOT NULL,
  `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `updatedAt` DATETIME(3) NOT NULL,
  `submittedAt` DATETIME(3) NULL,
  UNIQUE INDEX `certification_application_certificationId_key` (`certificationId`),
  UNIQUE INDEX `certification_application_openKey_key` (`openKey`),
  INDEX `certification_application_supplierId_idx` (`supplierId`),
  INDEX `certification_application_productId_idx` (`productId`),
  INDEX `certification_application_renewsId_idx` (`renewsId`),
  INDEX `certification_application_applicantId_id_idx` (`applicantId`, `id`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `application_document` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `applicationId` INT NOT NULL,
  `kind` ENUM('business_licence','food_licence','farmer_agreement','batch_standard','inspection_report','label','other') NOT NULL,
  `fileId` INT NOT NULL,
  `addedAt` DATETIME(3) NOT NULL,
  `removedAt` DATETIME(3) NULL,
  INDEX `application_document_applicationId_id_idx` (`applicationId`, `id`),
  INDEX `application_document_fileId_idx` (`fileId`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `application_question` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `applicationId` INT NOT NULL,
  `text` VARCHAR(1000) NOT NULL,
  `askedById` INT NOT NULL,
  `askedAt` DATETIME(3) NOT NULL,
  `answer` VARCHAR(2000) NULL,
  `answeredById` INT NULL,
  `answeredAt` DATETIME(3) NULL,
  INDEX `application_question_applicationId_id_idx` (`applicationId`, `id`),
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `certification_application` ADD CONSTRAINT `certification_application_supplierId_fkey` FOREIGN KEY (`supplierId`) REFERENCES `supplier` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE `certification_application` ADD CONSTRAINT `certification_application_productId_fkey` FOREIGN KEY (`productId`) REFERENCES `product` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE `certification_application` ADD CONSTRAINT `certification_application_renewsId_fkey` FOREIGN KEY (`renewsId`) REFERENCES `certification` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE `certification_application` ADD CONSTRAINT `certification_application_certificationId_fkey` FOREIGN KEY (`certificationId`) REFERENCES `certification` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE `certification_application` ADD CONSTRAINT `certification_application_applicantId_fkey` FOREIGN KEY (`applicantId`) REFERENCES `user` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `application_document` ADD CONSTRAINT `application_document_applicationId_fkey` FOREIGN KEY (`applicationId`) REFERENCES `certification_application` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `application_document` ADD CONSTRAINT `application_document_fileId_fkey` FOREIGN KEY (`fileId`) REFERENCES `file` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE `application_question` ADD CONSTRAINT `application_question_applicationId_fkey` FOREIGN KEY (`applicationId`) REFERENCES `certification_application` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
