/** Tells the present instant. Tests and `CLOCK` replace it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export function fixedClock(instant: Date): Clock {
  return () => new Date(instant);
}
