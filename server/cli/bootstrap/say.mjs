/**
 * What went wrong and what to do about it: shown to the person as these lines, without a stack.
 */
export class Problem extends Error {
  /**
   * @param {string} message what is wrong, one sentence
   * @param {string[]} [remedy] what to do, line by line
   */
  constructor(message, remedy = []) {
    super(message);
    this.name = 'Problem';
    this.remedy = remedy;
  }
}

let out = process.stdout;

/** Lines go to standard error from here on: standard output belongs to the command that is run. */
export function sayOnStandardError() {
  out = /** @type {typeof process.stdout} */ (/** @type {unknown} */ (process.stderr));
}

// A reader that has gone (`npm start | head`) must not take the market down with it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/**
 * One line of what is being done: `Packages      installed in 21 s`.
 * @param {string} subject
 * @param {string} text
 */
export function say(subject, text) {
  out.write(`${subject.padEnd(13)} ${text}\n`);
}

/** @param {string} [text] */
export function sayPlain(text = '') {
  out.write(`${text}\n`);
}

/**
 * Prints an error with its remedy. Only a fault of this program itself shows a stack.
 * @param {unknown} error
 */
export function explain(error) {
  const problem = toProblem(error);
  if (problem) {
    process.stderr.write(`\n${problem.message}\n`);
    for (const line of problem.remedy) process.stderr.write(`  ${line}\n`);
    return;
  }
  process.stderr.write(
    `\nThis should not happen; please report it with these lines:\n${/** @type {Error} */ (error)?.stack ?? error}\n`,
  );
}

/**
 * @param {unknown} error
 * @returns {Problem | null}
 */
function toProblem(error) {
  if (error instanceof Problem) return error;
  const { code, path } = /** @type {NodeJS.ErrnoException} */ (error ?? {});
  const where = path ? ` ${path}` : '';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Problem(`The disk is full${where && `:${where}`}.`, ['Free some space and start again.']);
  if (code === 'EROFS')
    return new Problem(`The disk is read-only:${where}.`, ['Set DATA_DIR to a directory that can be written.']);
  if (code === 'EACCES' || code === 'EPERM') return notAllowed(path);
  return null;
}

/**
 * @param {string | undefined} path that this user may not read or write
 */
export function notAllowed(path) {
  return new Problem(`This user may not use ${path ?? 'a needed file'}.`, [
    'An earlier start as another user (root, perhaps) may own it: give it to yourself with',
    `sudo chown -R "$(id -un)" ${path ? JSON.stringify(path) : 'the directory'}`,
  ]);
}

/**
 * @param {number} since
 * @returns {string}
 */
export function seconds(since) {
  const passed = (Date.now() - since) / 1000;
  return `${passed < 10 ? passed.toFixed(1) : Math.round(passed)} s`;
}
