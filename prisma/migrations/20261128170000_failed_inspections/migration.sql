-- A batch whose latest inspection failed is sold no more until a later one passes; taking stock asks the batch's row alone.
ALTER TABLE `batch`
  ADD COLUMN `failedAt` DATETIME(3) NULL;

UPDATE `batch` b SET b.failedAt = CURRENT_TIMESTAMP(3)
WHERE (SELECT i.passed FROM `inspection_report` i WHERE i.batchId = b.id ORDER BY i.issuedOn DESC, i.id DESC LIMIT 1) = 0;
