import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { Role } from '../../db/generated/enums.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { dayOf, dayToColumn } from '../../shared/days.ts';
import { NotAllowed, RuleRefusal } from '../../shared/errors.ts';
import { type Actor, hasRole } from '../actor.ts';
import { leaveOthers } from '../join-unit.ts';
import { findScope, type Scope } from './find-scope.ts';
import { RIGHT_CHANGED, type RightChanged } from './right-changed.ts';
import { mayDecideRight, mayLackScope, SCOPE_OF } from './right-policy.ts';

export interface RightWish {
  login: string;
  role: Role;
  /** a code or a whole name; empty: the whole market */
  scope: string;
}

export interface GivenRight {
  grantId: number;
  userId: number;
  name: string;
  scope: Scope | null;
}

/**
 * Gives a person a right from today; `by` is null for the command line of whoever runs the server. A new unit of an employee ends the
 * one before (rule 5). A unit makes only its own employees buyers and approvers. Throws NotAllowed; refuses with `noSuchLogin`,
 * `noSuchScope`, `severalMeant`, `scopeNeeded`, `scopeless`, `notOfTheUnit` and `rightHeld`, by field.
 */
export function giveRight(db: PrismaClient, by: Actor | null, wish: RightWish, at: Date): Promise<GivenRight> {
  return inTransaction(db, async (tx) => {
    const { role } = wish;
    const scope = await scopeOf(tx, wish);
    const ids = idsOf(role, scope);
    if (by && !mayDecideRight(by, { role, ...ids })) throw new NotAllowed();
    const user = await lockUser(tx, wish.login);
    const held = await heldRights(tx, user.id, at);
    if (held.some((one) => one.role === role && isSame(one, ids))) throw refusal('login', 'rightHeld');
    const mustBeEmployee = by !== null && ids.unitId !== null && !hasRole(by, 'operator');
    if (mustBeEmployee && !held.some((one) => one.role === 'employee' && one.unitId === ids.unitId))
      throw refusal('login', 'notOfTheUnit');
    if (role === 'employee' && ids.unitId !== null)
      await leaveOthers(tx, { userId: user.id, actorId: by?.id ?? null, unitId: ids.unitId }, at);
    const { id } = await tx.roleGrant.create({
      data: { userId: user.id, role, ...ids, since: dayToColumn(dayOf(at)) },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: by?.id ?? null, action: 'right.give', subjectType: 'user', subjectId: user.id },
      ...{ unitId: ids.unitId, after: { grantId: id, role, scope: scope?.code ?? '' } },
    });
    await enqueue(tx, RIGHT_CHANGED, [{ grantId: id, what: 'given' } satisfies RightChanged]);
    return { grantId: id, userId: user.id, name: user.name, scope };
  });
}

async function scopeOf(tx: Tx, { role, scope }: RightWish): Promise<Scope | null> {
  const kind = SCOPE_OF[role];
  if (scope === '') {
    if (!mayLackScope(role)) throw refusal('scope', 'scopeNeeded');
    return null;
  }
  if (kind === null) throw refusal('scope', 'scopeless');
  return findScope(tx, kind, scope);
}

function idsOf(role: Role, scope: Scope | null) {
  const kind = SCOPE_OF[role];
  const id = scope?.id ?? null;
  return {
    unitId: kind === 'unit' ? id : null,
    groupId: kind === 'group' ? id : null,
    supplierId: kind === 'supplier' ? id : null,
    placeId: kind === 'place' ? id : null,
  };
}

type Ids = ReturnType<typeof idsOf>;

function isSame(one: Ids, other: Ids): boolean {
  return (
    one.unitId === other.unitId &&
    one.groupId === other.groupId &&
    one.supplierId === other.supplierId &&
    one.placeId === other.placeId
  );
}

/** The person with this login, locked, so that two who give the same at once give it once. */
async function lockUser(tx: Tx, login: string): Promise<{ id: number; name: string }> {
  const [user] = await tx.$queryRaw<{ id: number; name: string }[]>`
    SELECT id, name FROM user WHERE login = ${login} AND disabledAt IS NULL FOR UPDATE`;
  if (!user) throw refusal('login', 'noSuchLogin');
  return user;
}

function heldRights(tx: Tx, userId: number, at: Date) {
  const today = dayToColumn(dayOf(at));
  return tx.roleGrant.findMany({
    where: { userId, OR: [{ until: null }, { until: { gt: today } }] },
    select: { role: true, unitId: true, groupId: true, supplierId: true, placeId: true },
  });
}

const refusal = (path: string, code: string) => new RuleRefusal('badInput', [{ path, code }]);
