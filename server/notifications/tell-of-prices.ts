import { createHash } from 'node:crypto';
import { peopleServingOne } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import type { PriceChanged } from '../workbench/prices/price-changed.ts';
import { type Notice, notify } from './notify.ts';

/** Tells operators of prices that are flagged or explained, and suppliers of what was decided about theirs; each fact once. */
export async function tellOfPrices(db: PrismaClient, changes: readonly PriceChanged[], today: Day): Promise<void> {
  for (const { what, changeId } of changes) {
    const change = await db.priceChange.findUnique({
      where: { id: changeId },
      include: {
        product: {
          select: {
            ...{ id: true, family: { select: { name: true, nameEn: true } } },
            supplier: { select: { id: true, name: true, nameEn: true } },
          },
        },
      },
    });
    if (!change) continue;
    const { product, question, answer } = change;
    const toOperators = what === 'flagged' || what === 'answered';
    const people = toOperators ? await operators(db, today) : await peopleServingOne(db, product.supplier.id, today);
    const notices = [...new Set(people)].map(
      (userId): Notice => ({
        userId,
        kind: `price_${what}`,
        data: {
          ...{ name: product.family.name, nameEn: product.family.nameEn, yuan: formatYuan(change.newFen) },
          ...{ supplier: product.supplier.name, supplierEn: product.supplier.nameEn, question: question ?? '' },
        },
        link: toOperators ? pathTo('flaggedPrices') : pathTo('supplierSpecification', { id: product.id }),
        dedupeKey: `price.${what} ${changeId} ${hashOf(what === 'asked' ? question : what === 'answered' ? answer : '')}`,
      }),
    );
    await notify(db, notices);
  }
}

/** Questions may follow each other: each text is a fact of its own. */
function hashOf(text: string | null): string {
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex')
    .slice(0, 16);
}

async function operators(db: PrismaClient, today: Day): Promise<number[]> {
  const day = dayToColumn(today);
  const grants = await db.roleGrant.findMany({
    where: { role: 'operator', since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] },
    select: { userId: true },
  });
  return grants.map(({ userId }) => userId);
}
