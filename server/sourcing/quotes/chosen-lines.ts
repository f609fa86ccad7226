import type { ChosenLine } from './accept-offers.ts';

/** The chosen lines of a query such as `?line.3=17&line.4=20`; a line with nothing chosen is left out. */
export function chosenIn(query: Record<string, unknown>): ChosenLine[] {
  return Object.entries(query).flatMap(([name, value]) => {
    const requestLineId = /^line\.(\d{1,9})$/.exec(name)?.[1];
    const chosen = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : 0;
    return requestLineId && chosen ? [{ requestLineId: Number(requestLineId), offerLineId: chosen }] : [];
  });
}
