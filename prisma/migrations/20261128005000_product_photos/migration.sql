-- A photo carries what its pages need: the name of its variants, its size, and its words for who cannot see it.
ALTER TABLE `product_photo`
  ADD COLUMN `sha256` CHAR(64) COLLATE utf8mb4_bin NOT NULL,
  ADD COLUMN `width` INT NOT NULL,
  ADD COLUMN `height` INT NOT NULL,
  ADD COLUMN `alt` VARCHAR(191) NOT NULL DEFAULT '',
  ADD COLUMN `altEn` VARCHAR(191) NOT NULL DEFAULT '',
  ADD INDEX `product_photo_sha256_idx` (`sha256`);
