import { pathTo } from '../../paths.ts';
import { instantText } from '../../web/handlebars.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import type { Programme } from '../programme-list.ts';
import type { SheetContext } from './read-target-sheet.ts';
import type { TargetSetting } from './set-target.ts';
import { scopeLabel } from './target-scope.ts';
import type { ChangeKind, SheetPreview } from './target-sheet.ts';
import type { StoredSheet } from './target-sheet-store.ts';

const KINDS: readonly ChangeKind[] = ['added', 'changed', 'withdrawn'];
const MOST_SHOWN = 500;

/** What views/quotas/targets/preview.hbs shows of an uploaded sheet: every fault by its cell, else what it would change. */
export function presentPreview(
  reader: Reader,
  programme: Programme,
  sheet: StoredSheet,
  preview: SheetPreview,
  { units, trees }: SheetContext,
) {
  const { t } = reader;
  const names = new Map(units.map((unit) => [unit.id, nameOf(reader, unit)]));
  const of = { programmeCode: programme.code, id: sheet.id };
  const told = (target: Omit<TargetSetting, 'value'>) => ({
    unitName: names.get(target.unitId) ?? '',
    label: scopeLabel(reader, trees, target),
    isWeight: target.measure === 'grams',
  });
  return {
    sheet: { ...sheet, rows: undefined, uploadedAt: instantText(sheet.uploadedAt) },
    faults: preview.faults.map(({ path, code, values, content }) => ({
      cell: path,
      content,
      text: t(`faults:${code}`, values),
    })),
    otherNames: preview.otherNames.map((one) => ({ ...one, cell: one.path, unitName: names.get(one.unitId) })),
    counts: KINDS.map((kind) => ({
      kind,
      label: t(`targets:preview.kind.${kind}`),
      count: preview.changes.filter((change) => change.kind === kind).length,
    })),
    unchanged: preview.unchanged,
    left: preview.left.length,
    changes: preview.changes.slice(0, MOST_SHOWN).map(({ kind, setting, before }) => ({
      ...told(setting),
      cell: setting.path,
      kind,
      kindLabel: t(`targets:preview.kind.${kind}`),
      before: before || null,
      value: setting.value,
      difference: setting.value - (before ?? 0),
    })),
    more: Math.max(0, preview.changes.length - MOST_SHOWN),
    overall: overallOf(preview),
    digest: preview.digest,
    mayApply: preview.faults.length === 0 && preview.changes.length > 0 && sheet.appliedAt === null,
    isApplied: sheet.appliedAt !== null,
    hrefs: {
      apply: pathTo('targetSheetApplication', of),
      again: pathTo('targetSheets', of),
      targets: pathTo('targets', { programme: programme.code }),
    },
  };
}

/** By how much the sum of the overall amounts changes, fen. */
function overallOf({ changes }: SheetPreview): number {
  return changes
    .filter(
      ({ setting }) => setting.measure === 'fen' && !setting.categoryId && !setting.placeId && !setting.fundingSource,
    )
    .reduce((sum, { setting, before }) => sum + setting.value - (before ?? 0), 0);
}
