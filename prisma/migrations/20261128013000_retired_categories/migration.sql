-- A retired category keeps its name for what was bought of it, and takes no more goods.
ALTER TABLE `category` ADD COLUMN `retiredAt` DATETIME(3) NULL;
