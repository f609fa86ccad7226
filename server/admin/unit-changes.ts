import { z } from 'zod';
import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { endUnit } from '../quotas/moves/end-unit.ts';
import { parseDay } from '../shared/days.ts';
import { BadInput } from '../shared/errors.ts';
import { changeCanteen } from '../units/change-canteen.ts';
import { changeMembership } from '../units/group-membership.ts';
import { moveUnit } from '../units/move-unit.ts';
import { renameUnit } from '../units/rename-unit.ts';

export const UNIT_CHANGES = ['name', 'parent', 'joining', 'leaving', 'canteen', 'merger', 'dissolution'] as const;
export type UnitChange = (typeof UNIT_CHANGES)[number];

const code = z.string().trim().min(1, 'required').max(64);
const reason = z.string().trim().min(1, 'required').max(500);
const since = z
  .string()
  .min(1, 'required')
  .refine((text) => parseDay(text) !== null, 'malformed');
const optional = (length: number) => z.string().trim().max(length).default('');

/** The form of each change; codes of units and groups as they were chosen. */
export const changeForms = {
  name: z.object({ name: z.string().trim().min(1, 'required').max(128), nameEn: optional(191), reason }),
  parent: z.object({ parent: optional(64), since, reason }),
  joining: z.object({ group: code, since, reason }),
  leaving: z.object({ group: code, since, reason }),
  canteen: z.object({
    canteen: z.enum(['own', 'none', 'shared', 'outsourced']),
    canteenUnit: optional(64),
    contractor: optional(128),
    employees: z.string().regex(/^\d{1,6}$/, 'notAQuantity'),
    reason,
  }),
  merger: z.object({ successor: code, way: z.enum(['carry', 'split']), reason }),
  dissolution: z.object({ reason }),
} as const;

/** The fields of a change's form, for faults to stand by. */
export function fieldsOf(change: UnitChange): string[] {
  return Object.keys(changeForms[change].shape);
}

export type ReadChange = { [C in UnitChange]: { change: C; wish: z.output<(typeof changeForms)[C]> } }[UnitChange];

/** Carries out a change of a unit. Refuses as the use case behind it. */
export async function makeChange(
  db: PrismaClient,
  actor: Actor,
  unitId: number,
  { change, wish }: ReadChange,
  at: Date,
): Promise<void> {
  const { reason: why } = wish;
  const common = { unitId, reason: why, at };
  if (change === 'name') return renameUnit(db, actor, { ...common, name: wish.name, nameEn: wish.nameEn || wish.name });
  if (change === 'parent') {
    const parentId = wish.parent === '' ? null : await unitIdOf(db, 'parent', wish.parent);
    return moveUnit(db, actor, { ...common, parentId, since: wish.since });
  }
  if (change === 'joining' || change === 'leaving') {
    const group = await db.unitGroup.findUnique({ where: { code: wish.group }, select: { id: true } });
    if (!group) throw new BadInput([{ path: 'group', code: 'notAChoice' }]);
    const kind = change === 'joining' ? 'join' : 'leave';
    return changeMembership(db, actor, { ...common, groupId: group.id, change: kind, since: wish.since });
  }
  if (change === 'canteen') {
    const { canteen, contractor, employees } = wish;
    const canteenUnitId = canteen === 'shared' ? await unitIdOf(db, 'canteenUnit', wish.canteenUnit) : null;
    const told = { canteen, canteenUnitId, contractor: contractor || null, employees: Number(employees) };
    return changeCanteen(db, actor, { ...common, ...told });
  }
  if (change === 'merger') {
    const successorId = await unitIdOf(db, 'successor', wish.successor);
    return endUnit(db, actor, { ...common, successorId, way: wish.way });
  }
  return endUnit(db, actor, { ...common, successorId: null, way: 'dissolve' });
}

export async function unitIdOf(db: PrismaClient, path: string, unitCode: string): Promise<number> {
  const unit = await db.unit.findUnique({ where: { code: unitCode }, select: { id: true } });
  if (!unit) throw new BadInput([{ path, code: 'notAChoice' }]);
  return unit.id;
}
