import type { Db } from '../db/client.ts';

/** What people are called, by id. */
export async function namesOf(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  const people = await db.user.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } });
  return new Map(people.map(({ id, name }) => [id, name]));
}
