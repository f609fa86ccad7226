import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import { type BuyableProduct, findBuyableProducts } from '../catalog/shelf-products.ts';
import { type Db, fast, type PrismaClient } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import type { Day } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import type { Wish } from './quote.ts';

const wholeList = {
  unit: { select: { id: true, code: true, name: true, nameEn: true } },
  lines: { orderBy: { productId: 'asc' }, select: { productId: true, quantity: true, note: true } },
} satisfies Prisma.PurchaseListInclude;

export type WholeList = Prisma.PurchaseListGetPayload<{ include: typeof wholeList }>;

/** A purchase list for those who buy for its unit; everybody else gets NotFound. */
export async function findList(db: Db, actor: Actor, id: number): Promise<WholeList> {
  const list = await db.purchaseList.findFirst({
    where: { id, unitId: { in: unitsBoughtFor(actor) } },
    include: wholeList,
  });
  if (!list) throw new NotFound();
  return list;
}

/** The lists of the units, by name, with how many lines they have. */
export function listsOf(db: Db, unitIds: readonly number[]) {
  return db.purchaseList.findMany({
    where: { unitId: { in: [...unitIds] } },
    orderBy: [{ unitId: 'asc' }, { name: 'asc' }],
    include: { _count: { select: { lines: true, standing: true } } },
  });
}

/** The lines with their products as they are sold today, in the order of suppliers and names. */
export async function pricedLines(
  db: PrismaClient,
  lines: readonly Wish[],
  today: Day,
): Promise<(Wish & { product: BuyableProduct })[]> {
  const products = await findBuyableProducts(
    fast(db),
    lines.map((line) => line.productId),
    today,
  );
  return lines
    .flatMap((line) => {
      const product = products.get(line.productId);
      return product ? [{ ...line, product }] : [];
    })
    .sort(
      ({ product: a }, { product: b }) =>
        a.supplierId - b.supplierId || a.familyName.localeCompare(b.familyName, 'zh') || a.id - b.id,
    );
}

/** Who changed a list last, by name; null: nobody yet, or no longer known. */
export async function changerOf(db: Db, { changedById }: { changedById: number | null }): Promise<string | null> {
  if (changedById === null) return null;
  const user = await db.user.findUnique({ where: { id: changedById }, select: { name: true } });
  return user?.name ?? null;
}
