-- No line of a statement is due later than 60 days after its own delivery (rule 27); days in Asia/Shanghai.
UPDATE `statement` s JOIN (SELECT statementId, MIN(at) AS at FROM `statement_line` WHERE fen > 0 GROUP BY statementId) f ON f.statementId = s.id
SET s.dueOn = LEAST(s.dueOn, DATE(f.at + INTERVAL 8 HOUR) + INTERVAL 60 DAY)
WHERE s.dueOn IS NOT NULL;
