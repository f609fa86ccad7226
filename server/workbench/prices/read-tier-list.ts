import type { PriceTier } from '../../catalog/shelf.ts';

/** The tiers in a price change's column; null: they stay as they were. */
export function readTierList(json: unknown): PriceTier[] | null {
  const list: unknown = typeof json === 'string' ? JSON.parse(json) : json;
  return Array.isArray(list)
    ? list.map(({ fromQuantity, priceFen }) => ({ fromQuantity: Number(fromQuantity), priceFen: Number(priceFen) }))
    : null;
}
