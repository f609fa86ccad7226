-- CreateTable
CREATE TABLE `search_word_list` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `words` JSON NOT NULL,
  `byId` INT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `search_miss` (
  `day` DATE NOT NULL,
  `word` VARCHAR(32) NOT NULL,
  `count` INT NOT NULL,
  PRIMARY KEY (`day`, `word`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
