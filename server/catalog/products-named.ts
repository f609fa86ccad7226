import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';

export interface NamedProduct {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  spec: string;
  specEn: string;
  saleUnit: string;
  saleUnitEn: string;
  supplierName: string;
  supplierNameEn: string;
}

const MOST = 20;

/** Products by what staff types: the number or code itself, or a part of the name; at most 20. No search engine: it must find drafts too. */
export function productsNamed(db: Db, text: string): Promise<NamedProduct[]> {
  const part = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return db.$queryRaw<NamedProduct[]>`
    SELECT p.id, p.code, f.name, f.nameEn, p.spec, p.specEn, p.saleUnit, p.saleUnitEn, s.name AS supplierName, s.nameEn AS supplierNameEn
    FROM product p JOIN product_family f ON f.id = p.familyId JOIN supplier s ON s.id = p.supplierId
    WHERE p.code = ${text} OR p.id = ${/^\d{1,9}$/.test(text) ? Number(text) : 0} OR f.name LIKE ${part} OR f.nameEn LIKE ${part}
    ORDER BY p.code = ${text} DESC, f.name, p.netGrams, p.id LIMIT ${MOST}`;
}

/** What is known of products by their codes, whatever their state. One statement. */
export async function productsOfCodes(db: Db, codes: readonly string[]): Promise<Map<string, NamedProduct>> {
  if (codes.length === 0) return new Map();
  const rows = await db.$queryRaw<NamedProduct[]>`
    SELECT p.id, p.code, f.name, f.nameEn, p.spec, p.specEn, p.saleUnit, p.saleUnitEn, s.name AS supplierName, s.nameEn AS supplierNameEn
    FROM product p JOIN product_family f ON f.id = p.familyId JOIN supplier s ON s.id = p.supplierId
    WHERE p.code IN (${Prisma.join([...new Set(codes)])})`;
  return new Map(rows.map((row) => [row.code, row]));
}
