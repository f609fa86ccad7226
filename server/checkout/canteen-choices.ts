import type { AgreedTerms } from '../cart/agreed-terms.ts';
import type { PrismaClient } from '../db/client.ts';
import { canteenDays } from '../orders/delivery/choose-window.ts';
import { canteensOf } from '../units/canteens/canteen-queries.ts';
import type { CanteenChoice } from './checkout-terms.ts';

/** The unit's canteens with the first day on which each can receive goods of these suppliers; none for an own purchase. */
export async function canteenChoices(
  db: PrismaClient,
  unitId: number | null,
  suppliers: readonly number[],
  now: Date,
  agreed?: AgreedTerms,
): Promise<CanteenChoice[]> {
  const canteens = unitId === null ? [] : await canteensOf(db, [unitId]);
  if (canteens.length === 0) return [];
  const { earliest } = await canteenDays(db, suppliers, now, agreed?.days);
  return canteens.map((canteen) => ({ canteen, earliest: earliest(canteen.hours) }));
}
