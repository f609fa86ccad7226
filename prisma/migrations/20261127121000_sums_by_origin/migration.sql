-- A unit's goods by origin, and of category and origin the whole programme without months: what targets for a part are judged by.
ALTER TABLE `tally_sum`
  MODIFY `cut` ENUM('unit','scope','goods','origin') NOT NULL,
  MODIFY `grain` ENUM('month','day','whole') NOT NULL;

INSERT INTO `tally_sum`
SELECT t.`programmeId`, c.`cut`, c.`grain`, IF(c.`grain` = 'whole', DATE '1000-01-01', t.`month`) AS d, t.`lineageId`, t.`fundingSource`,
  IF(c.`cut` = 'scope', t.`categoryId`, 0) AS k, IF(c.`cut` = 'origin', t.`originPlaceId`, 0) AS o, 'market',
  SUM(IF(t.`event` = 'placed', t.`fen`, 0)), SUM(IF(t.`event` = 'placed', t.`grams`, 0)), SUM(IF(t.`event` = 'counted', t.`fen`, 0)), SUM(IF(t.`event` = 'counted', t.`grams`, 0))
FROM `tally_total` t JOIN (SELECT 'scope' AS `cut`, 'whole' AS `grain` UNION ALL SELECT 'origin', 'month' UNION ALL SELECT 'origin', 'whole') c
GROUP BY t.`programmeId`, c.`cut`, c.`grain`, d, t.`lineageId`, t.`fundingSource`, k, o;

-- The entries of a few days by what they are summed by, and those of a unit's month, without reading the rows themselves.
CREATE INDEX `tally_entry_day_idx` ON `tally_entry` (`programmeId`, `onDay`, `lineageId`, `fundingSource`, `categoryId`, `originPlaceId`, `channel`, `event`, `fen`, `grams`);
DROP INDEX `tally_entry_programmeId_onDay_idx` ON `tally_entry`;
CREATE INDEX `tally_entry_lineageId_programmeId_onDay_idx` ON `tally_entry` (`lineageId`, `programmeId`, `onDay`);
DROP INDEX `tally_entry_lineageId_idx` ON `tally_entry`;
