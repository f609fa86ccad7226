import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound, RuleRefusal } from '../shared/errors.ts';
import type { Wish } from './quote.ts';

const MOST_LISTS = 100;

/**
 * Makes a purchase list that all buyers of the unit share. Refuses a name that another list of the unit has (`listNameTaken`) and
 * more than 100 lists. Returns its id.
 */
export async function createList(
  db: PrismaClient,
  actor: Actor,
  { unitId, name, lines }: { unitId: number; name: string; lines: readonly Wish[] },
  at: Date,
): Promise<number> {
  if (!unitsBoughtFor(actor).includes(unitId)) throw new NotFound('noSuchUnit');
  if ((await db.purchaseList.count({ where: { unitId } })) >= MOST_LISTS)
    throw new RuleRefusal('tooManyLists', [{ path: 'name', code: 'tooManyLists', values: { maximum: MOST_LISTS } }]);
  const data = { unitId, name, changedById: actor.id, changedAt: at };
  return named(() =>
    inTransaction(db, async (tx) => {
      const list = await tx.purchaseList.create({ data, select: { id: true } });
      await tx.purchaseListLine.createMany({
        data: lines.map(({ productId, quantity, note }) => ({ listId: list.id, productId, quantity, note })),
      });
      return list.id;
    }),
  );
}

/** Runs what gives a list its name; a name of another list of the unit is refused at `name`. */
export async function named<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isDuplicate(error)) throw new RuleRefusal('listNameTaken', [{ path: 'name', code: 'listNameTaken' }]);
    throw error;
  }
}
