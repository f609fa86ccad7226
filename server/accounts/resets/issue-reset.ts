import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf, dayToColumn } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { type Actor, hasRole, unitsApprovedFor } from '../actor.ts';
import { resetToken } from './reset-token.ts';

/** A link on paper is handed over within three days. */
const HANDED_FOR_MS = 3 * 86_400_000;

export interface HandedReset {
  token: string;
  name: string;
  login: string;
  expiresAt: Date;
}

/**
 * Makes a link by which somebody without e-mail sets the password anew, to be handed over in person; `reason` says how one made sure who it
 * is. An operator may for everybody else; a unit's approver for its employees who have no other right, since whoever can make a buyer's
 * password could buy and approve alone (rule 26). Refuses by field: `ownLink`, `noSuchAccount` (an approver: `noSuchEmployee`), `linkByOperator`.
 */
export async function issueReset(
  db: PrismaClient,
  secret: string,
  actor: Actor,
  { login, reason }: { login: string; reason: string },
  at: Date,
): Promise<HandedReset> {
  const isOperator = hasRole(actor, 'operator');
  const today = dayToColumn(dayOf(at));
  return inTransaction(db, async (tx) => {
    const user = await tx.user.findUnique({
      where: { login },
      include: { grants: { where: { OR: [{ until: null }, { until: { gt: today } }] } } },
    });
    const own = (unitId: number | null) => unitId !== null && unitsApprovedFor(actor).includes(unitId);
    const isOwn = user?.grants.some(({ role, unitId }) => role === 'employee' && own(unitId));
    if (!user || user.disabledAt || !(isOperator || isOwn))
      throw refused(isOperator ? 'noSuchAccount' : 'noSuchEmployee');
    if (user.id === actor.id) throw refused('ownLink');
    if (!isOperator && user.grants.some(({ role }) => role !== 'employee')) throw refused('linkByOperator');
    const expiresAt = new Date(at.getTime() + HANDED_FOR_MS);
    const reset = await tx.passwordReset.create({
      data: { userId: user.id, issuedById: actor.id, expiresAt, createdAt: at },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'password_reset.issue', subjectType: 'user', subjectId: user.id, reason },
      after: { resetId: reset.id, expiresAt: expiresAt.toISOString() },
    });
    return { token: resetToken(secret, { ...reset, user }), name: user.name, login: user.login, expiresAt };
  });
}

function refused(code: string): RuleRefusal {
  return new RuleRefusal('badInput', [{ path: 'login', code }]);
}
