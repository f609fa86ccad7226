import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayFromColumn, dayOf, dayToColumn } from '../shared/days.ts';
import { RuleRefusal } from '../shared/errors.ts';
import type { Actor } from './actor.ts';

export interface JoinedUnit {
  id: number;
  name: string;
  nameEn: string;
}

/** Makes somebody who has an account an employee of the unit that gave out the code. Refuses as `joinByCode` does. */
export function joinUnit(db: PrismaClient, actor: Actor, code: string, at: Date): Promise<JoinedUnit> {
  return inTransaction(db, (tx) => joinByCode(tx, actor.id, code, at));
}

/**
 * Uses a unit's code once: the person is its employee from today, and no longer one of another unit (rule 5: what was bought before
 * stays where it counted). Refuses with `invitationUnknown`, `invitationOver` (expired, used up, stopped, the unit is no more) and
 * `alreadyInUnit`, under `invitation`.
 */
export async function joinByCode(tx: Tx, userId: number, code: string, at: Date): Promise<JoinedUnit> {
  const today = dayOf(at);
  const [locked] = await tx.$queryRaw<{ id: number }[]>`
    SELECT id FROM unit_invitation WHERE code = ${code.toUpperCase().replace(/[^0-9A-Z]/g, '')} FOR UPDATE`;
  if (!locked) throw refusal('invitationUnknown');
  const invitation = await tx.unitInvitation.findUniqueOrThrow({
    where: { id: locked.id },
    include: { unit: { select: { id: true, name: true, nameEn: true, state: true } } },
  });
  const { unit } = invitation;
  const expired = dayFromColumn(invitation.expiresOn) < today;
  const over = expired || invitation.revokedAt !== null || invitation.used >= invitation.maxUses;
  if (over || unit.state !== 'active') throw refusal('invitationOver');
  await tx.$queryRaw`SELECT id FROM user WHERE id = ${userId} FOR UPDATE`;
  await leaveOthers(tx, { userId, actorId: userId, unitId: unit.id }, at);
  await tx.roleGrant.create({ data: { userId, role: 'employee', unitId: unit.id, since: dayToColumn(today) } });
  await tx.unitInvitation.update({ where: { id: invitation.id }, data: { used: { increment: 1 } } });
  await audit(tx, {
    ...{ at, actorId: userId, action: 'employee.join', subjectType: 'user', subjectId: userId, unitId: unit.id },
    after: { invitationId: invitation.id },
  });
  return { id: unit.id, name: unit.name, nameEn: unit.nameEn };
}

/** Nobody is an employee of two units: ends what there is. Refuses with `alreadyInUnit`. */
export async function leaveOthers(
  tx: Tx,
  { userId, actorId, unitId }: { userId: number; actorId: number | null; unitId: number },
  at: Date,
): Promise<void> {
  const today = dayToColumn(dayOf(at));
  const held = await tx.roleGrant.findMany({
    where: { userId, role: 'employee', since: { lte: today }, OR: [{ until: null }, { until: { gt: today } }] },
    select: { id: true, unitId: true },
  });
  if (held.some((grant) => grant.unitId === unitId)) throw refusal('alreadyInUnit');
  for (const grant of held) await endGrant(tx, { ...grant, userId, actorId }, at);
}

/** Ends one's being an employee today: the right to have purchases counted for the unit, not what was counted. */
export async function endGrant(
  tx: Tx,
  { id, unitId, userId, actorId }: { id: number; unitId: number | null; userId: number; actorId: number | null },
  at: Date,
): Promise<void> {
  await tx.roleGrant.update({ where: { id }, data: { until: dayToColumn(dayOf(at)) } });
  await audit(tx, {
    ...{ at, actorId, action: 'employee.leave', subjectType: 'user', subjectId: userId, unitId },
    before: { grantId: id },
  });
}

const refusal = (code: string) => new RuleRefusal('badInput', [{ path: 'invitation', code }]);
