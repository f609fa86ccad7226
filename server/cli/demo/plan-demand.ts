import type { FundingSource } from '../../db/generated/enums.ts';
import { addDays, type Day } from '../../shared/days.ts';
import type { DemoUnit } from './fact-places-and-units.ts';
import type { DemoProgramme } from './fact-tasks.ts';
import { portionsOf } from './portions.ts';
import { type Random, randomFrom } from './random.ts';
import { weightBetween, weightOf } from './seasons.ts';
import { earliest, LONG_AGO, latest, type World } from './world.ts';
import { countyOf, expectedShare, finalFen, marketShare, yearly, yearlyFen } from './yearly.ts';

/** One stream of a unit's purchases: from when to when, how much in all, from which money and of which goods. */
export interface Stream {
  unit: DemoUnit;
  unitId: number;
  /** whose goods count */
  county: string;
  /** the only category, where a target asks for one */
  category: string | null;
  /** categories that have streams of their own */
  except: string[];
  funding: FundingSource;
  random: Random;
  from: Day;
  to: Day;
  goalFen: number;
  /** what a whole year of it comes to, by which the size of its orders goes */
  yearFen: number;
  /** share of the goal by unit of season weight */
  fenPerWeight: number;
  dueFen: number;
  doneFen: number;
  nextFen: number;
}

/** How long a unit's delivery takes until it counts, in days: those of Wulong count by review. */
const UNTIL_COUNTED = { xiushan: 6, wulong: 9 } as const;

/** The pledge of rice counts by payment, which the monthly statement brings. */
const UNTIL_RICE_IS_PAID = 38;

/**
 * Every unit's streams, sized so that what counts by today stands where its `pacePercent` says against the calendar; `told` is what
 * the stories (offline, external) have counted for a unit in a programme.
 */
export function planDemand(world: World, told: (programme: string, unit: string) => number): Stream[] {
  const yesterday = addDays(world.today, -1);
  return world.facts.units.flatMap((unit) =>
    yearly(world, unit)
      .filter(({ startsOn, endsOn }) => startsOn <= yesterday && endsOn >= latest(world.firstDay, takesPartSince(unit)))
      .flatMap((programme) => {
        const from = latest(programme.startsOn, world.firstDay, takesPartSince(unit));
        const to = earliest(programme.endsOn, yesterday);
        const goalFen = goalOf(world, unit, programme, from) - told(programme.code, unit.code);
        return streamsOf(world, unit, programme, { from, to, goalFen: Math.max(0, goalFen) });
      }),
  );
}

/** A subordinate takes part through its bureau, from the day on which it came below it. */
function takesPartSince(unit: DemoUnit): Day {
  return unit.parent ? unit.parentSince : LONG_AGO;
}

function goalOf(world: World, unit: DemoUnit, programme: DemoProgramme, from: Day): number {
  if (programme.endsOn < world.today)
    return Math.round(finalFen(world, unit, programme) * marketShare(programme, from));
  const share = expectedShare(programme, world.today);
  return Math.round((yearlyFen(world, unit, programme) * share * unit.pacePercent) / 100);
}

function streamsOf(
  world: World,
  unit: DemoUnit,
  programme: DemoProgramme,
  { from, to, goalFen }: { from: Day; to: Day; goalFen: number },
): Stream[] {
  const county = countyOf(unit);
  const ended = programme.endsOn < world.today;
  const wholeYear = yearlyFen(world, unit, programme);
  const portions = portionsOf(world, unit, programme, wholeYear);
  const own = portions.flatMap(({ category }) => category ?? []);
  return portions.map(({ funding, category, share }) => {
    const random = randomFrom(`${programme.code} ${unit.code} ${funding} ${category}`);
    const lag =
      ended || funding === 'individual' ? 0 : category === 'rice' ? UNTIL_RICE_IS_PAID : UNTIL_COUNTED[county];
    const whole = weightBetween(from, to, funding);
    const counted = Math.max(weightBetween(from, addDays(to, -lag), funding), whole * 0.4, 0.001);
    const stream = {
      unit,
      unitId: world.id('unit', unit.code),
      county,
      category,
      except: category === null ? own : [],
      funding,
      random,
      from,
      to,
      goalFen: Math.round((goalFen * share * whole) / counted),
      yearFen: wholeYear * share,
      fenPerWeight: (goalFen * share) / counted,
      dueFen: 0,
      doneFen: 0,
      nextFen: 0,
    };
    return { ...stream, nextFen: nextSize(stream) };
  });
}

/** Adds a day's need to a stream; answers whether an order is due. */
export function fallsDue(stream: Stream, day: Day, isFirst: boolean): boolean {
  if (day < stream.from || day > stream.to) return false;
  if (isFirst) stream.dueFen += weightOf(day, stream.funding) * stream.fenPerWeight;
  return stream.nextFen > 0 && stream.dueFen - stream.doneFen >= stream.nextFen * 0.5 && isOpenFor(stream, day);
}

function isOpenFor({ funding }: Stream, day: Day): boolean {
  return weightOf(day, funding) > 0;
}

/** The size of a stream's next order, fen; never much more than what is left of its goal. */
export function nextSize({ funding, goalFen, yearFen, doneFen, random, category }: Omit<Stream, 'nextFen'>): number {
  const usual =
    funding === 'individual'
      ? random.between(12_000, 44_000)
      : funding === 'canteen_budget'
        ? within(yearFen / (category ? 12 : 28), Math.min(120_000, yearFen / 8), 2_400_000) * random.between(0.6, 1.5)
        : within(yearFen / 7, Math.min(180_000, yearFen / 4), 3_600_000) * random.between(0.6, 1.5);
  const left = goalFen - doneFen;
  return Math.round(Math.min(usual, Math.max(left, 4_000)));
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
