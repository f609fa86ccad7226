-- Operators find people by the beginning of their names.
ALTER TABLE `user` ADD INDEX `user_name_idx` (`name`);
