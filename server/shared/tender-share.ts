import type { Fen } from './money.ts';

/** How much of what a line costs a welfare allowance pays; 0: nothing. */
export interface TenderSplit {
  allowanceFen: Fen;
  payableFen: Fen;
}

/**
 * How much of a part of a line (fen or g, 0 to the whole) the allowance pays: the same share as of the whole, rounded down. It depends on
 * the part alone, so what two parts differ by is split exactly, and whatever is counted never exceeds what is placed by either tender.
 */
export function allowanceShare(part: number, { allowanceFen, payableFen }: TenderSplit): number {
  return allowanceFen === 0 ? 0 : Number((BigInt(allowanceFen) * BigInt(part)) / BigInt(payableFen));
}
