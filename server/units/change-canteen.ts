import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import type { CanteenKind } from '../db/generated/enums.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayOf } from '../shared/days.ts';
import { type Fault, RuleRefusal } from '../shared/errors.ts';
import { lockUnits, mustBeActive } from './lock-unit.ts';
import { mustAdminister } from './unit-policy.ts';

export interface ChangeCanteen {
  unitId: number;
  canteen: CanteenKind;
  /** whose canteen it eats in, when shared */
  canteenUnitId: number | null;
  /** who runs it in the unit's name, when outsourced */
  contractor: string | null;
  employees: number;
  reason: string;
  at: Date;
}

/**
 * Says how a unit's people eat and how many they are: an own canteen, none, another unit's, or one that a contractor runs, who buys in the
 * unit's name (rule 9). Refuses whoever does not administer the unit with 404, an ended one with 409, by field what does not fit together.
 */
export async function changeCanteen(db: PrismaClient, actor: Actor, change: ChangeCanteen): Promise<void> {
  const { unitId, canteen, employees, reason, at } = change;
  await inTransaction(db, async (tx) => {
    await mustAdminister(tx, actor, [unitId], dayOf(at));
    const unit = (await lockUnits(tx, [unitId]))(unitId);
    mustBeActive(unit);
    const faults = await faultsOfCanteen(tx, change);
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    const after = {
      canteen,
      canteenUnitId: canteen === 'shared' ? change.canteenUnitId : null,
      contractor: canteen === 'outsourced' ? change.contractor : null,
      employees,
    };
    await tx.unit.update({ where: { id: unitId }, data: after, select: { id: true } });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'unit.change_canteen',
        subjectType: 'unit',
        subjectId: unitId,
        unitId,
        reason,
      },
      before: {
        ...{ canteen: unit.canteen, canteenUnitId: unit.canteenUnitId },
        ...{ contractor: unit.contractor, employees: unit.employees },
      },
      after,
    });
  });
}

export async function faultsOfCanteen(tx: Tx, change: ChangeCanteen): Promise<Fault[]> {
  const { unitId, canteen, canteenUnitId, contractor } = change;
  if (canteen === 'outsourced' && !contractor) return [{ path: 'contractor', code: 'contractorNeeded' }];
  if (canteen !== 'shared') {
    const guests = canteen === 'none' ? await tx.unit.count({ where: { canteenUnitId: unitId, state: 'active' } }) : 0;
    return guests > 0 ? [{ path: 'canteen', code: 'othersEatHere', values: { count: guests } }] : [];
  }
  const host = canteenUnitId === null ? null : await tx.unit.findUnique({ where: { id: canteenUnitId } });
  const cooks = host?.state === 'active' && (host.canteen === 'own' || host.canteen === 'outsourced');
  if (!host || host.id === unitId || !cooks) return [{ path: 'canteenUnit', code: 'hasNoCanteen' }];
  const guests = await tx.unit.count({ where: { canteenUnitId: unitId, state: 'active' } });
  return guests > 0 ? [{ path: 'canteen', code: 'othersEatHere', values: { count: guests } }] : [];
}
