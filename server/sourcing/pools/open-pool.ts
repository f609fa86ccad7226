import { randomInt } from 'node:crypto';
import { type Actor, ownUnitId } from '../../accounts/actor.ts';
import { type BuyableProduct, findBuyableProducts, priceFor } from '../../catalog/shelf-products.ts';
import { audit } from '../../db/audit.ts';
import { fast, type PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, type Day, dayOf, startOfDay } from '../../shared/days.ts';
import { type Fault, NotFound, RuleRefusal } from '../../shared/errors.ts';

export interface PoolWish {
  productId: number;
  /** the last day for joining */
  closesOn: Day;
  contact: string;
  phone: string;
  region: string;
  address: string;
  note: string | null;
}

export const LONGEST_DAYS = 14;
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** How many pieces fill one case of a product: its multiple, or the case itself, and its minimum; 1 is sold by the piece. */
export function caseOf(product: { orderMultiple: number; minQuantity: number }, caseQuantity: number): number {
  const size = Math.max(product.orderMultiple, caseQuantity);
  return Math.ceil(product.minQuantity / size) * size;
}

/**
 * Opens a pool for one case of a product at the case's price as it is today, for whoever has the link. Refuses a product that is sold
 * by the piece or cannot be bought, and a day out of reach. Returns its code.
 */
export async function openPool(db: PrismaClient, actor: Actor, wish: PoolWish, at: Date): Promise<string> {
  const today = dayOf(at);
  const [products, row] = await Promise.all([
    findBuyableProducts(fast(db), [wish.productId], today),
    db.product.findUnique({ where: { id: wish.productId }, select: { caseQuantity: true } }),
  ]);
  const product = products.get(wish.productId);
  if (!product || !row) throw new NotFound('noSuchProduct');
  const caseQuantity = caseOf(product, row.caseQuantity);
  const faults = faultsIn(wish, product, caseQuantity, today);
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const unitPriceFen = priceFor(product, caseQuantity);
  const { closesOn, ...place } = wish;
  return inTransaction(db, async (tx) => {
    const pool = await tx.pool.create({
      data: {
        ...{ ...place, code: newCode(), caseQuantity, unitPriceFen, closesAt: startOfDay(addDays(closesOn, 1)) },
        unitFreightFen: Math.floor(freightOf(product, caseQuantity * unitPriceFen) / caseQuantity),
        ...{ openedById: actor.id, unitId: ownUnitId(actor), openedAt: at },
      },
      select: { id: true, code: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'pool.open', subjectType: 'pool', subjectId: pool.id },
      after: { productId: product.id, caseQuantity, unitPriceFen, closesOn },
    });
    return pool.code;
  });
}

function faultsIn({ closesOn }: PoolWish, product: BuyableProduct, caseQuantity: number, today: Day): Fault[] {
  const faults: Fault[] = [];
  if (!product.onShelf)
    faults.push({ path: '', code: 'offShelf', values: { name: product.familyName, nameEn: product.nameEn } });
  if (caseQuantity < 2) faults.push({ path: '', code: 'soldByThePiece' });
  else if (product.available < caseQuantity)
    faults.push({
      path: '',
      code: 'notEnough',
      values: { name: product.familyName, nameEn: product.nameEn, available: product.available },
    });
  if (closesOn < today || closesOn > addDays(today, LONGEST_DAYS))
    faults.push({ path: 'closesOn', code: 'poolDayRange', values: { days: LONGEST_DAYS } });
  return faults;
}

function freightOf(product: BuyableProduct, goodsFen: number): number {
  return product.freeFreightFromFen !== null && goodsFen >= product.freeFreightFromFen ? 0 : product.freightFen;
}

function newCode(): string {
  return Array.from({ length: 10 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
