import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Problem } from './say.mjs';

const MB = 1024 * 1024;

/**
 * Refuses early when a disk is too full, because a database and a package manager end much less clearly.
 * @param {string} directory where the space is needed; it need not exist yet
 * @param {number} neededMb
 * @param {string} purpose
 */
export async function requireSpace(directory, neededMb, purpose) {
  const free = await freeMb(directory);
  if (free < neededMb) {
    throw new Problem(
      `The disk is too full: ${free} MB free at ${directory}, and ${purpose} needs about ${neededMb} MB.`,
      ['Free some space, or set DATA_DIR to a directory on another disk, and start again.'],
    );
  }
}

/** @param {string} directory */
export async function freeMb(directory) {
  let existing = directory;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return Math.floor((bavail * bsize) / MB);
}

/** @param {string} output what a failed program printed */
export function saysDiskFull(output) {
  return /ENOSPC|EDQUOT|No space left|errno:? 28\b|error:? 28\b|Disk (is )?full|errno:? 135\b|table .* is full/i.test(
    output,
  );
}

/**
 * What a start needs: the packages once, a database and the demonstration once, and always some room to work.
 * @param {import('./settings.mjs').Settings} settings
 * @param {string} root
 */
export async function requireSpaceToStart(settings, root) {
  if (!existsSync(join(root, 'node_modules/.package-lock.json')))
    await requireSpace(root, 1200, 'a first start, with its packages,');
  const first = !settings.databaseUrl && !existsSync(join(settings.dataDir, 'mariadb/initialised'));
  if (first) await requireSpace(settings.dataDir, 700, 'a new database with its demonstration');
  else await requireSpace(settings.dataDir, 150, 'the market');
}
