import { audit } from '../../db/audit.ts';
import type { Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { FundingSource, Measure, ProgrammeState } from '../../db/generated/enums.ts';
import { type Fault, NotFound, Refusal, StateConflict } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import { formatKilograms } from '../../shared/weight.ts';

/** What a target is for: goods of a category, of an origin, money of a source, or (all null) everything. */
export interface TargetScope {
  categoryId: number | null;
  placeId: number | null;
  fundingSource: FundingSource | null;
}

export interface TargetSetting extends TargetScope {
  unitId: number;
  measure: Measure;
  /** fen or grams; 0 withdraws the target */
  value: number;
  /** why; when missing, the deed's reason */
  reason?: string;
  /** the version that whoever changes it has seen, 0 for none; undefined: whatever it is */
  seenVersion?: number;
  /** where faults of this change belong */
  path?: string;
}

export interface TargetDeed {
  programmeId: number;
  reason: string;
  byId: number | null;
  at: Date;
  /** the accepted declaration that the change comes from; then an equal value is written too */
  declarationId?: number;
}

export interface WrittenVersion {
  targetId: number;
  version: number;
  value: number;
  /** null: there was no target */
  before: number | null;
}

interface Held {
  id: number;
  unitId: number;
  scopeKey: string;
  measure: Measure;
  version: number | null;
  value: number | bigint | null;
  at: Date | null;
}

/** The key of a scope: "all", or its parts as "category:3|place:9|funding:individual". */
export function scopeKeyOf({ categoryId, placeId, fundingSource }: TargetScope): string {
  const parts = [
    categoryId !== null && `category:${categoryId}`,
    placeId !== null && `place:${placeId}`,
    fundingSource !== null && `funding:${fundingSource}`,
  ];
  return parts.filter((part) => part !== false).join('|') || 'all';
}

export function targetKey(change: TargetScope & { unitId: number; measure: Measure }): string {
  return `${change.unitId} ${scopeKeyOf(change)} ${change.measure}`;
}

/**
 * Writes a target's new version with its reason and audit line: the one way in which targets come about and change (rules 9, 32). A
 * value that the target has already writes nothing. Null then. Refuses as setTargets.
 */
export async function setTarget(tx: Tx, deed: TargetDeed, change: TargetSetting): Promise<WrittenVersion | null> {
  const [written] = await setTargets(tx, deed, [change]);
  return written ?? null;
}

/**
 * Writes new versions of many targets, all or none, and returns those that were written: a value that a target has already, or 0 for
 * one that never was, writes nothing. Locks the targets in the order of their keys, so that versions are numbered without a gap.
 * Refuses a closed programme with 409 `programmeClosed` and targets that are no longer at the version seen with 409 `targetsMoved`
 * and a fault for each. The caller has checked who may, that no target is named twice, and that the units take part.
 */
export async function setTargets(
  tx: Tx,
  deed: TargetDeed,
  changes: readonly TargetSetting[],
): Promise<WrittenVersion[]> {
  if (changes.length === 0) return [];
  await refuseClosed(tx, deed.programmeId);
  const held = await holdTargets(tx, deed.programmeId, changes);
  const pairs = changes.flatMap((change) => {
    const target = held.get(targetKey(change));
    return target ? [{ change, target }] : [];
  });
  refuseMoved(pairs);
  const due = pairs.filter(
    ({ change, target }) => deed.declarationId !== undefined || change.value !== Number(target.value ?? 0),
  );
  if (due.length === 0) return [];
  await writeVersions(tx, deed, due);
  return due.map(({ change, target }) => ({
    targetId: target.id,
    version: (target.version ?? 0) + 1,
    value: change.value,
    before: target.value === null ? null : Number(target.value),
  }));
}

interface Pair {
  change: TargetSetting;
  target: Held;
}

/** Closing waits for us and we for it, so that no version comes after the closing. */
async function refuseClosed(tx: Tx, programmeId: number): Promise<void> {
  const [programme] = await tx.$queryRaw<{ state: ProgrammeState }[]>`
    SELECT state FROM programme WHERE id = ${programmeId} LOCK IN SHARE MODE`;
  if (!programme) throw new NotFound();
  if (programme.state === 'closed') throw new StateConflict('programmeClosed');
}

/** The targets' rows, made where there were none, locked, each with its newest version. */
async function holdTargets(
  tx: Tx,
  programmeId: number,
  changes: readonly TargetSetting[],
): Promise<ReadonlyMap<string, Held>> {
  const sorted = [...changes].sort((a, b) => a.unitId - b.unitId || (targetKey(a) < targetKey(b) ? -1 : 1));
  const rows = sorted.map(
    (
      one,
    ) => Prisma.sql`(${programmeId}, ${one.unitId}, ${scopeKeyOf(one)}, ${one.measure}, ${one.categoryId}, ${one.placeId},
      ${one.fundingSource})`,
  );
  // Not INSERT IGNORE, which only shares its lock on a row that is there.
  await tx.$executeRaw`
    INSERT INTO target (programmeId, unitId, scopeKey, measure, categoryId, placeId, fundingSource) VALUES ${Prisma.join(rows)}
    ON DUPLICATE KEY UPDATE programmeId = VALUES(programmeId)`;
  const units = [...new Set(sorted.map(({ unitId }) => unitId))];
  const found = await tx.$queryRaw<Held[]>`
    SELECT t.id, t.unitId, t.scopeKey, t.measure, v.version, v.value, v.at
    FROM target t LEFT JOIN target_version v
      ON v.targetId = t.id AND v.version = (SELECT MAX(n.version) FROM target_version n WHERE n.targetId = t.id)
    WHERE t.programmeId = ${programmeId} AND t.unitId IN (${Prisma.join(units)})`;
  return new Map(found.map((row) => [`${row.unitId} ${row.scopeKey} ${row.measure}`, row]));
}

function refuseMoved(pairs: readonly Pair[]): void {
  const faults = pairs.flatMap(({ change, target }): Fault[] => {
    const version = target.version ?? 0;
    if (change.seenVersion === undefined || change.seenVersion === version) return [];
    const now = Number(target.value ?? 0);
    return [
      change.measure === 'fen'
        ? { path: change.path ?? '', code: 'targetMovedYuan', values: { version, yuan: formatYuan(now) } }
        : {
            path: change.path ?? '',
            code: 'targetMovedKilograms',
            values: { version, kilograms: formatKilograms(now) },
          },
    ];
  });
  if (faults.length > 0) throw new Refusal(409, 'targetsMoved', {}, faults);
}

/** A version is never dated before the one that it follows, whichever clock wrote that. */
async function writeVersions(tx: Tx, deed: TargetDeed, due: readonly Pair[]): Promise<void> {
  await tx.targetVersion.createMany({
    data: due.map(({ change, target }) => ({
      targetId: target.id,
      version: (target.version ?? 0) + 1,
      value: change.value,
      reason: change.reason ?? deed.reason,
      declarationId: deed.declarationId,
      byId: deed.byId,
      at: target.at !== null && target.at > deed.at ? target.at : deed.at,
    })),
  });
  await audit(
    tx,
    ...due.map(({ change, target }) => ({
      at: deed.at,
      actorId: deed.byId,
      action: 'target.set',
      subjectType: 'target',
      subjectId: target.id,
      unitId: change.unitId,
      ...(target.version === null ? {} : { before: { version: target.version, value: Number(target.value) } }),
      after: { version: (target.version ?? 0) + 1, value: change.value, measure: change.measure },
      reason: change.reason ?? deed.reason,
    })),
  );
}
