import { saysDiskFull } from './bootstrap/disk.mjs';
import { Problem } from './bootstrap/say.mjs';
import type { AppliedMigration } from './migrate.ts';

const beginAnew = [
  'If this is the private database of `npm start` and holds nothing to keep, begin anew with the old data aside:',
  'mv .data/mariadb .data/mariadb.old && npm start',
];

export function connectProblem(error: unknown, databaseUrl: string): Problem {
  const { code, message } = error as { code?: string; message?: string };
  const url = new URL(databaseUrl);
  const [where, who, name] = [url.host, decodeURIComponent(url.username), decodeURIComponent(url.pathname.slice(1))];
  if (code === 'ECONNREFUSED' || code === 'ETIMEDOUT' || code === 'EHOSTUNREACH') {
    return new Problem(`No database server answers at ${where}.`, [
      'Start it, or correct host and port in DATABASE_URL.',
    ]);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new Problem(`The host of DATABASE_URL is not known: ${url.hostname}.`, ['Correct it in DATABASE_URL.']);
  }
  if (code === 'ER_ACCESS_DENIED_ERROR') {
    return new Problem(`The database server at ${where} refuses the user ${who} or the password.`, [
      'Correct them in DATABASE_URL; characters like @ : / # in a password are written %40 %3A %2F %23.',
    ]);
  }
  if (code === 'ER_DBACCESS_DENIED_ERROR') {
    return new Problem(`The user ${who} may not use the database ${name} at ${where}.`, [
      'As an administrator of that server:',
      `CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
      `GRANT ALL ON \`${name}\`.* TO '${who}'@'%';`,
    ]);
  }
  return new Problem(`The database at ${where} cannot be used: ${message ?? code}`, [
    'Correct DATABASE_URL, or that server.',
  ]);
}

export function foreignProblem(tables: string[]): Problem {
  return new Problem(`The database holds tables of something else (${tables.slice(0, 3).join(', ')}…).`, [
    'Name an empty database, or one that does not exist yet, in DATABASE_URL.',
  ]);
}

export function failedBeforeProblem(row: AppliedMigration): Problem {
  return new Problem(
    `The migration ${row.migration_name} was begun earlier and did not end, so nothing more is applied.`,
    [
      ...(row.logs ? [`It failed with: ${row.logs}`] : ['It was interrupted.']),
      'MySQL and MariaDB cannot take back half a migration: restore the backup from before it; or undo by hand what it had done,',
      `then DELETE FROM _prisma_migrations WHERE migration_name = '${row.migration_name}' AND finished_at IS NULL; and migrate again.`,
      ...beginAnew,
    ],
  );
}

export function failedNowProblem(name: string, said: string): Problem {
  if (saysDiskFull(said)) {
    return new Problem(`The disk of the database is full: the migration ${name} did not end.`, [
      'Free some space first.',
      ...beginAnew,
    ]);
  }
  return new Problem(`The migration ${name} failed: ${said}`, [
    'It may be half applied. Restore the backup from before it, or mend by hand, and see prisma/migrations.',
    ...beginAnew,
  ]);
}

export function editedProblem(name: string): Problem {
  return new Problem(`The migration ${name} was changed after it had been applied to this database.`, [
    'A migration that has been applied stays as it is: put its file back as it was, and write a new one for the change.',
    ...beginAnew,
  ]);
}

export function newerProblem(name: string): Problem {
  return new Problem(`The database has the migration ${name}, which this version of the market does not know.`, [
    'It was migrated by a newer version: start that one, or name another database.',
    ...beginAnew,
  ]);
}
