/** Fen of a kilogram at an offered price of one unit of sale, rounded half up, so that packs of any size compare; null without a weight. */
export function perKg(line: { unitPriceFen: number; product: { netGrams: number } }): number | null {
  const { netGrams } = line.product;
  return netGrams > 0 ? Number((BigInt(line.unitPriceFen) * 2000n + BigInt(netGrams)) / (2n * BigInt(netGrams))) : null;
}
