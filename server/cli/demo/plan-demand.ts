import type { FundingSource } from '../../db/generated/enums.ts';
import { addDays, type Day, daysBetween } from '../../shared/days.ts';
import type { DemoUnit } from './fact-places-and-units.ts';
import type { DemoProgramme } from './fact-tasks.ts';
import { portionsOf } from './portions.ts';
import { type Random, randomFrom } from './random.ts';
import { weightBetween, weightOf } from './seasons.ts';
import { earliest, LONG_AGO, latest, type World } from './world.ts';

/** One stream of a unit's purchases: from when to when, how much in all, from which money and of which goods. */
export interface Stream {
  unit: DemoUnit;
  unitId: number;
  /** whose goods count */
  county: string;
  /** the only category, where a target asks for one */
  category: string | null;
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

/** The programmes of a year in which a unit takes part. */
export function yearly({ facts }: World, unit: DemoUnit): DemoProgramme[] {
  const county = countyOf(unit);
  return facts.programmes.filter((programme) => programme.kind === 'year' && programme.origins.includes(county));
}

export function countyOf(unit: DemoUnit): 'xiushan' | 'wulong' {
  return unit.place === 'wulong' ? 'wulong' : 'xiushan';
}

/** What a unit's whole year comes to: its newest target, or a little where it has none. */
export function yearlyFen(world: World, unit: DemoUnit, programme: DemoProgramme): number {
  const target = programme.targets.find(
    (row) => row.unit === unit.code && row.measure === 'fen' && !row.category && !row.place && !row.fundingSource,
  );
  if (!target) return unit.employees * (unit.canteen === 'none' ? 9_000 : 16_000);
  return target.versions.findLast((version) => version.at <= world.today)?.value ?? target.value;
}

/** Where last year ended: nearer to its target than this year stands. */
export function finalFen(world: World, unit: DemoUnit, programme: DemoProgramme): number {
  return Math.round(
    (yearlyFen(world, unit, programme) * Math.min(112, Math.max(78, 60 + unit.pacePercent * 0.42))) / 100,
  );
}

/** Share of an ended programme that was bought in the market, which opened on `firstDay`. */
export function marketShare(programme: DemoProgramme, firstDay: Day): number {
  const { startsOn, endsOn } = programme;
  if (firstDay <= startsOn) return 1;
  return weightBetween(firstDay, endsOn, 'canteen_budget') / weightBetween(startsOn, endsOn, 'canteen_budget');
}

function goalOf(world: World, unit: DemoUnit, programme: DemoProgramme, from: Day): number {
  if (programme.endsOn < world.today)
    return Math.round(finalFen(world, unit, programme) * marketShare(programme, from));
  const share = expectedShare(programme, world.today);
  return Math.round((yearlyFen(world, unit, programme) * share * unit.pacePercent) / 100);
}

/** What the calendar expects by a day: along the milestones, else evenly. */
export function expectedShare({ startsOn, endsOn, milestones }: DemoProgramme, today: Day): number {
  const ends = milestones.length > 0 ? milestones : [{ dueOn: endsOn, shareBp: 10_000 }];
  let before = { dueOn: addDays(startsOn, -1), shareBp: 0 };
  for (const milestone of ends) {
    if (today <= milestone.dueOn) {
      const way = daysBetween(before.dueOn, today) / daysBetween(before.dueOn, milestone.dueOn);
      return (before.shareBp + way * (milestone.shareBp - before.shareBp)) / 10_000;
    }
    before = milestone;
  }
  return 1;
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
  return portionsOf(world, unit, programme, wholeYear).map(({ funding, category, share }) => {
    const random = randomFrom(`${programme.code} ${unit.code} ${funding} ${category}`);
    const lag = ended || funding === 'individual' ? 0 : UNTIL_COUNTED[county];
    const whole = weightBetween(from, to, funding);
    const counted = Math.max(weightBetween(from, addDays(to, -lag), funding), whole * 0.4, 0.001);
    const stream = {
      unit,
      unitId: world.id('unit', unit.code),
      county,
      category,
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
