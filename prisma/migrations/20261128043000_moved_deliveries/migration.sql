-- The day of delivery that was chosen, where approval or payment came too late for it and the order moved to a later one (rule 24).
ALTER TABLE `order` ADD COLUMN `deliverMovedFrom` DATE NULL;
