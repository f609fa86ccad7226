-- Whose last day is near is looked for every ten minutes.
ALTER TABLE `welfare_run` ADD INDEX `welfare_run_state_chooseUntil_idx` (`state`, `chooseUntil`);
