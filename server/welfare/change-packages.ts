import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { formatYuan } from '../shared/money.ts';
import { lockRun } from './lock-run.ts';
import { requireRunState } from './run-states.ts';

export interface NewPackage {
  name: string;
  /** how many may choose it; null: as many as want */
  capacity: number | null;
  isDefault: boolean;
  items: { productId: number; quantity: number }[];
}

/**
 * Adds a package to a draft. Refuses what costs more than the amount per head (fen, at today's price of one piece; tiers only lower it)
 * and a name that is there. The first package is the default until another is made it. Returns its id.
 */
export async function addPackage(
  db: PrismaClient,
  actor: Actor,
  runId: number,
  wanted: NewPackage,
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    requireRunState(run.state, 'draft');
    const packages = await tx.welfarePackage.findMany({ where: { runId }, select: { id: true, name: true } });
    if (packages.some(({ name }) => name === wanted.name))
      throw new RuleRefusal('packageExists', [{ path: 'name', code: 'packageExists' }]);
    const products = await tx.product.findMany({
      where: { id: { in: wanted.items.map((item) => item.productId) } },
      select: { id: true, priceFen: true },
    });
    const fen = wanted.items.reduce(
      (sum, { productId, quantity }) => sum + quantity * (products.find(({ id }) => id === productId)?.priceFen ?? 0),
      0,
    );
    if (products.length !== wanted.items.length)
      throw new RuleRefusal('badInput', [{ path: 'items', code: 'noSuchProduct' }]);
    const values = { fen: formatYuan(fen), limit: formatYuan(run.perHeadFen) };
    if (fen > run.perHeadFen)
      throw new RuleRefusal('overPerHead', [{ path: 'items', code: 'overPerHead', values }], values);
    const isDefault = wanted.isDefault || packages.length === 0;
    if (isDefault) await tx.welfarePackage.updateMany({ where: { runId }, data: { isDefault: false } });
    const { id } = await tx.welfarePackage.create({
      data: { runId, name: wanted.name, capacity: wanted.capacity, isDefault, items: { create: wanted.items } },
      select: { id: true },
    });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.package',
        subjectType: 'welfare_run',
        subjectId: runId,
        unitId: run.unitId,
      },
      after: { packageId: id, name: wanted.name, capacity: wanted.capacity, items: wanted.items },
    });
    return id;
  });
}

/** Takes a package out of a draft. */
export async function removePackage(
  db: PrismaClient,
  actor: Actor,
  runId: number,
  packageId: number,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    requireRunState(run.state, 'draft');
    const { count } = await tx.welfarePackage.deleteMany({ where: { id: packageId, runId } });
    if (count === 0) return;
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'welfare.package_remove', subjectType: 'welfare_run', subjectId: runId },
      ...{ unitId: run.unitId, before: { packageId } },
    });
  });
}
