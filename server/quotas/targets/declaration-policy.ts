import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Day } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import { chainOf } from '../board/roll-up.ts';
import { listProgrammes, ownUnits, type Programme } from '../programme-list.ts';
import { seesWhole } from '../quota-policy.ts';
import { type Declaration, loadDeclarations } from './declaration-queries.ts';
import { maySetTargets } from './target-policy.ts';
import { unitsOf } from './target-queries.ts';

/** Whether the actor declares for the unit: its approver or buyer (rule 9). */
export function mayDeclare(actor: Actor, unitId: number): boolean {
  return ownUnits(actor, ['approver', 'buyer']).includes(unitId);
}

/** Whether the actor reviews the unit's declarations: whoever sets the targets, and the approvers of the units above it. */
export function mayReview(
  actor: Actor,
  programme: Programme,
  unit: ListedUnit,
  byId: ReadonlyMap<number, ListedUnit>,
): boolean {
  if (maySetTargets(actor, programme)) return true;
  const mine = ownUnits(actor, ['approver']);
  return chainOf(unit, byId).some((id) => id !== unit.id && mine.includes(id));
}

export interface UnitInProgramme {
  programme: Programme;
  unit: ListedUnit;
  units: ListedUnit[];
  byId: ReadonlyMap<number, ListedUnit>;
}

/** A unit of a programme for its own people and its reviewers. Refuses everybody else, and unknown ones, with 404. */
export async function unitForDeclaring(
  db: PrismaClient,
  actor: Actor,
  today: Day,
  isIt: { programme: (one: Programme) => boolean; unit: (one: ListedUnit) => boolean },
): Promise<UnitInProgramme> {
  const programme = (await listProgrammes(db, actor, today)).find(isIt.programme);
  if (!programme) throw new NotFound();
  const units = await unitsOf(db, programme, today);
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const unit = units.find(isIt.unit);
  const mayLook =
    unit && (mayDeclare(actor, unit.id) || mayReview(actor, programme, unit, byId) || seesWhole(actor, programme));
  if (!unit || !mayLook) throw new NotFound();
  return { programme, unit, units, byId };
}

/** A declaration with its unit, for whoever may see it; 404 for all others. */
export async function findDeclaration(
  db: PrismaClient,
  actor: Actor,
  today: Day,
  id: number,
): Promise<UnitInProgramme & { declaration: Declaration }> {
  const [declaration] = await loadDeclarations(db, { ids: [id] });
  if (!declaration) throw new NotFound();
  const found = await unitForDeclaring(db, actor, today, {
    programme: (one) => one.id === declaration.programmeId,
    unit: (one) => one.id === declaration.unitId,
  });
  return { ...found, declaration };
}
