import { type Actor, hasRole } from '../../accounts/actor.ts';
import type { Sql } from '../../db/sql.ts';
import type { Day } from '../../shared/days.ts';
import { unitsOfGroups } from '../../units/units-of-groups.ts';
import { organizedGroups, ownUnits } from '../programme-list.ts';
import type { Purchase } from './re-attribution-purchase.ts';

/** Which units somebody answers for, and how. */
export interface UnitScope {
  actorId: number;
  /** an operator: every unit */
  isOperator: boolean;
  /** units of the groups that the actor organizes, today, with those below them */
  organized: ReadonlySet<number>;
  /** units that the actor approves or buys for */
  answered: ReadonlySet<number>;
}

export async function unitScopeOf(db: Sql, actor: Actor, today: Day): Promise<UnitScope> {
  return {
    actorId: actor.id,
    isOperator: hasRole(actor, 'operator'),
    organized: await unitsOfGroups(db, organizedGroups(actor), today),
    answered: new Set(ownUnits(actor, ['approver', 'buyer'])),
  };
}

type Asked = Pick<Purchase, 'unitId' | 'buyerId' | 'fundingSource'>;

/**
 * Who may ask for a purchase to be moved: of an individual's its buyer alone (rule 31), of a unit's the unit's buyers and approvers, the
 * organizer of a group in which the unit stands, and operators.
 */
export function mayRequestMove(scope: UnitScope, { unitId, buyerId, fundingSource }: Asked): boolean {
  if (fundingSource === 'individual' && buyerId !== null) return buyerId === scope.actorId;
  return scope.answered.has(unitId) || organizes(scope, unitId);
}

interface Requested {
  fromUnitId: number;
  toUnitId: number;
  requestedById: number;
  fundingSource: string;
}

/** Organizers of a group of either unit, and operators. */
export function mayDecideMoves(scope: UnitScope, { fromUnitId, toUnitId }: Requested): boolean {
  return organizes(scope, fromUnitId) || organizes(scope, toUnitId);
}

/** Who asked, who decides, and of unit purchases also the buyers and approvers of both units. */
export function maySeeMove(scope: UnitScope, move: Requested): boolean {
  if (move.requestedById === scope.actorId || mayDecideMoves(scope, move)) return true;
  return move.fundingSource !== 'individual' && [move.fromUnitId, move.toUnitId].some((id) => scope.answered.has(id));
}

function organizes({ isOperator, organized }: UnitScope, unitId: number): boolean {
  return isOperator || organized.has(unitId);
}
