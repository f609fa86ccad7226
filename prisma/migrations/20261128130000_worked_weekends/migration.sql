-- A weekend day may be worked to make up for a holiday (调休上班).
ALTER TABLE `holiday` ADD COLUMN `worked` BOOLEAN NOT NULL DEFAULT false;
