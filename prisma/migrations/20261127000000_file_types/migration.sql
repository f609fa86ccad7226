-- The media types of Word and Excel files have up to 73 characters.
ALTER TABLE `file` MODIFY `mime` VARCHAR(127) NOT NULL;
