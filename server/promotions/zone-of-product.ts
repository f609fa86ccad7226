import type { Db } from '../db/client.ts';

/** The zone of this code, while the product stands in it; null: none, as of a page that was opened before it was taken out. */
export async function zoneOfProduct(db: Db, code: string | undefined, productId: number): Promise<number | null> {
  if (!code) return null;
  const found = await db.zoneProduct.findFirst({ where: { productId, zone: { code } }, select: { zoneId: true } });
  return found?.zoneId ?? null;
}
