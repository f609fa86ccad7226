import { addDays, type Day, daysBetween } from '../../shared/days.ts';
import type { DemoUnit } from './fact-places-and-units.ts';
import type { DemoProgramme } from './fact-tasks.ts';
import { weightBetween } from './seasons.ts';
import type { World } from './world.ts';

/** The programmes of a year in which a unit takes part. */
export function yearly({ facts }: World, unit: DemoUnit): DemoProgramme[] {
  const county = countyOf(unit);
  return facts.programmes.filter(
    ({ kind, state, origins }) => kind === 'year' && state !== 'draft' && origins.includes(county),
  );
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
