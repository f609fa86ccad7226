/** An amount of money in fen (1 yuan = 100 fen), always an integer (rule 30). */
export type Fen = number;

/** The most that one order may come to: 20 million yuan, so that every sum of it stays an integer column. */
export const MAX_ORDER_FEN: Fen = 2_000_000_000;

/** Fen as yuan with two decimals and thousands separators: 1234567 → "12,345.67". No float is involved. */
export function formatYuan(fen: Fen | bigint): string {
  const value = BigInt(fen);
  const magnitude = value < 0n ? -value : value;
  const yuan = (magnitude / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  return `${value < 0n ? '-' : ''}${yuan}.${(magnitude % 100n).toString().padStart(2, '0')}`;
}

/** Reads yuan as typed ("12", "12.5", "1,234.50") into fen; null when it is not exactly an amount. */
export function parseYuan(text: string): Fen | null {
  const match = /^(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match?.[1]) return null;
  const fen = Number(match[1].replaceAll(',', '')) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  return Number.isSafeInteger(fen) ? fen : null;
}

/**
 * Splits an amount over weights so that the integer parts sum to it exactly: every part is the floor of its share and the
 * remaining fen go to the largest remainders, the earlier first (rule 4). Zero weights get nothing unless all are zero.
 */
export function allocate(total: Fen, weights: readonly number[]): Fen[] {
  if (weights.length === 0) return [];
  const sum = weights.reduce((a, b) => a + BigInt(b), 0n);
  if (sum === 0n)
    return allocate(
      total,
      weights.map(() => 1),
    );
  const sign = total < 0 ? -1 : 1;
  const magnitude = BigInt(Math.abs(total));
  const shares = weights.map((weight, index) => {
    const scaled = magnitude * BigInt(weight);
    return { index, part: scaled / sum, remainder: scaled % sum };
  });
  let rest = magnitude - shares.reduce((a, share) => a + share.part, 0n);
  for (const share of [...shares].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  )) {
    if (rest === 0n) break;
    share.part += 1n;
    rest -= 1n;
  }
  return shares.map((share) => sign * Number(share.part));
}

/** The same share of an amount as `part` is of `whole`, half a fen up; no float is involved. */
export function shareOf(amount: Fen, part: number, whole: number): Fen {
  return Number((2n * BigInt(amount) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole)));
}

/** The price of a kilogram of goods that cost so much a piece of so many grams, half a fen up (rule 25). */
export function pricePerKg(priceFen: Fen, netGrams: number): Fen {
  return shareOf(priceFen, 1000, netGrams);
}
