import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal, StateConflict } from '../shared/errors.ts';
import { findOpenCanteen } from '../units/canteens/canteen-queries.ts';
import { named } from './create-list.ts';
import { findList, type WholeList } from './list-queries.ts';
import type { Wish } from './quote.ts';

/** The most lines of one list. */
export const MOST_LIST_LINES = 500;

interface Change {
  actor: Actor;
  listId: number;
  /** of the list as the buyer saw it; null: whatever it is now */
  version: number | null;
  at: Date;
}

/** Sets lines of a list; a quantity of 0 takes the line out, lines not named stay. Refuses with `listChanged` where another was faster. */
export function saveLines(db: PrismaClient, change: Change, lines: readonly Wish[]): Promise<void> {
  return changed(db, change, async (tx, list) => {
    const out = lines.filter((line) => line.quantity === 0).map((line) => line.productId);
    const kept = lines.filter((line) => line.quantity > 0);
    const stay = list.lines.filter((line) => !lines.some((other) => other.productId === line.productId));
    if (stay.length + kept.length > MOST_LIST_LINES)
      throw new RuleRefusal('listFull', [{ path: 'lines', code: 'listFull', values: { maximum: MOST_LIST_LINES } }]);
    await tx.purchaseListLine.deleteMany({
      where: { listId: list.id, productId: { in: [...out, ...kept.map((line) => line.productId)] } },
    });
    await tx.purchaseListLine.createMany({
      data: kept.map(({ productId, quantity, note }) => ({ listId: list.id, productId, quantity, note: note || null })),
    });
  });
}

/** Adds lines to a list; of a product that it holds, the new quantity counts, and the old note stays where the new one is empty. */
export async function addLines(db: PrismaClient, change: Change, lines: readonly Wish[]): Promise<void> {
  const { lines: held } = await findList(db, change.actor, change.listId);
  const noteOf = new Map(held.map((line) => [line.productId, line.note]));
  await saveLines(
    db,
    change,
    lines.map((line) => ({ ...line, note: line.note || noteOf.get(line.productId) })),
  );
}

/** Refuses a name that another list of the unit has. */
export function renameList(db: PrismaClient, change: Change, name: string): Promise<void> {
  return named(() =>
    changed(db, change, async (tx, list) => {
      await tx.purchaseList.update({ where: { id: list.id }, data: { name }, select: { id: true } });
    }),
  );
}

/** Where standing orders made from the list are received; null: at none in particular. Refuses a canteen that is not the unit's, by field. */
export function setListCanteen(db: PrismaClient, change: Change, canteenId: number | null): Promise<void> {
  return changed(db, change, async (tx, list) => {
    if (canteenId !== null && !(await findOpenCanteen(tx, canteenId, list.unitId)))
      throw new RuleRefusal('badInput', [{ path: 'canteenId', code: 'noSuchCanteen' }]);
    await tx.purchaseList.update({ where: { id: list.id }, data: { canteenId }, select: { id: true } });
  });
}

/** Refuses with `listInUse` while a standing order is made from it. */
export async function deleteList(db: PrismaClient, actor: Actor, listId: number): Promise<void> {
  const { id } = await findList(db, actor, listId);
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM purchase_list WHERE id = ${id} FOR UPDATE`;
    if ((await tx.standingOrder.count({ where: { listId: id } })) > 0) throw new RuleRefusal('listInUse');
    await tx.purchaseList.deleteMany({ where: { id } });
  });
}

async function changed(
  db: PrismaClient,
  { actor, listId, version, at }: Change,
  act: (tx: Tx, list: WholeList) => Promise<void>,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM purchase_list WHERE id = ${listId} FOR UPDATE`;
    const list = await findList(tx, actor, listId);
    if (version !== null && list.version !== version) throw new StateConflict('listChanged');
    await act(tx, list);
    await tx.purchaseList.update({
      where: { id: listId },
      data: { version: { increment: 1 }, changedById: actor.id, changedAt: at },
      select: { id: true },
    });
  });
}
