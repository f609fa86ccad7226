import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import type { Day } from '../../shared/days.ts';
import { BadInput, type Fault, NotAllowed } from '../../shared/errors.ts';
import type { Programme } from '../programme-list.ts';
import { setTargets, type TargetSetting, targetKey, type WrittenVersion } from './set-target.ts';
import { maySetTargets } from './target-policy.ts';
import { unitsOf } from './target-queries.ts';

export interface ChangeTargets {
  programme: Programme;
  settings: readonly TargetSetting[];
  reason: string;
  today: Day;
  at: Date;
}

/**
 * The organizer's targets as new versions, all or none (rule 9). Refuses lookers with 403; targets named twice and units that do not
 * take part with a fault at their path each; then as setTargets.
 */
export async function changeTargets(db: PrismaClient, actor: Actor, change: ChangeTargets): Promise<WrittenVersion[]> {
  const { programme, settings, reason, today, at } = change;
  if (!maySetTargets(actor, programme)) throw new NotAllowed();
  const taking = new Set((await unitsOf(db, programme, today)).map(({ id }) => id));
  const faults = [...repeated(settings), ...outside(settings, taking)];
  if (faults.length > 0) throw new BadInput(faults);
  const deed = { programmeId: programme.id, reason, byId: actor.id, at };
  return inTransaction(db, (tx) => setTargets(tx, deed, settings));
}

function repeated(settings: readonly TargetSetting[]): Fault[] {
  const seen = new Set<string>();
  return settings.flatMap((setting) => {
    const key = targetKey(setting);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ path: setting.path ?? '', code: 'repeatedTarget' }];
  });
}

function outside(settings: readonly TargetSetting[], taking: ReadonlySet<number>): Fault[] {
  return settings
    .filter(({ unitId }) => !taking.has(unitId))
    .map(({ path }) => ({ path: path ?? '', code: 'unitOutsideProgramme' }));
}
