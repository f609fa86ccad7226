-- Standing orders of earlier demonstrations say every how many days.
UPDATE `standing_order`
SET `schedule` = CASE WHEN JSON_EXTRACT(`schedule`, '$.everyDays') <= 7 THEN '{"weekdays":[1]}' ELSE '{"days":[1]}' END
WHERE JSON_EXTRACT(`schedule`, '$.everyDays') IS NOT NULL;
