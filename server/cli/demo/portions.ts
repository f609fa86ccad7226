import type { FundingSource } from '../../db/generated/enums.ts';
import type { DemoUnit } from './fact-places-and-units.ts';
import type { DemoProgramme } from './fact-tasks.ts';
import { randomFrom } from './random.ts';
import type { World } from './world.ts';
import { yearlyFen } from './yearly.ts';

/** A part of what a unit buys in a year. */
export interface Portion {
  funding: FundingSource;
  category: string | null;
  share: number;
}

/** About what a gram of tribute rice costs by the sack, fen. */
export const RICE_FEN_PER_GRAM = 1.33;

const USUAL: Record<'canteen' | 'none', Record<FundingSource, number>> = {
  canteen: { canteen_budget: 0.68, union_funds: 0.235, individual: 0.085 },
  none: { canteen_budget: 0, union_funds: 0.65, individual: 0.35 },
};
const EATEN = new Set(['rice', 'chicken', 'livestock', 'vegetables', 'eggs', 'duck']);

/** How a unit's purchases divide by funding source and category, so that its targets of each are served; the shares sum to 1. */
export function portionsOf(world: World, unit: DemoUnit, programme: DemoProgramme, totalFen: number): Portion[] {
  const byFunding = fundingShares(world, unit, programme);
  const scoped = scopedPortions(world, unit, programme, totalFen);
  const free = (['canteen_budget', 'union_funds', 'individual'] as const).map((funding): Portion => {
    const taken = scoped.filter((portion) => portion.funding === funding).reduce((sum, { share }) => sum + share, 0);
    return { funding, category: null, share: Math.max(0, byFunding[funding] - taken) };
  });
  const left = Math.max(0, 1 - scoped.reduce((sum, { share }) => sum + share, 0));
  const freeSum = free.reduce((sum, { share }) => sum + share, 0);
  const spread = free.map((portion) => ({ ...portion, share: freeSum > 0 ? (portion.share / freeSum) * left : 0 }));
  return [...scoped, ...spread].filter((portion) => portion.share > 0.002);
}

/** A bureau's target by funding source is for all below it too. */
function fundingShares(world: World, unit: DemoUnit, programme: DemoProgramme): Record<FundingSource, number> {
  const subtree = world.facts.units.filter((other) => other === unit || other.parent === unit.code);
  const totalFen = subtree.reduce((sum, member) => sum + yearlyFen(world, member, programme), 0);

  const shares = { ...USUAL[unit.canteen === 'own' || unit.canteen === 'outsourced' ? 'canteen' : 'none'] };
  const asked = programme.targets.filter((row) => row.unit === unit.code && row.fundingSource && !row.category);
  for (const { fundingSource, value } of asked) {
    if (!fundingSource) continue;
    const share = value / totalFen;
    const others = 1 - shares[fundingSource];
    for (const key of Object.keys(shares) as FundingSource[])
      shares[key] = key === fundingSource ? share : (shares[key] * (1 - share)) / others;
  }
  return shares;
}

function scopedPortions(world: World, unit: DemoUnit, programme: DemoProgramme, totalFen: number): Portion[] {
  const asked = new Map<string, number>();
  const ask = (category: string, fen: number) => asked.set(category, Math.max(fen, asked.get(category) ?? 0));
  for (const { unit: code, category, measure, value } of programme.targets)
    if (code === unit.code && category) ask(category, measure === 'grams' ? value * RICE_FEN_PER_GRAM : value);
  const rice = riceGramsAYear(world, unit);
  if (rice > 0) ask('rice', rice * RICE_FEN_PER_GRAM);
  const random = randomFrom(`portions ${unit.code}`);
  return [...asked].map(([category, fen]): Portion => {
    const funding = EATEN.has(category) || unit.canteen === 'outsourced' ? 'canteen_budget' : 'union_funds';
    return { category, funding, share: (fen / totalFen) * random.between(0.92, 1.08) };
  });
}

/** What a pledge over several years asks of a unit in one; a bureau shares its own with its subordinates. */
export function riceGramsAYear({ facts }: World, unit: DemoUnit): number {
  return facts.programmes
    .filter((programme) => programme.kind === 'span')
    .flatMap((programme) => {
      const years = (Date.parse(programme.endsOn) - Date.parse(programme.startsOn)) / 86_400_000 / 365;
      return programme.targets.map((target) => {
        if (target.unit !== unit.code && target.unit !== unit.parent) return 0;
        const sharers = 1 + facts.units.filter((other) => other.parent === target.unit).length;
        return target.value / years / sharers;
      });
    })
    .reduce((sum, grams) => sum + grams, 0);
}
