-- A price change says why, what tiers it brings, and what became of it when the operator has to look first (rule 21).
ALTER TABLE `price_change`
  ADD COLUMN `state` ENUM('effective', 'waiting', 'asked', 'refused', 'withdrawn') NOT NULL DEFAULT 'effective',
  ADD COLUMN `reason` VARCHAR(500) NULL,
  ADD COLUMN `tiers` JSON NULL,
  ADD COLUMN `basis` JSON NULL,
  ADD COLUMN `question` VARCHAR(500) NULL,
  ADD COLUMN `answer` VARCHAR(500) NULL,
  ADD COLUMN `decidedAt` DATETIME(3) NULL,
  ADD INDEX `price_change_state_id_idx` (`state`, `id`);
UPDATE `price_change` SET `state` = 'waiting' WHERE `effectiveAt` IS NULL;
