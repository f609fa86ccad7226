import { type Actor, hasRole, unitsApprovedFor, unitsBoughtFor } from '../accounts/actor.ts';

/** Operators look after every zone; a unit's own is its buyers' and approvers' to fill. */
export function mayFillZone(actor: Actor, zone: { kind: string; unitId: number | null }): boolean {
  if (hasRole(actor, 'operator')) return true;
  if (zone.kind !== 'unit_zone' || zone.unitId === null) return false;
  return [...unitsBoughtFor(actor), ...unitsApprovedFor(actor)].includes(zone.unitId);
}
