import { z } from 'zod';
import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { read } from '../web/forms.ts';
import { addLines } from './change-list.ts';
import { createList } from './create-list.ts';
import { listName } from './list-form.ts';
import { findList } from './list-queries.ts';
import { wishesAfter } from './quick-order.ts';
import type { Wish } from './quote.ts';

const target = z.object({
  listId: z
    .string()
    .regex(/^\d{0,9}$/, 'notAChoice')
    .default(''),
});
const newName = z.object({ listName });

/** Saves lines to the list that the form names, an existing one or a new one; quantities of one product are added up. */
export async function saveToList(
  db: PrismaClient,
  actor: Actor,
  unitId: number,
  { lines, body, at }: { lines: readonly Wish[]; body: Record<string, unknown>; at: Date },
): Promise<{ id: number; name: string }> {
  const whole = wishesAfter([], lines, 'add');
  const { listId } = read(target, body);
  if (listId === '') {
    const { listName: name } = read(newName, body);
    return { id: await createList(db, actor, { unitId, name, lines: whole }, at), name };
  }
  const { id, name } = await findList(db, actor, Number(listId));
  await addLines(db, { actor, listId: id, version: null, at }, whole);
  return { id, name };
}
