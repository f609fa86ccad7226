import type { Db } from '../db/client.ts';

export interface WantedGoods {
  supplierId: number;
  /** where they go: the unit's address of the departments; 0: the run's own */
  addressId: number;
  productId: number;
  name: string;
  nameEn: string;
  quantity: number;
  /** the names of the packages that it is in */
  packages: string[];
}

type Row = Omit<WantedGoods, 'packages' | 'quantity' | 'addressId'> & {
  addressId: unknown;
  quantity: unknown;
  packages: string;
};

/**
 * What a roster's choices come to by supplier, address and product. Whoever has not chosen counts with the default package; whose went back
 * are counted alone when asked.
 */
export async function wantedGoods(db: Db, runId: number, onlyReturned = false): Promise<WantedGoods[]> {
  const standard = await db.welfarePackage.findFirst({ where: { runId, isDefault: true }, select: { id: true } });
  const rows = await db.$queryRaw<Row[]>`
    SELECT p.supplierId, COALESCE(d.addressId, 0) AS addressId, p.id AS productId, f.name, f.nameEn, SUM(i.quantity) AS quantity,
      GROUP_CONCAT(DISTINCT k.name ORDER BY k.id SEPARATOR '\n') AS packages
    FROM welfare_claim c JOIN welfare_package k ON k.runId = ${runId} AND k.id = COALESCE(c.packageId, ${standard?.id ?? 0})
    JOIN welfare_package_item i ON i.packageId = k.id
    JOIN product p ON p.id = i.productId JOIN product_family f ON f.id = p.familyId
    LEFT JOIN welfare_delivery d ON d.runId = c.runId AND d.department = c.department
    WHERE c.runId = ${runId} AND (NOT ${onlyReturned} OR c.returnedAt IS NOT NULL)
    GROUP BY p.supplierId, COALESCE(d.addressId, 0), p.id, f.name, f.nameEn ORDER BY p.supplierId, 2, p.id`;
  return rows.map((row) => ({
    ...row,
    ...{ addressId: Number(row.addressId), quantity: Number(row.quantity), packages: row.packages.split('\n') },
  }));
}

/** One order's part of the goods: of one supplier for one address. */
export const orderKeyOf = ({ supplierId, addressId }: Pick<WantedGoods, 'supplierId' | 'addressId'>) =>
  `${supplierId}-${addressId}`;
