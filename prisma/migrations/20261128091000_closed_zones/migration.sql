-- An operator closes a zone: its page says so, its goods stay on sale, and what was sold there keeps its channel.
ALTER TABLE `zone` ADD COLUMN `closedAt` DATETIME(3) NULL, ADD COLUMN `closedReason` VARCHAR(200) NULL;
