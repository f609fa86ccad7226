import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calendar, expectedAt, paceAt, standing, stateOf } from '../../../server/quotas/board/progress.ts';

const year: Calendar = { startsOn: '2026-01-01', endsOn: '2026-12-31', milestones: [] };
const quarters: Calendar = {
  ...year,
  milestones: [
    { dueOn: '2026-06-30', shareBp: 4000 },
    { dueOn: '2026-03-31', shareBp: 1500 },
    { dueOn: '2026-09-30', shareBp: 6500 },
    { dueOn: '2026-12-31', shareBp: 10_000 },
  ],
};
const shareOn = (calendar: Calendar, day: string) => {
  const { num, den } = expectedAt(calendar, day);
  return num / den;
};

describe('the expected share', () => {
  it('grows by a day a day, from nothing before the start to all at the end', () => {
    expect(shareOn(year, '2025-12-31')).toBe(0);
    expect(shareOn(year, '2026-01-01')).toBe(1 / 365);
    expect(shareOn(year, '2026-07-01')).toBe(182 / 365);
    expect(shareOn(year, '2026-12-31')).toBe(1);
    expect(shareOn(year, '2027-02-01')).toBe(1);
  });

  it('is the milestone on its day and a straight line between two', () => {
    expect(shareOn(quarters, '2026-03-31')).toBe(0.15);
    expect(shareOn(quarters, '2026-06-30')).toBe(0.4);
    expect(shareOn(quarters, '2026-04-30')).toBeCloseTo(0.15 + (0.25 * 30) / 91, 10);
    expect(shareOn(quarters, '2026-12-31')).toBe(1);
  });

  it('reaches all at the end when the last milestone is earlier', () => {
    const half: Calendar = { ...year, milestones: [{ dueOn: '2026-06-30', shareBp: 2000 }] };
    expect(shareOn(half, '2026-06-30')).toBe(0.2);
    expect(shareOn(half, '2026-12-31')).toBe(1);
  });
});

describe('the state', () => {
  const half = { num: 1, den: 2 };
  it.each([
    ['met', 1000],
    ['ahead', 551],
    ['on_track', 550],
    ['on_track', 500],
    ['on_track', 450],
    ['behind', 449],
    ['behind', 300],
    ['far_behind', 299],
    ['far_behind', 0],
  ])('%s at %i of 1000 when half is expected', (state, counted) => {
    expect(stateOf(counted, 1000, half)).toBe(state);
  });

  it('is exact where a float is not: a third of a target, at its edge', () => {
    const third = { num: 1, den: 3 };
    expect(stateOf(17_000_000_000, 60_000_000_000, third)).toBe('on_track');
    expect(stateOf(16_999_999_999, 60_000_000_000, third)).toBe('behind');
  });

  it('is met by exactly the target and by nothing less', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (target) => {
        expect(stateOf(target, target, half)).toBe('met');
        expect(stateOf(target - 1, target, { num: 1, den: 1 })).not.toBe('met');
      }),
    );
  });

  it('is exempt or no target without one', () => {
    const pace = paceAt(year, '2026-07-01');
    expect(standing({ target: null, placed: 5, counted: 5, exempt: true }, pace).state).toBe('exempt');
    expect(standing({ target: null, placed: 5, counted: 5, exempt: false }, pace).state).toBe('no_target');
    expect(standing({ target: 0, placed: 5, counted: 5, exempt: false }, pace).share).toBeNull();
  });
});

describe('the pace', () => {
  const at = (day: string, counted: number) =>
    standing({ target: 365_000, placed: counted, counted, exempt: false }, paceAt(year, day));

  it('needs the rest over the days that remain, by 30 days, rounded up', () => {
    expect(at('2026-11-02', 305_000).neededPerMonth).toBe(30_000);
    expect(at('2026-11-02', 304_999).neededPerMonth).toBe(30_001);
  });

  it('needs the whole rest when less than a month remains, and nothing more when it is over or met', () => {
    expect(at('2026-12-30', 300_000).neededPerMonth).toBe(65_000);
    expect(at('2027-01-05', 300_000).neededPerMonth).toBeNull();
    expect(at('2026-07-01', 400_000).neededPerMonth).toBe(0);
  });

  it('projects the day on which the pace since the start reaches the target', () => {
    expect(at('2026-07-19', 200_000).projectedDate).toBe('2026-12-31');
    expect(at('2026-07-19', 100_000).projectedDate).toBe('2027-12-31');
    expect(at('2026-07-19', 0).projectedDate).toBeNull();
    expect(at('2026-07-19', 365_000).projectedDate).toBeNull();
    expect(at('2026-07-19', 1).projectedDate).toBeNull();
  });
});
