import type { Quote } from '../cart/quote.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import type { Channel } from '../db/generated/enums.ts';
import { NotFound } from '../shared/errors.ts';

/** Where an order counts: in a zone's channel, which is the zone's kind, or in the market's own. */
export interface OrderChannel {
  channel: Channel;
  zoneId: number | null;
}

const MARKET: OrderChannel = { channel: 'market', zoneId: null };

/** The channel of a zone that was named. Throws NotFound unless an open one has this code. */
export async function channelOfZone(db: PrismaClient, zoneCode: string | null): Promise<OrderChannel> {
  if (zoneCode === null) return MARKET;
  const zone = await db.zone.findFirst({
    where: { code: zoneCode, closedAt: null },
    select: { id: true, kind: true },
  });
  if (!zone) throw new NotFound('noSuchZone');
  return { channel: zone.kind, zoneId: zone.id };
}

/**
 * The channel of goods that were chosen on different pages: that of the zone from whose pages the largest part of them was put in, by their price
 * after discount, the pages outside all zones being a place like each of them. Of equal parts the market's own comes first, then the older zone.
 */
export async function channelOfGoods(db: PrismaClient, { parcels }: Quote): Promise<OrderChannel> {
  const zoneId = placeOfMost(parcels.flatMap(({ lines }) => lines));
  if (zoneId === null) return MARKET;
  const [zone] = await fast(db).$queryRaw<{ kind: Channel }[]>`SELECT kind FROM zone WHERE id = ${zoneId}`;
  return zone ? { channel: zone.kind, zoneId } : MARKET;
}

/** Exported for its test. */
export function placeOfMost(lines: readonly { zoneId?: number | null; payableFen: number }[]): number | null {
  const fenOf = new Map<number | null, number>();
  for (const { zoneId = null, payableFen } of lines) fenOf.set(zoneId, (fenOf.get(zoneId) ?? 0) + payableFen);
  const places = [...fenOf].sort(([a, aFen], [b, bFen]) => bFen - aFen || (a ?? 0) - (b ?? 0));
  return places[0]?.[0] ?? null;
}
