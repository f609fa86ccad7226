-- Operators keep the words of brands and places; a brand that ended is chosen for no more goods.
ALTER TABLE `brand`
  ADD COLUMN `story` VARCHAR(2000) NOT NULL DEFAULT '',
  ADD COLUMN `storyEn` VARCHAR(2000) NOT NULL DEFAULT '',
  ADD COLUMN `endedAt` DATETIME(3) NULL;

ALTER TABLE `place`
  ADD COLUMN `aliases` JSON NULL,
  ADD COLUMN `intro` VARCHAR(2000) NOT NULL DEFAULT '',
  ADD COLUMN `introEn` VARCHAR(2000) NOT NULL DEFAULT '';
