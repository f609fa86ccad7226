-- Green, organic and geographic certificates are handed in by suppliers and hold once a certifier has confirmed them.
ALTER TABLE `quality_mark`
  ADD COLUMN `issuer` VARCHAR(128) NOT NULL DEFAULT '',
  ADD COLUMN `state` ENUM('submitted', 'confirmed', 'refused', 'withdrawn') NOT NULL DEFAULT 'confirmed',
  ADD COLUMN `submittedById` INTEGER NULL,
  ADD COLUMN `submittedAt` DATETIME(3) NULL,
  ADD COLUMN `decidedById` INTEGER NULL,
  ADD COLUMN `decidedAt` DATETIME(3) NULL,
  ADD COLUMN `reason` VARCHAR(500) NULL,
  ADD INDEX `quality_mark_state_id_idx` (`state`, `id`),
  ADD INDEX `quality_mark_submittedById_idx` (`submittedById`),
  ADD INDEX `quality_mark_decidedById_idx` (`decidedById`),
  ADD CONSTRAINT `quality_mark_submittedById_fkey` FOREIGN KEY (`submittedById`) REFERENCES `user` (`id`) ON DELETE SET NULL ON UPDATE CASCADE,
  ADD CONSTRAINT `quality_mark_decidedById_fkey` FOREIGN KEY (`decidedById`) REFERENCES `user` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE `quality_mark` ALTER COLUMN `state` SET DEFAULT 'submitted';
