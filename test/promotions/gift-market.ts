import supertest from 'supertest';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';

export const DAY = '2026-05-06';
export const NOW = new Date(`${DAY}T04:00:00Z`);

/** A market in which a box of 白茶 is a gift from a threshold on of its supplier's goods. */
export interface GiftMarket extends Market {
  /** begins such a campaign: from 250 yuan on one box, unless told otherwise */
  gift: (giftQuantity?: number, thresholdFen?: number) => Promise<{ id: number }>;
  /** ends all that there are */
  endGifts: () => Promise<void>;
  post: (who: 'employee' | 'supplier', path: string, body: object) => Promise<supertest.Response>;
  /** an order's lines with their batches, gifts last */
  linesOf: (orderId: number) => ReturnType<typeof linesOf>;
  teas: (quantity: number) => { productId: number; quantity: number }[];
}

export async function openGiftMarket(): Promise<GiftMarket> {
  const market = await openMarket(DAY);
  const { app, world } = market;
  return {
    ...market,
    gift: (giftQuantity = 1, thresholdFen = 25_000) =>
      app.db.campaign.create({
        data: {
          ...({ code: `gift-${crypto.randomUUID()}`, kind: 'threshold_gift', name: '满 250 赠白茶' } as const),
          ...{ startsAt: new Date('2026-05-01'), endsAt: new Date('2026-05-31') },
          rule: { thresholdFen, giftProduct: 'tea-250g', giftQuantity },
        },
      }),
    endGifts: async () => {
      await app.db.campaign.deleteMany({ where: { discounts: { none: {} } } });
      await app.db.campaign.updateMany({ data: { stoppedAt: NOW } });
    },
    post: async (who, path, body) => {
      const token = await apiTokenFor(app.db, world.users[who], [], NOW);
      return supertest(app.url).post(`/api/v1${path}`).auth(token, { type: 'bearer' }).send(body);
    },
    linesOf: (orderId) => linesOf(market, orderId),
    teas: (quantity) => [{ productId: world.products.tea.id, quantity }],
  };
}

function linesOf({ app }: Market, orderId: number) {
  return app.db.orderLine.findMany({
    where: { orderId },
    orderBy: { isGift: 'asc' },
    include: { allocations: true },
  });
}
