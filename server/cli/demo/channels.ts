import type { Channel } from '../../db/generated/enums.ts';
import type { Draft, Market } from './market.ts';
import { randomFrom } from './random.ts';

/** By which zone an order came: one that shows its first product, or none, which is the market itself. */
export function channelsOf({
  world,
}: Market): (draft: Draft, unitCode: string | null) => { channel: Channel; zoneId: number | null } {
  const random = randomFrom('channels');
  const zones = world.facts.zones.map((zone) => ({
    ...zone,
    id: world.id('zone', zone.code),
    shown: new Set(zone.products),
  }));
  return ({ wishes, funding }, unitCode) => {
    const first = wishes[0]?.good;
    if (!first) return { channel: 'market', zoneId: null };
    const found = zones.find((zone) => {
      if (!zone.shown.has(first.spec.code)) return false;
      if (zone.kind === 'unit_zone') return zone.unit === unitCode && random.chance(0.6);
      if (zone.code === 'canteen') return funding === 'canteen_budget' && random.chance(0.35);
      if (zone.kind === 'cabinet') return funding === 'individual' && random.chance(0.12);
      if (zone.kind === 'pavilion') return random.chance(funding === 'canteen_budget' ? 0.12 : 0.35);
      return funding !== 'canteen_budget' && random.chance(0.15);
    });
    return found ? { channel: found.kind, zoneId: found.id } : { channel: 'market', zoneId: null };
  };
}
