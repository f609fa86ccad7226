import { peopleServingOne } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import type { BankChanged } from '../workbench/shop/bank-changed.ts';
import { notify } from './notify.ts';

/** Tells operators, and whoever looks after the supplier, of another bank account, so that money goes nowhere unseen; each change once. */
export async function tellOfBankChanges(db: PrismaClient, changes: readonly BankChanged[], today: Day): Promise<void> {
  const day = dayToColumn(today);
  for (const { supplierId, byId, ending, at } of changes) {
    const [supplier, by, operators] = await Promise.all([
      db.supplier.findUnique({ where: { id: supplierId }, select: { name: true, nameEn: true, bankName: true } }),
      db.user.findUnique({ where: { id: byId }, select: { name: true } }),
      db.roleGrant.findMany({
        where: {
          ...{ role: 'operator', since: { lte: day }, user: { disabledAt: null } },
          OR: [{ until: null }, { until: { gt: day } }],
        },
        select: { userId: true },
      }),
    ]);
    if (!supplier) continue;
    const isOperator = new Set(operators.map(({ userId }) => userId));
    const people = new Set([...isOperator, ...(await peopleServingOne(db, supplierId, today))]);
    await notify(
      db,
      [...people].map((userId) => ({
        ...{ userId, kind: 'bank_changed' },
        data: {
          ...{ supplier: supplier.name, supplierEn: supplier.nameEn, by: by?.name ?? '' },
          account: [supplier.bankName, ending].filter(Boolean).join(' ') || '—',
        },
        link: isOperator.has(userId)
          ? pathTo('auditTrail', { subjectType: 'supplier', subjectId: supplierId })
          : pathTo('supplierShop', { supplier: supplierId }),
        dedupeKey: `bank_changed ${supplierId} ${at}`,
      })),
    );
  }
}
