-- Links by which a forgotten password is set anew: mailed on request, or handed out on paper by whoever looks after the account.
CREATE TABLE `password_reset` (
  `id` INTEGER NOT NULL AUTO_INCREMENT,
  `userId` INTEGER NOT NULL,
  `issuedById` INTEGER NULL,
  `expiresAt` DATETIME(3) NOT NULL,
  `usedAt` DATETIME(3) NULL,
  `createdAt` DATETIME(3) NOT NULL,
  INDEX `password_reset_userId_idx` (`userId`),
  INDEX `password_reset_issuedById_idx` (`issuedById`),
  PRIMARY KEY (`id`),
  CONSTRAINT `password_reset_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `password_reset_issuedById_fkey` FOREIGN KEY (`issuedById`) REFERENCES `user` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
