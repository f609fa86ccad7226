-- Sums of the folded entries cut smaller than tally_total, so that a board reads as much of a large market as of a small one.
CREATE TABLE `tally_sum` (
  `programmeId` INT NOT NULL,
  `cut` ENUM('unit','scope','goods') NOT NULL,
  `grain` ENUM('month','day') NOT NULL,
  `period` DATE NOT NULL,
  `lineageId` INT NOT NULL,
  `fundingSource` ENUM('canteen_budget','union_funds','individual') NOT NULL,
  `categoryId` INT NOT NULL,
  `originPlaceId` INT NOT NULL,
  `channel` ENUM('market','pavilion','unit_zone','theme','cabinet','offline','external') NOT NULL,
  `placedFen` BIGINT NOT NULL,
  `placedGrams` BIGINT NOT NULL,
  `countedFen` BIGINT NOT NULL,
  `countedGrams` BIGINT NOT NULL,
  PRIMARY KEY (`programmeId`, `cut`, `grain`, `period`, `lineageId`, `fundingSource`, `categoryId`, `originPlaceId`, `channel`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE `tally_sum` ADD CONSTRAINT `tally_sum_programmeId_fkey` FOREIGN KEY (`programmeId`) REFERENCES `programme` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- What was folded before: months from the totals, days from the entries.
INSERT INTO `tally_sum`
SELECT t.`programmeId`, c.`cut`, 'month', t.`month`, IF(c.`cut` = 'goods', 0, t.`lineageId`) AS l, t.`fundingSource`, IF(c.`cut` = 'unit', 0, t.`categoryId`) AS k,
  IF(c.`cut` = 'goods', t.`originPlaceId`, 0) AS o, IF(c.`cut` = 'goods', t.`channel`, 'market') AS h,
  SUM(IF(t.`event` = 'placed', t.`fen`, 0)), SUM(IF(t.`event` = 'placed', t.`grams`, 0)), SUM(IF(t.`event` = 'counted', t.`fen`, 0)), SUM(IF(t.`event` = 'counted', t.`grams`, 0))
FROM `tally_total` t JOIN (SELECT 'unit' AS `cut` UNION ALL SELECT 'scope' UNION ALL SELECT 'goods') c
GROUP BY t.`programmeId`, c.`cut`, t.`month`, l, t.`fundingSource`, k, o, h;

INSERT INTO `tally_sum`
SELECT e.`programmeId`, c.`cut`, 'day', e.`onDay`, IF(c.`cut` = 'goods', 0, e.`lineageId`) AS l, e.`fundingSource`, IF(c.`cut` = 'unit', 0, e.`categoryId`) AS k,
  IF(c.`cut` = 'goods', e.`originPlaceId`, 0) AS o, IF(c.`cut` = 'goods', e.`channel`, 'market') AS h,
  SUM(IF(e.`event` = 'placed', e.`fen`, 0)), SUM(IF(e.`event` = 'placed', e.`grams`, 0)), SUM(IF(e.`event` = 'counted', e.`fen`, 0)), SUM(IF(e.`event` = 'counted', e.`grams`, 0))
FROM `tally_entry` e JOIN (SELECT 'unit' AS `cut` UNION ALL SELECT 'goods') c
WHERE e.`folded` = 1
GROUP BY e.`programmeId`, c.`cut`, e.`onDay`, l, e.`fundingSource`, k, o, h;
