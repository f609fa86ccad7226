import type { Db } from '../db/client.ts';

export interface WantedGoods {
  supplierId: number;
  productId: number;
  name: string;
  quantity: number;
  /** the names of the packages that it is in */
  packages: string[];
}

/** What a roster's choices come to by product; whose went back are counted alone when asked. */
export async function wantedGoods(db: Db, runId: number, onlyReturned = false): Promise<WantedGoods[]> {
  const rows = await db.$queryRaw<
    (Omit<WantedGoods, 'packages' | 'quantity'> & { quantity: unknown; packages: string })[]
  >`
    SELECT p.supplierId, p.id AS productId, f.name, SUM(i.quantity) AS quantity,
      GROUP_CONCAT(DISTINCT k.name ORDER BY k.id SEPARATOR '\n') AS packages
    FROM welfare_claim c JOIN welfare_package k ON k.id = c.packageId JOIN welfare_package_item i ON i.packageId = k.id
    JOIN product p ON p.id = i.productId JOIN product_family f ON f.id = p.familyId
    WHERE c.runId = ${runId} AND (NOT ${onlyReturned} OR c.returnedAt IS NOT NULL)
    GROUP BY p.supplierId, p.id, f.name ORDER BY p.supplierId, p.id`;
  return rows.map((row) => ({ ...row, quantity: Number(row.quantity), packages: row.packages.split('\n') }));
}
