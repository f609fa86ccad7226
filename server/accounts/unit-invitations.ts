import { randomInt } from 'node:crypto';
import { audit } from '../db/audit.ts';
import type { Db, PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type Day, dayOf, dayToColumn } from '../shared/days.ts';
import { NotFound, RuleRefusal } from '../shared/errors.ts';
import { type Actor, unitsApprovedFor } from './actor.ts';
import { endGrant } from './join-unit.ts';

/** Without letters and digits that look alike on a notice board. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const LENGTH = 8;

export interface NewInvitation {
  unitId: number;
  note: string;
  maxUses: number;
  /** the last day on which it can be used */
  expiresOn: Day;
}

/** Gives out a code by which employees join the unit. Throws NotFound unless the actor approves for the unit; `dayNotAfterToday`. */
export async function issueInvitation(
  db: PrismaClient,
  actor: Actor,
  { unitId, note, maxUses, expiresOn }: NewInvitation,
  at: Date,
): Promise<string> {
  if (!unitsApprovedFor(actor).includes(unitId)) throw new NotFound('noSuchUnit');
  if (expiresOn <= dayOf(at)) throw new RuleRefusal('badInput', [{ path: 'expiresOn', code: 'dayNotAfterToday' }]);
  const code = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  await inTransaction(db, async (tx) => {
    const { id } = await tx.unitInvitation.create({
      data: { unitId, code, note, maxUses, expiresOn: dayToColumn(expiresOn), issuedById: actor.id, createdAt: at },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'invitation.issue', subjectType: 'invitation', subjectId: id, unitId },
      after: { note, maxUses, expiresOn },
    });
  });
  return code;
}

/** Stops a code at once; who has joined by it stays. Throws NotFound for one of a unit that the actor does not approve for. */
export async function revokeInvitation(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const where = { id, unitId: { in: unitsApprovedFor(actor) } };
    const found = await tx.unitInvitation.findFirst({ where, select: { unitId: true } });
    if (!found) throw new NotFound();
    const { count } = await tx.unitInvitation.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: at } });
    if (count === 0) return;
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'invitation.revoke', subjectType: 'invitation', subjectId: id },
      ...{ unitId: found.unitId, before: { revoked: false }, after: { revoked: true } },
    });
  });
}

/** Ends somebody's being an employee of a unit that the actor approves for, today. Refuses with `noSuchEmployee`. Returns the name. */
export async function endEmployment(
  db: PrismaClient,
  actor: Actor,
  { unitId, login }: { unitId: number; login: string },
  at: Date,
): Promise<string> {
  if (!unitsApprovedFor(actor).includes(unitId)) throw new NotFound('noSuchUnit');
  const today = dayToColumn(dayOf(at));
  return inTransaction(db, async (tx) => {
    const grant = await tx.roleGrant.findFirst({
      where: {
        ...{ unitId, role: 'employee', since: { lte: today }, user: { login } },
        OR: [{ until: null }, { until: { gt: today } }],
      },
      select: { id: true, userId: true, user: { select: { name: true } } },
    });
    if (!grant) throw new RuleRefusal('badInput', [{ path: 'leavingLogin', code: 'noSuchEmployee' }]);
    await endGrant(tx, { ...grant, unitId, actorId: actor.id }, at);
    return grant.user.name;
  });
}

const MOST_SHOWN = 100;

/** The codes of the units that the actor approves for, the newest first. */
export function listInvitations(db: Db, actor: Actor) {
  return db.unitInvitation.findMany({
    where: { unitId: { in: unitsApprovedFor(actor) } },
    include: { unit: { select: { name: true, nameEn: true } }, issuedBy: { select: { name: true } } },
    orderBy: { id: 'desc' },
    take: MOST_SHOWN,
  });
}

export type ListedInvitation = Awaited<ReturnType<typeof listInvitations>>[number];

/** A code as people read it out: in two halves. */
export function spacedCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}
