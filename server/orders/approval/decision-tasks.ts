import type { Actor } from '../../accounts/actor.ts';
import { findBuyableProducts } from '../../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../../db/client.ts';
import { loadBoard } from '../../quotas/board/board.ts';
import { listProgrammes } from '../../quotas/programme-list.ts';
import { expectedCounts } from '../../quotas/tally/expected-counts.ts';
import type { Day } from '../../shared/days.ts';
import type { WholeOrder } from '../order-queries.ts';

/** How a unit stands in a programme, fen or grams, and what a purchase that is to be decided would add to what is placed. */
export interface DecisionTask {
  programmeCode: string;
  programmeName: string;
  programmeNameEn: string;
  unitCode: string;
  measure: 'fen' | 'grams';
  target: number;
  placed: number;
  counted: number;
  adds: number;
}

/** More than these are not looked through. */
const MOST_PROGRAMMES = 3;

/**
 * The tasks of the order's unit that the order would count for, were it placed on this day: of each programme the target that the unit
 * is judged by. Goods that are not certified today count nothing (rule 1). Of programmes in which the actor's own units take part.
 */
export async function tasksAtDecision(
  db: PrismaClient,
  actor: Actor,
  order: WholeOrder,
  today: Day,
): Promise<DecisionTask[]> {
  const { unit } = order;
  if (!unit) return [];
  const products = await findBuyableProducts(
    fast(db),
    order.lines.map(({ productId }) => productId),
    today,
  );
  const lines = order.lines
    .filter(({ productId }) => products.get(productId)?.onShelf)
    .map(({ categoryId, originPlaceId: placeId, payableFen: fen, grams }) => ({ categoryId, placeId, fen, grams }));
  const [expected, programmes] = await Promise.all([
    expectedCounts(db, unit.id, lines, today),
    listProgrammes(db, actor, today),
  ]);
  const tasks: DecisionTask[] = [];
  for (const { programmeId, fen, grams } of expected.slice(0, MOST_PROGRAMMES)) {
    const programme = programmes.find(({ id }) => id === programmeId);
    if (!programme) continue;
    const board = await loadBoard(db, { programme, filter: { units: () => [unit.id] }, today, at: null });
    const listed = board.byId.get(unit.id);
    const headline = listed && board.roll.unit(listed).headline;
    if (headline?.scopeKey !== 'all') continue;
    const { measure, value: target, placed, counted } = headline;
    const { code, name, nameEn } = programme;
    tasks.push({
      ...{ programmeCode: code, programmeName: name, programmeNameEn: nameEn, unitCode: unit.code },
      ...{ measure, target, placed, counted, adds: measure === 'fen' ? fen : grams },
    });
  }
  return tasks;
}
