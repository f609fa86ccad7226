-- When a programme was opened and closed, and how far it has come with the purchases placed before it was opened.
ALTER TABLE `programme` ADD COLUMN `openedAt` DATETIME(3) NULL, ADD COLUMN `closedAt` DATETIME(3) NULL;

-- CreateTable
CREATE TABLE `programme_taking_in` (
  `programmeId` INT NOT NULL,
  `total` INT NOT NULL,
  `done` INT NOT NULL DEFAULT 0,
  `step` ENUM('orders','offline','external') NOT NULL DEFAULT 'orders',
  `cursorDay` DATE NOT NULL,
  `cursorId` INT NOT NULL DEFAULT 0,
  `startedAt` DATETIME(3) NOT NULL,
  `finishedAt` DATETIME(3) NULL,
  PRIMARY KEY (`programmeId`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `programme_taking_in` ADD CONSTRAINT `programme_taking_in_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
