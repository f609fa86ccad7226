-- An invoice of this market's is looked for by its number among those declared offline.
ALTER TABLE `offline_purchase` ADD INDEX `offline_purchase_invoiceNumber_idx` (`invoiceNumber`);
