import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { addDays, type Day, dayOf } from '../shared/days.ts';
import type { QuoteChanged } from '../sourcing/quotes/quote-changed.ts';
import { type Notice, notify } from './notify.ts';

/** Tells suppliers of requests, acceptance and the end, and who asked of answers; each fact once. */
export async function tellOfQuotes(db: PrismaClient, changes: readonly QuoteChanged[], today: Day): Promise<void> {
  for (const change of changes) {
    const request = await db.quoteRequest.findUnique({
      where: { id: change.requestId },
      include: {
        unit: { select: { name: true, nameEn: true } },
        _count: { select: { lines: true } },
        invitations: {
          where: { supplierId: { in: change.supplierIds } },
          include: { supplier: { select: { name: true, nameEn: true } } },
        },
      },
    });
    if (!request) continue;
    const { what, factId } = change;
    const toBuyer = what === 'offered' || what === 'declined';
    const serving = await peopleServing(db, change.supplierIds, today);
    const notices = request.invitations.flatMap(({ supplier, supplierId, declineReason }): Notice[] => {
      const people = toBuyer ? [request.requestedById] : (serving.get(supplierId) ?? []);
      return [...new Set(people)].map((userId) => ({
        userId,
        kind: `quote_${what}`,
        data: {
          ...{ request: request.id, unit: request.unit.name, unitEn: request.unit.nameEn, lines: request._count.lines },
          ...{ supplier: supplier.name, supplierEn: supplier.nameEn, reason: declineReason ?? '' },
          day: addDays(dayOf(request.answerBy), -1),
        },
        link: toBuyer
          ? pathTo('quoteRequest', { id: request.id })
          : pathTo('supplierQuote', { id: request.id, supplier: supplierId }),
        dedupeKey: `quote.${what} ${supplierId} ${factId}`,
      }));
    });
    await notify(db, notices);
  }
}
