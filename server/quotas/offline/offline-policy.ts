import { type Actor, hasRole, unitsApprovedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../shared/days.ts';
import { type NamedUnit, unitsBelow } from '../../units/units-below.ts';
import { organizedGroups } from '../programme-list.ts';

/** Which units' purchases from elsewhere are whose: as buyer or approver the own unit's, as organizer those of the group and below. */
export interface Reach {
  /** for whom the actor may declare */
  units: NamedUnit[];
  own: ReadonlySet<number>;
  organized: ReadonlySet<number>;
  seesAll: boolean;
}

export async function reachOf(db: Db, actor: Actor, today: Day): Promise<Reach> {
  const ownIds = [...new Set([...unitsBoughtFor(actor), ...unitsApprovedFor(actor)])];
  const [organized, own] = await Promise.all([
    unitsBelow(db, { groupIds: organizedGroups(actor) }, today),
    db.unit.findMany({
      where: { id: { in: ownIds } },
      select: { id: true, code: true, name: true, nameEn: true },
      orderBy: { id: 'asc' },
    }),
  ]);
  const units = [...own, ...organized.filter((unit) => !ownIds.includes(unit.id))];
  return {
    units,
    own: new Set(ownIds),
    organized: new Set(organized.map(({ id }) => id)),
    seesAll: hasRole(actor, 'operator'),
  };
}

interface Declared {
  unitId: number;
  declaredById: number;
  state: string;
}

export function maySee(reach: Reach, purchase: { unitId: number }): boolean {
  return reach.seesAll || reach.own.has(purchase.unitId) || reach.organized.has(purchase.unitId);
}

/** Whether the actor answers for the declaration: corrects it, adds evidence, withdraws it. */
export function mayCorrect(reach: Reach, actor: Actor, purchase: Declared): boolean {
  return reach.own.has(purchase.unitId) || (reach.organized.has(purchase.unitId) && purchase.declaredById === actor.id);
}

/** Verifying is the organizer's of the unit's group, and never of who declared it (rule 14). */
export function mayVerify(reach: Reach, actor: Actor, purchase: Declared): boolean {
  return reach.organized.has(purchase.unitId) && purchase.declaredById !== actor.id;
}
