-- A certificate is renewed under its number: one of each term.
ALTER TABLE `quality_mark` ADD UNIQUE INDEX `quality_mark_kind_number_validFrom_key` (`kind`, `number`, `validFrom`), DROP INDEX `quality_mark_kind_number_key`;
