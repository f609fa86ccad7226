import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { loadBoard } from '../quotas/board/board.ts';
import { callList } from '../quotas/calls/call-list.ts';
import { listProgrammes } from '../quotas/programme-list.ts';
import type { Day } from '../shared/days.ts';

const MOST_PROGRAMMES = 5;

/** Units that are behind in the programmes that run and the actor oversees (rule 12). */
export async function unitsBehind(db: PrismaClient, actor: Actor, today: Day): Promise<number[]> {
  const running = (await listProgrammes(db, actor, today)).filter(
    ({ state, startsOn, endsOn }) => state === 'open' && startsOn <= today && today <= endsOn,
  );
  const ids = new Set<number>();
  for (const programme of running.slice(0, MOST_PROGRAMMES)) {
    const board = await loadBoard(db, { programme, filter: {}, today, at: null, dimensions: ['month'] });
    for (const { unit } of await callList(db, board, today)) ids.add(unit.id);
  }
  return [...ids];
}
