import {
  type Actor,
  hasRole,
  suppliersActedFor,
  suppliersServedBy,
  unitsApprovedFor,
  unitsBoughtFor,
} from '../accounts/actor.ts';

interface OrderOwner {
  buyerId: number;
  unitId: number | null;
  fundingSource: string;
  /** the approvals that it needs, by the unit that gives them */
  approvals?: readonly { unitId: number }[];
}

const isUnitPurchase = (order: OrderOwner) => order.fundingSource !== 'individual';

/** The buyer; for a unit purchase also the unit's other buyers. An employee's own order is nobody else's (rule 31). */
export function mayBuyerSee(actor: Actor, order: OrderOwner): boolean {
  if (order.buyerId === actor.id) return true;
  return isUnitPurchase(order) && order.unitId !== null && unitsBoughtFor(actor).includes(order.unitId);
}

/** An approver of the unit, for unit purchases. */
export function isApproverOf(actor: Actor, order: OrderOwner): boolean {
  return isUnitPurchase(order) && order.unitId !== null && unitsApprovedFor(actor).includes(order.unitId);
}

/** An approver of the unit or of one above that the purchase needs the approval of; who decides when is in approval/approval-policy.ts. */
export function approvesAnyLevel(actor: Actor, order: OrderOwner): boolean {
  const units = unitsApprovedFor(actor);
  return isApproverOf(actor, order) || (order.approvals ?? []).some(({ unitId }) => units.includes(unitId));
}

export function maySee(actor: Actor, order: OrderOwner): boolean {
  return mayBuyerSee(actor, order) || approvesAnyLevel(actor, order) || hasRole(actor, 'operator');
}

/** Who confirms and ships: the supplier's own people, or the work team of its village on its behalf (rule 34). */
export function mayLookAfter(actor: Actor, fulfilment: { supplierId: number }): boolean {
  return suppliersServedBy(actor).includes(fulfilment.supplierId);
}

/** The supplier's own people: what is theirs alone to say, as invoices are. */
export function mayFulfil(actor: Actor, fulfilment: { supplierId: number }): boolean {
  return suppliersActedFor(actor).includes(fulfilment.supplierId);
}

/** Its supplier's side, or the operator where the rest of a parcel is waited for in vain. */
export function mayDropRest(actor: Actor, fulfilment: { supplierId: number }): boolean {
  return mayLookAfter(actor, fulfilment) || hasRole(actor, 'operator');
}

/** Whoever looks after the parcel's supplier, or the operator where it does not act. */
export function mayDecideRefund(actor: Actor, fulfilment: { supplierId: number }): boolean {
  return mayLookAfter(actor, fulfilment) || hasRole(actor, 'operator');
}
