-- What the public register says of why a certification is suspended or revoked; the certifier's own reason stays in the file.
ALTER TABLE `certification_interruption` ADD COLUMN `publicReason` VARCHAR(200) NULL;
