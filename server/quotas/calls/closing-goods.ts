import { browseProducts } from '../../catalog/browse-products.ts';
import type { ProductCard } from '../../catalog/product-cards.ts';
import { leastQuantity, priceFor } from '../../catalog/shelf-products.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Day } from '../../shared/days.ts';
import { idsBelow } from '../../shared/tree.ts';
import type { Board } from '../board/board.ts';
import type { ScopedProgress } from '../board/roll-up.ts';

/** A product on the shelf and how much of it would close a gap; all of what is left where that is not enough. */
export interface ClosingGoods {
  card: ProductCard;
  quantity: number;
  fen: number;
  grams: number;
  /** whether it closes the gap by itself */
  isEnough: boolean;
}

const ASKED = 40;
const SHOWN = 3;

/**
 * Certified goods in stock that would count for a programme, the best sold first, as a function of a target and its gap (fen or grams):
 * the quantity in whole multiples at the price for that quantity, up to what can be promised. One statement for the programme's goods
 * and one for each narrower scope.
 */
export async function closingGoods(db: PrismaClient, board: Board, today: Day) {
  const scopes = new Map(
    board.targets.map(({ scopeKey, categoryId, placeId }) => [
      categoryId === null && placeId === null ? 'all' : scopeKey,
      { categoryId, placeId },
    ]),
  );
  const [origins, categories] = await Promise.all([
    db.programmeOrigin.findMany({ where: { programmeId: board.programme.id }, select: { placeId: true } }),
    db.programmeCategory.findMany({ where: { programmeId: board.programme.id }, select: { categoryId: true } }),
  ]);
  const allowed = {
    placeIds: within(
      board.places,
      origins.map(({ placeId }) => placeId),
      null,
    ),
    categoryIds: within(
      board.categories,
      categories.map(({ categoryId }) => categoryId),
      null,
    ),
  };
  const cards = new Map(
    await Promise.all(
      [...scopes].map(async ([key, { categoryId, placeId }]): Promise<[string, ProductCard[]]> => {
        const placeIds = within(board.places, allowed.placeIds ?? [], placeId) ?? allowed.placeIds;
        const categoryIds = within(board.categories, allowed.categoryIds ?? [], categoryId) ?? allowed.categoryIds;
        return [
          key,
          await browseProducts(db, { placeIds, categoryIds, inStock: true, order: 'sales', limit: ASKED }, today),
        ];
      }),
    ),
  );
  return ({ scopeKey, categoryId, placeId, measure }: ScopedProgress, gap: number): ClosingGoods[] => {
    const offered = cards.get(categoryId === null && placeId === null ? 'all' : scopeKey) ?? [];
    const closing = offered.flatMap((card) => (card.comesOn === null ? (enoughOf(card, gap, measure) ?? []) : []));
    return closing.sort((a, b) => Number(b.isEnough) - Number(a.isEnough)).slice(0, SHOWN);
  };
}

interface Nodes {
  byId: ReadonlyMap<number, { id: number; parentId: number | null }>;
  pathOf: (id: number) => { id: number }[];
}

/** The ids of nodes that lie below one of `allowed` (none: anything) and below `scope`; undefined where nothing restricts. */
function within(tree: Nodes & Parameters<typeof idsBelow>[0], allowed: readonly number[], scope: number | null) {
  const ofAllowed = allowed.length > 0 ? new Set(allowed.flatMap((id) => idsBelow(tree, id))) : null;
  if (scope === null) return ofAllowed ? [...ofAllowed] : undefined;
  return idsBelow(tree, scope).filter((id) => ofAllowed?.has(id) ?? true);
}

/** How much of a product closes a gap; null where not even the least quantity can be had. */
export function enoughOf(card: ProductCard, gap: number, measure: 'fen' | 'grams'): ClosingGoods | null {
  const step = Math.max(1, card.orderMultiple);
  const most = Math.floor(card.available / step) * step;
  const least = leastQuantity(card);
  if (gap <= 0 || most < least) return null;
  const worth = (quantity: number) =>
    measure === 'fen' ? priceFor(card, quantity) * quantity : card.netGrams * quantity;
  let quantity = Math.max(
    least,
    Math.ceil(gap / (measure === 'fen' ? priceFor(card, least) : card.netGrams) / step) * step,
  );
  // A tier's lower price brings less: a few more steps close the rest.
  while (quantity < most && worth(quantity) < gap) quantity += step;
  quantity = Math.min(quantity, most);
  return {
    card,
    quantity,
    fen: priceFor(card, quantity) * quantity,
    grams: card.netGrams * quantity,
    isEnough: worth(quantity) >= gap,
  };
}
