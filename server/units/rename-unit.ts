import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayOf } from '../shared/days.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { lockUnits, mustBeActive } from './lock-unit.ts';
import { mustAdminister } from './unit-policy.ts';

export interface RenameUnit {
  unitId: number;
  name: string;
  nameEn: string;
  reason: string;
  at: Date;
}

/**
 * Gives a unit another name; the old one stays as an alias, by which it is still found. Refuses whoever does not administer it with 404,
 * an ended unit with 409, by field a name that it has already or that another unit has.
 */
export async function renameUnit(db: PrismaClient, actor: Actor, { unitId, name, nameEn, reason, at }: RenameUnit) {
  await inTransaction(db, async (tx) => {
    await mustAdminister(tx, actor, [unitId], dayOf(at));
    const unit = (await lockUnits(tx, [unitId]))(unitId);
    mustBeActive(unit);
    if (unit.name === name && unit.nameEn === nameEn)
      throw new RuleRefusal('badInput', [{ path: 'name', code: 'sameName' }]);
    const other = await tx.unit.findFirst({ where: { name, id: { not: unitId } }, select: { id: true } });
    if (other) throw new RuleRefusal('badInput', [{ path: 'name', code: 'nameTaken' }]);
    const old = [unit.name, unit.nameEn].filter((one, index) => one && one !== (index === 0 ? name : nameEn));
    await tx.unitAlias.createMany({
      data: old.map((alias) => ({ unitId, alias: alias.slice(0, 128) })),
      skipDuplicates: true,
    });
    await tx.unit.update({ where: { id: unitId }, data: { name, nameEn }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'unit.rename', subjectType: 'unit', subjectId: unitId, unitId, reason },
      before: { name: unit.name, nameEn: unit.nameEn },
      after: { name, nameEn },
    });
  });
}
