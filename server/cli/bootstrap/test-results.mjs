import { readFileSync } from 'node:fs';

/**
 * @typedef {{
 *   numPassedTests: number,
 *   numFailedTests: number,
 *   numPendingTests: number,
 *   numTodoTests: number,
 *   testResults: { name: string, status: string, assertionResults: { status: string }[] }[],
 * }} VitestResults
 */

/**
 * The one line that ends a test run, from the file of Vitest's JSON reporter.
 * @param {string} file
 * @param {number} code with which Vitest ended
 */
export function readResults(file, code) {
  let results = null;
  try {
    results = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Vitest did not get as far as to write it.
  }
  return summarize(results, code);
}

/**
 * A file that could not be run counts as a failure, and so does a run that Vitest itself calls failed though no test was:
 * a line of successes must not end a failed run.
 * @param {VitestResults | null} results
 * @param {number} code
 * @returns {{ line: string, remark: string | null }}
 */
export function summarize(results, code) {
  if (!results)
    return { line: '0 passed, 1 failed', remark: `Vitest ended with code ${code} before it had results; see above` };
  const brokenFiles = results.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  let failed = results.numFailedTests + brokenFiles;
  let remark = brokenFiles > 0 ? `${brokenFiles} test file(s) could not be run; each counts as one failure` : null;
  if (failed === 0 && code !== 0) {
    failed = 1;
    remark = `Vitest ended with code ${code} though no test failed; see the errors above. It counts as one failure`;
  }
  const skipped = results.numPendingTests + results.numTodoTests;
  return {
    line: `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    remark,
  };
}
