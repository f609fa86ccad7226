import type { Role } from '../../db/generated/enums.ts';
import { type Actor, hasRole, suppliersActedFor, unitsApprovedFor } from '../actor.ts';

/** What a right is one over; `null`: the whole market. */
export type ScopeKind = 'unit' | 'group' | 'supplier' | 'place';

export const ROLES = [
  'employee',
  'buyer',
  'approver',
  'organizer',
  'supplier',
  'work_team',
  'certifier',
  'operator',
] as const satisfies readonly Role[];

export const SCOPE_OF: Record<Role, ScopeKind | null> = {
  ...{ employee: 'unit', buyer: 'unit', approver: 'unit', organizer: 'group', supplier: 'supplier' },
  ...{ work_team: 'place', certifier: 'place', operator: null },
};

/** A certifier without a place certifies in the whole market; every other right has its scope, or none. */
export function mayLackScope(role: Role): boolean {
  return role === 'certifier' || SCOPE_OF[role] === null;
}

/** What a right is and of what, as far as decides who may give and end it. */
export interface RightPlace {
  role: Role;
  unitId: number | null;
  supplierId: number | null;
}

/**
 * Who may give and end a right: operators any, whoever approves for a unit its buyers and approvers, a supplier's people those who act
 * for it.
 */
export function mayDecideRight(actor: Actor, { role, unitId, supplierId }: RightPlace): boolean {
  if (hasRole(actor, 'operator')) return true;
  if (role === 'buyer' || role === 'approver') return unitId !== null && unitsApprovedFor(actor).includes(unitId);
  return role === 'supplier' && supplierId !== null && suppliersActedFor(actor).includes(supplierId);
}
