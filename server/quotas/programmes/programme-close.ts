import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayFromColumn, dayOf } from '../../shared/days.ts';
import { StateConflict } from '../../shared/errors.ts';
import { lockProgramme } from './programme-save.ts';
import { nextProgrammeState } from './programme-states.ts';

/**
 * Closes a programme whose period is over: its figures stand, and what receipts until `countUntil` or reversals still change is marked
 * as an adjustment (rule 4). Refuses another group's with 403; with 409 what is not open (`wrongProgrammeState`), not over
 * (`programmeNotOver`), or still taking in earlier purchases (`stillTakingIn`).
 */
export async function closeProgramme(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const programme = await lockProgramme(tx, actor, id);
    const state = nextProgrammeState(programme.state, 'close');
    const endsOn = dayFromColumn(programme.endsOn);
    if (dayOf(at) <= endsOn) throw new StateConflict('programmeNotOver', { day: endsOn });
    const open = await tx.programmeTakingIn.count({ where: { programmeId: id, finishedAt: null } });
    if (open > 0) throw new StateConflict('stillTakingIn');
    await tx.programme.update({ where: { id }, data: { state, closedAt: at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'programme.close', subjectType: 'programme', subjectId: id },
      before: { state: programme.state },
      after: { state },
    });
  });
}
