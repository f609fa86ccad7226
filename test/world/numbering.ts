let last = 0;

/** A number that no other factory call of this test file had: codes and logins end in it. */
export function nextNumber(): number {
  last += 1;
  return last;
}

/** From when on the factories' dated things hold, long before any test's clock; and until when. */
export const LONG_AGO = '2020-01-01';
export const FAR_AHEAD = '2039-12-31';
