import type { Db } from '../db/client.ts';

/** Cold-chain goods travel in shipments of their own (rule 23); a parcel that holds both goes in two. */
export const KINDS = ['cold', 'other'] as const;
export type GoodsKind = (typeof KINDS)[number];

interface ShownLine {
  product: { coldChain: boolean };
}

interface PickedLine extends ShownLine {
  allocations: readonly unknown[];
}

export const kindOf = ({ product }: ShownLine): GoodsKind => (product.coldChain ? 'cold' : 'other');

/** Which of both are among these lines, cold-chain goods first. */
export function kindsOf(lines: readonly ShownLine[]): GoodsKind[] {
  return KINDS.filter((kind) => lines.some((line) => kindOf(line) === kind));
}

/** Which of both are still to go of a supplier's parcel, whose allocations are what is left to pick. */
export function kindsToGo({ lines }: { lines: readonly PickedLine[] }): GoodsKind[] {
  return kindsOf(lines.filter(({ allocations }) => allocations.length > 0));
}

/** What a form proposes to ship next: the wished half of what is left, else the cold-chain goods while there are any. */
export function nextToGo(parcel: { lines: readonly PickedLine[] }, wish: unknown): GoodsKind | undefined {
  const kinds = kindsToGo(parcel);
  return kinds.find((kind) => kind === wish) ?? kinds[0];
}

/** The cold-chain products among those of these lines. */
export async function coldProducts(db: Db, lines: readonly { productId: number }[]): Promise<ReadonlySet<number>> {
  const found = await db.product.findMany({
    where: { id: { in: lines.map(({ productId }) => productId) }, coldChain: true },
    select: { id: true },
  });
  return new Set(found.map(({ id }) => id));
}
