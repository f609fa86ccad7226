import type { Db } from '../../db/client.ts';
import type { SheetRow } from '../../web/read-sheet.ts';
import type { Programme } from '../programme-list.ts';
import { digestOf } from '../sheets/kept-sheet.ts';
import { readTargetSheet, type SheetContext, type SheetReading } from './read-target-sheet.ts';
import { type TargetSetting, targetKey } from './set-target.ts';
import { loadNewest, type NewestTarget } from './target-queries.ts';

export type ChangeKind = 'added' | 'changed' | 'withdrawn';

/** What a line of a sheet would change. */
export interface SheetChange {
  kind: ChangeKind;
  setting: TargetSetting;
  /** fen or grams; null: there is no target */
  before: number | null;
}

export interface SheetPreview extends SheetReading {
  changes: SheetChange[];
  /** how many targets the sheet leaves as they are */
  unchanged: number;
  /** targets that the sheet does not name; they stay */
  left: NewestTarget[];
  /** what was shown, so that nothing else is applied */
  digest: string;
}

/** What a sheet would do to the targets as they are now. */
export async function previewSheet(
  db: Db,
  { id }: Pick<Programme, 'id'>,
  rows: readonly SheetRow[],
  context: SheetContext,
): Promise<SheetPreview> {
  const reading = readTargetSheet(rows, context);
  const newest = await loadNewest(db, id);
  const held = new Map(newest.map((target) => [targetKey(target), target]));
  const changes = reading.settings.flatMap((setting): SheetChange[] => {
    const target = held.get(targetKey(setting));
    const before = target?.value ?? 0;
    if (setting.value === before) return [];
    const kind = setting.value === 0 ? 'withdrawn' : before === 0 ? 'added' : 'changed';
    return [{ kind, setting: { ...setting, seenVersion: target?.version ?? 0 }, before: target?.value ?? null }];
  });
  const named = new Set(reading.settings.map(targetKey));
  return {
    ...reading,
    changes,
    unchanged: reading.settings.length - changes.length,
    left: newest.filter((target) => target.value > 0 && !named.has(targetKey(target))),
    digest: digestOf(shownOf(changes)),
  };
}

function shownOf(changes: readonly SheetChange[]) {
  return changes.map(({ setting }) => [targetKey(setting), setting.seenVersion, setting.value]).sort();
}
