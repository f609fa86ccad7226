import { listCards, stockState } from '../catalog/product-cards.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayOf } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import { type Notice, notify } from './notify.ts';

interface Kept {
  userId: number;
  productId: number;
  priceFen: number | null;
  outSince: Date | null;
}

/**
 * Tells who keeps changed products as favourites that one costs less than they last knew, or can be bought again; each fact once. What
 * they know is written after the messages, so that a death in between repeats a message that is there already.
 */
export async function tellFavourites(db: PrismaClient, productIds: readonly number[], now: Date): Promise<void> {
  const today: Day = dayOf(now);
  const kept = await db.favourite.findMany({ where: { productId: { in: [...new Set(productIds)] } } });
  if (kept.length === 0) return;
  const ids = [...new Set(kept.map(({ productId }) => productId))];
  const cards = new Map((await listCards(db, ids, today)).map((card) => [card.id, card]));
  const notices = kept.flatMap((one): Notice[] => {
    const card = cards.get(one.productId);
    if (!card || stockState(card) === 'out') return [];
    const data = { name: card.name, nameEn: card.nameEn, price: formatYuan(card.priceFen) };
    const link = pathTo('product', { id: card.id });
    const { userId, productId } = one;
    if (one.outSince)
      return [
        {
          ...{ userId, link, data, kind: 'favourite_back' },
          dedupeKey: `favourite.back ${productId} ${one.outSince.getTime()}`,
        },
      ];
    return isCheaper(one, card.priceFen)
      ? [
          {
            ...{ userId, link, kind: 'favourite_cheaper' },
            data: { ...data, before: formatYuan(one.priceFen ?? 0) },
            dedupeKey: `favourite.price ${productId} ${card.priceFen}`,
          },
        ]
      : [];
  });
  await notify(db, notices);
  await noteWhatIsKnown(db, ids, cards, now);
}

const isCheaper = ({ priceFen }: Kept, nowFen: number) => priceFen !== null && priceFen > nowFen;

async function noteWhatIsKnown(
  db: PrismaClient,
  ids: readonly number[],
  cards: ReadonlyMap<number, { priceFen: number; available: number; minQuantity: number; orderMultiple: number }>,
  now: Date,
): Promise<void> {
  const out = ids.filter((id) => {
    const card = cards.get(id);
    return !card || stockState(card) === 'out';
  });
  if (out.length > 0)
    await fast(db).$executeRaw`
      UPDATE favourite SET outSince = ${now} WHERE productId IN (${Prisma.join(out)}) AND outSince IS NULL`;
  for (const [id, { priceFen }] of cards)
    if (!out.includes(id))
      await fast(db).$executeRaw`
        UPDATE favourite SET priceFen = LEAST(COALESCE(priceFen, ${priceFen}), ${priceFen}), outSince = NULL WHERE productId = ${id}`;
}
