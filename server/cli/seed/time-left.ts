/** Tells how far the work is, at most every few seconds: what, done of all, and how long the rest of it takes at this pace. */
export type TimeLeft = (what: string, done: number, all: number) => void;

const EVERY_MS = 5_000;

export function timeLeft(tell: (line: string) => void): TimeLeft {
  let told = 0;
  let started = { what: '', at: 0 };
  return (what, done, all) => {
    const now = Date.now();
    if (what !== started.what) started = { what, at: now };
    const isOver = done >= all;
    if (!isOver && now - told < EVERY_MS) return;
    told = now;
    if (done === 0) return;
    const percent = Math.floor((done / all) * 100);
    const rest = isOver
      ? `took ${spanText(now - started.at)}`
      : `about ${spanText(((now - started.at) / done) * (all - done))} left`;
    tell(`${what}: ${done.toLocaleString('en')} of ${all.toLocaleString('en')} (${percent} %), ${rest}`);
  };
}

function spanText(ms: number): string {
  if (!Number.isFinite(ms)) return 'some time';
  return ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
