import type { Request } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { countToCarry } from '../quotas/moves/carry-merged.ts';
import { faultsOfEnding } from '../quotas/moves/end-unit.ts';
import { planEnding } from '../quotas/moves/merger-plan.ts';
import { dayOf } from '../shared/days.ts';
import { BadInput, type Fault } from '../shared/errors.ts';
import { faultsOfCanteen } from '../units/change-canteen.ts';
import { faultsOfMembership } from '../units/group-membership.ts';
import { faultsOfMove } from '../units/move-unit.ts';
import type { UnitFile } from '../units/unit-register.ts';
import { type ReadChange, unitIdOf } from './unit-changes.ts';

type Reader = Pick<Request, 't' | 'locale'>;

export interface Preview {
  /** sentences: what will change */
  sentences: string[];
  /** on merging and dissolving: what becomes of the targets */
  fates: Awaited<ReturnType<typeof planEnding>>;
}

/** What a change will do, in sentences and figures, before it is confirmed. Throws BadInput with what speaks against it. */
export async function previewOf(
  reader: Reader,
  db: PrismaClient,
  unit: UnitFile,
  { change, wish }: ReadChange,
  at: Date,
): Promise<Preview> {
  const { t } = reader;
  const unitId = unit.id;
  const told = (key: string, values: Record<string, unknown> = {}) => ({
    sentences: [t(`units:preview.${key}`, { unit: nameIn(reader, unit), ...values }), t('units:preview.audited')],
    fates: [],
  });
  const nameOfUnit = async (id: number) =>
    nameIn(reader, await db.unit.findUniqueOrThrow({ where: { id }, select: { name: true, nameEn: true } }));
  if (change === 'name') return told('name', { name: wish.name });
  if (change === 'parent') {
    const parentId = wish.parent === '' ? null : await unitIdOf(db, 'parent', wish.parent);
    refuse(await faultsOfMove(db, { unitId, parentId, since: wish.since, reason: '', at }));
    if (parentId === null) return told('alone', { since: wish.since });
    return told('parent', { parent: await nameOfUnit(parentId), since: wish.since });
  }
  if (change === 'joining' || change === 'leaving') {
    const group = await db.unitGroup.findUnique({ where: { code: wish.group } });
    if (!group) throw new BadInput([{ path: 'group', code: 'notAChoice' }]);
    const kind = change === 'joining' ? ('join' as const) : ('leave' as const);
    const asked = { unitId, groupId: group.id, change: kind, since: wish.since, reason: '', at };
    refuse(await faultsOfMembership(db, asked));
    return told(change, { group: nameIn(reader, group), since: wish.since });
  }
  if (change === 'canteen') {
    const { canteen, contractor, employees } = wish;
    const canteenUnitId = canteen === 'shared' ? await unitIdOf(db, 'canteenUnit', wish.canteenUnit) : null;
    const asked = { unitId, canteen, canteenUnitId, contractor: contractor || null, employees: Number(employees) };
    refuse(await faultsOfCanteen(db, { ...asked, reason: '', at }));
    const host = canteenUnitId === null ? '' : await nameOfUnit(canteenUnitId);
    return told(`canteen_${canteen}`, { host, contractor, employees });
  }
  const way = change === 'merger' ? wish.way : ('dissolve' as const);
  const successorId = change === 'merger' ? await unitIdOf(db, 'successor', wish.successor) : null;
  refuse(await faultsOfEnding(db, { unitId, way, successorId, reason: '', at }));
  const today = dayOf(at);
  const successor = successorId === null ? '' : await nameOfUnit(successorId);
  const purchases = way === 'carry' ? await countToCarry(db, unitId, today) : 0;
  return {
    sentences: [
      t(`units:preview.${way}`, { unit: nameIn(reader, unit), successor, purchases }),
      t('units:preview.ends', { today }),
      ...(successorId === null ? [] : [t('units:preview.rights', { successor })]),
      t('units:preview.audited'),
    ],
    fates: await planEnding(db, unitId, successorId, way, today),
  };
}

function refuse(faults: Fault[]): void {
  if (faults.length > 0) throw new BadInput(faults);
}

export function nameIn({ locale }: Pick<Reader, 'locale'>, { name, nameEn }: { name: string; nameEn: string }): string {
  return (locale === 'en' && nameEn) || name;
}
