import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { lockRequest } from './lock-request.ts';
import { nextOfferState, nextRequestState } from './quote-states.ts';

const BATCH = 200;

/**
 * Ends offers whose last day is over, and requests whose term is over with no offer that still binds. The clock decides when an offer
 * is accepted; this only writes it down. Returns how many requests were touched.
 */
export async function expireQuotes(db: PrismaClient, now: Date): Promise<number> {
  const [offers, requests] = await Promise.all([
    db.quoteOffer.findMany({
      where: { state: 'open', validUntil: { lte: now } },
      select: { requestId: true },
      take: BATCH,
    }),
    db.quoteRequest.findMany({
      where: { state: 'open', answerBy: { lte: now }, offers: { none: { state: 'open' } } },
      select: { id: true },
      take: BATCH,
    }),
  ]);
  const ids = new Set([...offers.map((offer) => offer.requestId), ...requests.map((request) => request.id)]);
  for (const id of [...ids].sort((a, b) => a - b)) await expire(db, id, now);
  return ids.size;
}

async function expire(db: PrismaClient, requestId: number, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const request = await lockRequest(tx, requestId);
    const over = request.offers.filter((offer) => offer.validUntil <= now);
    const state = nextOfferState('open', 'expire');
    for (const { id } of over)
      await tx.quoteOffer.update({ where: { id }, data: { state, endedAt: now }, select: { id: true } });
    const ends = request.state === 'open' && request.answerBy <= now && over.length === request.offers.length;
    if (ends) {
      const ended = nextRequestState(request.state, 'run_out');
      await tx.quoteRequest.update({
        where: { id: requestId },
        data: { state: ended, endedAt: now },
        select: { id: true },
      });
    }
    if (over.length === 0 && !ends) return;
    await audit(tx, {
      ...{ at: now, actorId: null, action: 'quote.expire', subjectType: 'quote_request', subjectId: requestId },
      ...{ unitId: request.unitId, after: { offers: over.map(({ id }) => id), requestEnded: ends } },
    });
  });
}
