-- What a unit's purchases of a year have used of its budget, apart from what its employees buy for themselves.
CREATE INDEX `order_unitId_fundingSource_placedOn_idx` ON `order` (`unitId`, `fundingSource`, `placedOn`);
