import { saysDiskFull } from './disk.mjs';
import { Problem } from './say.mjs';

/** @param {string} log */
export function isPortTaken(log) {
  return /Address already in use|Bind on TCP\/IP port/i.test(log);
}

/**
 * Says in plain words why a private server did not start, from what it logged.
 * @param {{ kind: string, log: string, paths: import('./mariadb-options.mjs').Paths, cause: unknown }} failure
 * @returns {Problem}
 */
export function databaseFailure({ kind, log, paths, cause }) {
  const said = telling(log);
  const quoted = JSON.stringify(paths.directory);
  if (saysDiskFull(log)) {
    return new Problem('The disk is full: the database could not start.', [
      'Free about 700 MB and start again; nothing is lost.',
      ...said,
    ]);
  }
  if (/Unable to lock|Can't lock|error: 11\b/.test(log)) {
    return new Problem('Another database server has these files open, perhaps in another container.', [
      `Stop it, or set DATA_DIR to another directory. The files: ${paths.data}`,
      ...said,
    ]);
  }
  if (/Permission denied|errno: 13\b|OS error:? 13\b|Errcode: 13\b/i.test(log)) {
    return new Problem('The database server may not read or write its own files.', [
      `They must belong to the user who starts the market: sudo chown -R "$(id -un)" ${quoted}`,
      ...(kind === 'MySQL'
        ? ["Ubuntu's AppArmor profile keeps MySQL out of other directories: install mariadb-server instead."]
        : []),
      ...said,
    ]);
  }
  if (/not supported|newer version|downgrade|Unknown redo log|Invalid .*version/i.test(log)) {
    return new Problem('The data was written by another version of the database server.', [
      `Install that version again, or begin anew beside the old data: mv ${quoted} ${JSON.stringify(`${paths.directory}.old`)}`,
      ...said,
    ]);
  }
  return new Problem(`The database server did not start (${cause instanceof Error ? cause.message : cause}).`, [
    `Its log: ${paths.log}`,
    'If its files are damaged, begin anew and keep the old ones aside:',
    `mv ${quoted} ${JSON.stringify(`${paths.directory}.broken`)} && npm start`,
    ...said,
  ]);
}

/**
 * The lines of a log that say what is wrong, else its last ones.
 * @param {string} log
 * @returns {string[]}
 */
function telling(log) {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /error|fatal|cannot|can't|denied/i.test(line));
  return ['It said:', ...(errors.length > 0 ? errors : lines).slice(0, 6)];
}
