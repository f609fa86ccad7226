-- By when a supplier confirms and ships, as it promises; and by when each parcel's next step is due.
ALTER TABLE `supplier`
  ADD COLUMN `confirmWithinHours` INTEGER NOT NULL DEFAULT 24,
  ADD COLUMN `shipWithinDays` INTEGER NOT NULL DEFAULT 3;
-- Open parcels of before get their time from the job that also starts it after a harvest.
ALTER TABLE `fulfilment`
  ADD COLUMN `dueAt` DATETIME(3) NULL,
  ADD INDEX `fulfilment_state_dueAt_idx` (`state`, `dueAt`),
  ADD INDEX `fulfilment_supplierId_dueAt_shippedAt_idx` (`supplierId`, `dueAt`, `shippedAt`);
