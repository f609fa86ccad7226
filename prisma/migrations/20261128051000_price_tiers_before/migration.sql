-- The tiers that a price change replaced, so that a rise is measured at every quantity against the lowest of the last 30 days (rule 21).
ALTER TABLE `price_change` ADD COLUMN `oldTiers` JSON NULL;
