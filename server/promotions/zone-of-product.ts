import type { Db } from '../db/client.ts';

/** The zone of this code, while it is open and the product stands in it; null: none, as of a page that was opened before that ended. */
export async function zoneOfProduct(db: Db, code: string | undefined, productId: number): Promise<number | null> {
  if (!code) return null;
  const found = await db.zoneProduct.findFirst({
    where: { productId, zone: { code, closedAt: null } },
    select: { zoneId: true },
  });
  return found?.zoneId ?? null;
}
