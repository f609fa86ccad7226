import { type Actor, mayBuy, unitsApprovedFor, unitsBoughtFor } from '../accounts/actor.ts';
import type { Tx } from '../db/client.ts';
import type { WelfareRun } from '../db/generated/client.ts';
import { NotFound } from '../shared/errors.ts';

/** The units whose runs the actor may see: bought for or approved for (rule 29). */
export function unitsWithRuns(actor: Actor): number[] {
  return [...new Set([...unitsBoughtFor(actor), ...unitsApprovedFor(actor)])];
}

/** Whether the actor may change a unit's runs: who buys for it of union funds. */
export const mayRun = (actor: Actor, unitId: number) => mayBuy(actor, unitId, 'union_funds');

/**
 * Locks a run for a change of it or its roster; every command on a run begins with it. Refuses with 404 whoever does not buy for its unit.
 */
export async function lockRun(tx: Tx, actor: Actor, runId: number): Promise<WelfareRun> {
  await tx.$queryRaw`SELECT id FROM welfare_run WHERE id = ${runId} FOR UPDATE`;
  const run = await tx.welfareRun.findUnique({ where: { id: runId } });
  if (!run || !mayRun(actor, run.unitId)) throw new NotFound();
  return run;
}
