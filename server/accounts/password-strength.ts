import type { Fault } from '../shared/errors.ts';

export const MIN_PASSWORD = 10;

const COMMON = ['password', 'qwertyuiop', 'iloveyou', 'woaini', '1q2w3e4r', 'abc123', 'admin', 'bangfu2026'];
const RUNS = ['01234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const LEAST_DIFFERENT = 5;
const RUN = 6;

/**
 * What is wrong with a new password: shorter than 10 characters, with the login in it, of fewer than five different characters, a
 * common word and little more, or a run along the alphabet, the digits or the keyboard.
 */
export function passwordFault(password: string, login: string): Pick<Fault, 'code' | 'values'> | null {
  const lower = password.toLowerCase();
  if ([...password].length < MIN_PASSWORD) return { code: 'passwordTooShort', values: { minimum: MIN_PASSWORD } };
  if (login !== '' && lower.includes(login.toLowerCase())) return { code: 'passwordHasLogin' };
  const bare = COMMON.reduce((rest, word) => rest.replaceAll(word, ''), lower);
  const guessable = new Set(lower).size < LEAST_DIFFERENT || bare.length < MIN_PASSWORD - RUN || hasOnlyRun(lower);
  return guessable ? { code: 'passwordTooCommon' } : null;
}

/** Six in a row of a run, forwards or backwards, with fewer than six other characters. */
function hasOnlyRun(text: string): boolean {
  const both = RUNS.flatMap((run) => [run, [...run].reverse().join('')]);
  return both.some((run) =>
    Array.from({ length: Math.max(0, run.length - RUN + 1) }, (_, from) => run.slice(from, from + RUN)).some(
      (piece) => text.includes(piece) && text.length - piece.length < RUN,
    ),
  );
}
