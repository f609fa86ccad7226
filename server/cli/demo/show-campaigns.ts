import { findActor, unitsBoughtFor } from '../../accounts/actor.ts';
import { findBuyableProducts, leastQuantity, priceFor } from '../../catalog/shelf-products.ts';
import { submitOrder } from '../../checkout/submit-order.ts';
import { fast, type PrismaClient } from '../../db/client.ts';
import { createCampaign } from '../../promotions/set-campaign.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import { Refusal } from '../../shared/errors.ts';

const THRESHOLD_FEN = 100_000;
const MOST_GOODS = 200;

/** A threshold discount with a budget that runs and has been used, and one that is still to begin, by the market's own use cases. */
export async function showCampaigns(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  const [operator, buyer] = await Promise.all(
    ['operator', 'buyer'].map(async (login) => {
      const user = await db.user.findUnique({ where: { login }, select: { id: true } });
      return user && findActor(db, user.id, today);
    }),
  );
  const unitId = buyer ? unitsBoughtFor(buyer)[0] : undefined;
  if (!operator || !buyer || unitId === undefined) return;
  const { code: unitCode } = await db.unit.findUniqueOrThrow({ where: { id: unitId }, select: { code: true } });
  const less = { unitCode, zoneCode: null, thresholdFen: THRESHOLD_FEN, discountFen: 5_000, gift: null };
  const running = {
    name: '食堂满 1000 减 50（演示）',
    startsOn: today,
    endsOn: addDays(today, 20),
    budgetFen: 200_000,
  };
  await createCampaign(db, operator, { ...less, ...running }, now);
  const coming = { name: '年末满 1000 减 80（演示）', startsOn: addDays(today, 21), endsOn: addDays(today, 40) };
  await createCampaign(db, operator, { ...less, discountFen: 8_000, ...coming, budgetFen: 500_000 }, now);
  const rows = await db.product.findMany({
    where: { state: 'on_sale', caps: { none: {} } },
    select: { id: true },
    orderBy: { id: 'desc' },
    take: MOST_GOODS,
  });
  const products = await findBuyableProducts(
    fast(db),
    rows.map(({ id }) => id),
    today,
  );
  const wishes = [...products.values()].flatMap((product) => {
    const step = leastQuantity(product);
    const quantity = Math.ceil(THRESHOLD_FEN / priceFor(product, step) / step + 1) * step;
    const isGood = product.onShelf && product.saleMode === 'by_piece' && product.available > 3 * quantity;
    return isGood ? [{ productId: product.id, quantity }] : [];
  });
  const kept = await db.address.findFirstOrThrow({ where: { unitId, deletedAt: null }, orderBy: { id: 'asc' } });
  const address = { recipient: kept.recipient, phone: kept.phone, region: kept.region, address: kept.detail };
  const terms = { fundingSource: 'canteen_budget', paymentWay: 'on_account', channel: 'market', zoneId: null } as const;
  for (const [index, line] of wishes.slice(0, 2).entries()) {
    const rest = { note: null, expectedTotalFen: null, checkoutKey: `demo-campaign-${index}`, lines: [line], unitId };
    try {
      await submitOrder(db, buyer, { ...address, ...terms, ...rest }, now);
    } catch (error) {
      // On some days a rule refuses, as when the unit must prepay: the demonstration then does without.
      if (!(error instanceof Refusal)) throw error;
    }
  }
}
