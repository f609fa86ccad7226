import { type Actor, hasRole, suppliersActedFor, unitsApprovedFor, unitsBoughtFor } from '../accounts/actor.ts';

interface Parties {
  unitId: number;
  supplierId: number;
}

/** The units on whose statements the actor speaks for the payer. */
export function unitsPaidFor(actor: Actor): number[] {
  return [...new Set([...unitsBoughtFor(actor), ...unitsApprovedFor(actor)])];
}

export function isPayer(actor: Actor, { unitId }: Pick<Parties, 'unitId'>): boolean {
  return unitsPaidFor(actor).includes(unitId);
}

export function isPaidSupplier(actor: Actor, { supplierId }: Pick<Parties, 'supplierId'>): boolean {
  return suppliersActedFor(actor).includes(supplierId);
}

/** The payer's buyers and approvers, the supplier, and the operator. */
export function maySeeStatement(actor: Actor, statement: Parties): boolean {
  return isPayer(actor, statement) || isPaidSupplier(actor, statement) || hasRole(actor, 'operator');
}

/** Whether what the actor says of a transfer is that it came: the operator's bank, or the supplier's own. A payer only declares one. */
export function mayRecordReceived(actor: Actor, statement: Parties | null): boolean {
  return hasRole(actor, 'operator') || (statement !== null && isPaidSupplier(actor, statement));
}
