import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotAllowed, StateConflict } from '../../shared/errors.ts';
import type { Programme } from '../programme-list.ts';
import { maySetTargets } from './target-policy.ts';

export interface ActOnExemption {
  programme: Programme;
  unitId: number;
  reason: string;
  at: Date;
}

/**
 * Frees a unit from its task; its purchases still count (rule 9). Its targets stay on record and are not judged while it is exempt.
 * Refuses lookers with 403, 409 `programmeClosed`, an exempt unit with 409 `alreadyExempt`.
 */
export async function exemptUnit(db: PrismaClient, actor: Actor, act: ActOnExemption): Promise<void> {
  const { programme, unitId, reason, at } = act;
  if (!maySetTargets(actor, programme)) throw new NotAllowed();
  await inTransaction(db, async (tx) => {
    if (await lockExemption(tx, programme.id, unitId)) throw new StateConflict('alreadyExempt');
    const { id } = await tx.targetExemption.create({
      data: { programmeId: programme.id, unitId, reason, byId: actor.id, at },
      select: { id: true },
    });
    await record(tx, actor, act, 'set', id);
  });
}

/** Ends an exemption: from now on the unit's targets are judged again. Refuses lookers with 403, who is not exempt with 409 `notExempt`. */
export async function endExemption(db: PrismaClient, actor: Actor, act: ActOnExemption): Promise<void> {
  const { programme, unitId, reason, at } = act;
  if (!maySetTargets(actor, programme)) throw new NotAllowed();
  await inTransaction(db, async (tx) => {
    const held = await lockExemption(tx, programme.id, unitId);
    if (!held) throw new StateConflict('notExempt');
    await tx.targetExemption.update({
      where: { id: held.id },
      data: { endedAt: at, endedById: actor.id, endReason: reason },
    });
    await record(tx, actor, act, 'end', held.id);
  });
}

/** The exemption that holds, if any, under the lock of its unit. */
async function lockExemption(tx: Tx, programmeId: number, unitId: number): Promise<{ id: number } | null> {
  await tx.$queryRaw`SELECT id FROM unit WHERE id = ${unitId} FOR UPDATE`;
  const { state } = await tx.programme.findUniqueOrThrow({ where: { id: programmeId }, select: { state: true } });
  if (state === 'closed') throw new StateConflict('programmeClosed');
  return tx.targetExemption.findFirst({ where: { programmeId, unitId, endedAt: null }, select: { id: true } });
}

async function record(tx: Tx, actor: Actor, act: ActOnExemption, what: 'set' | 'end', id: number): Promise<void> {
  const { programme, unitId, reason, at } = act;
  await audit(tx, {
    ...{ at, actorId: actor.id, action: `target_exemption.${what}`, subjectType: 'target_exemption' },
    ...{ subjectId: id, unitId, after: { programmeId: programme.id, exempt: what === 'set' }, reason },
  });
}
