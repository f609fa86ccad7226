import { countGoodsOnShelf } from '../../catalog/goods-on-shelf.ts';
import type { Db } from '../../db/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { idsBelow } from '../../shared/tree.ts';
import { sumBenefits } from '../../suppliers/farmer-benefits.ts';
import type { Board } from '../board/board.ts';
import { namedOf } from '../board/judged-figures.ts';
import type { Programme } from '../programme-list.ts';
import type { Figures } from './bulletin-figures.ts';

/** Whom the programme has bought from by a day, and what these have registered for farmers (rule 19). */
export async function loadBenefits(db: Db, { id }: Programme, day: Day): Promise<Figures['benefits']> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT s.id FROM supplier s WHERE EXISTS (SELECT 1 FROM tally_entry e
      WHERE e.supplierId = s.id AND e.programmeId = ${id} AND e.event = 'placed' AND e.fen > 0 AND e.onDay <= ${dayToColumn(day)})`;
  const supplierIds = rows.map((row) => row.id);
  return { suppliers: supplierIds.length, ...(await sumBenefits(db, supplierIds, Number(day.slice(0, 4)))) };
}

/** What a unit that is behind could buy today: certified goods on the shelf, of the programme's origins, by category. */
export async function loadGoods(db: Db, board: Board, today: Day): Promise<Figures['goods']> {
  const { programme, places, categories } = board;
  const origins = await db.programmeOrigin.findMany({ where: { programmeId: programme.id } });
  const chosen = await db.programmeCategory.findMany({ where: { programmeId: programme.id } });
  const within = origins.length === 0 ? undefined : origins.flatMap(({ placeId }) => idsBelow(places, placeId));
  const qualifying = new Set(chosen.flatMap(({ categoryId }) => idsBelow(categories, categoryId)));
  const goods = await countGoodsOnShelf(db, today, within);
  return goods.flatMap(({ categoryId, products, suppliers }) => {
    const category = categories.byId.get(categoryId);
    if (!category || (chosen.length > 0 && !qualifying.has(categoryId))) return [];
    return [{ category: namedOf(category), products, suppliers }];
  });
}
