import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { lockProgramme } from './programme-save.ts';
import { nextProgrammeState } from './programme-states.ts';

/** An open programme's earlier purchases are still to be taken in: `{ programmeId }`. */
export const PROGRAMME_OPENED = 'programme.opened';

/**
 * Opens a draft: from now on placings count by themselves, and those from before, in its period, are taken in by the worker (see
 * programme-taking-in.ts). Refuses another group's with 403, what is no draft with 409 `wrongProgrammeState`.
 */
export async function openProgramme(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const programme = await lockProgramme(tx, actor, id);
    const state = nextProgrammeState(programme.state, 'open');
    await tx.programme.update({ where: { id }, data: { state, openedAt: at }, select: { id: true } });
    await tx.programmeTakingIn.create({
      data: {
        programmeId: id,
        total: await countEarlier(tx, programme),
        cursorDay: programme.startsOn,
        startedAt: at,
      },
    });
    await enqueue(tx, PROGRAMME_OPENED, [{ programmeId: id }]);
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'programme.open', subjectType: 'programme', subjectId: id },
      before: { state: programme.state },
      after: { state },
    });
  });
}

/** Purchases of the programme's period that are there now: placed orders, and what was declared or imported. */
export async function countEarlier(db: Tx | PrismaClient, period: { startsOn: Date; endsOn: Date }): Promise<number> {
  const { startsOn, endsOn } = period;
  const [row] = await db.$queryRaw<{ count: number | bigint }[]>`
    SELECT (SELECT COUNT(*) FROM \`order\` WHERE placedOn BETWEEN ${startsOn} AND ${endsOn})
      + (SELECT COUNT(*) FROM offline_purchase WHERE purchasedOn BETWEEN ${startsOn} AND ${endsOn})
      + (SELECT COUNT(*) FROM external_purchase WHERE purchasedOn BETWEEN ${startsOn} AND ${endsOn}) AS count`;
  return Number(row?.count ?? 0);
}
