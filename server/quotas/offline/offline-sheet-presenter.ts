import type { DeclaredState } from '../../db/generated/enums.ts';
import { pathTo } from '../../paths.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import { instantText } from '../../web/handlebars.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import { STATE_TONES, totalOf } from './offline-presenter.ts';
import type { WholePurchase } from './offline-queries.ts';
import { type OfflineSheetPreview, type SheetWarning, sumOf } from './offline-sheet.ts';
import type { OfflineSheet } from './offline-sheet-store.ts';
import type { OfflineSheetContext, SheetDeclaration } from './read-offline-sheet.ts';

const MOST_SHOWN = 200;

/** What views/quotas/purchases/offline-sheet.hbs shows before it is applied: faults by cell, warnings, what would be declared. */
export function presentSheetPreview(
  reader: Reader,
  sheet: OfflineSheet,
  preview: OfflineSheetPreview,
  context: OfflineSheetContext,
) {
  const { t } = reader;
  const { declarations, faults, warnings } = preview;
  const grams = declarations.reduce((sum, { lines }) => sum + lines.reduce((total, line) => total + line.grams, 0), 0);
  return {
    sheet: { fileName: sheet.fileName, uploadedAt: instantText(sheet.uploadedAt) },
    counts: {
      declarations: declarations.length,
      rows: t('offlineSheet:preview.declarationsUnder', { count: preview.rows }),
      fen: declarations.reduce((sum, declaration) => sum + sumOf(declaration), 0),
      ...{ grams, faults: faults.length, warnings: warnings.length },
    },
    faults: faults.slice(0, MOST_SHOWN).map(({ path, code, values, content }) => ({
      ...{ cell: path, content, text: t(`faults:${code}`, values) },
    })),
    moreFaults: Math.max(0, faults.length - MOST_SHOWN),
    warnings: warnings.map((warning) => presentWarning(reader, warning)),
    rows: declarations.slice(0, MOST_SHOWN).map((declaration) => presentDeclaration(reader, declaration, context)),
    more: Math.max(0, declarations.length - MOST_SHOWN),
    digest: preview.digest,
    mayApply: faults.length === 0 && declarations.length > 0,
    hrefs: hrefsOf(sheet),
  };
}

function hrefsOf({ id }: OfflineSheet) {
  return {
    apply: pathTo('offlineSheetApplication', { id }),
    again: pathTo('offlineSheets'),
    list: pathTo('offlinePurchases', { state: 'declared' }),
  };
}

function presentWarning({ t }: Reader, warning: SheetWarning) {
  const { cell } = warning;
  if (warning.kind === 'likely')
    return {
      text: t('offlineSheet:preview.likely', { cell, state: t(`offline:state.${warning.state}`) }),
      href: pathTo('offlinePurchase', { id: warning.otherId }),
    };
  if (warning.kind === 'twice') return { text: t('offlineSheet:preview.twice', { cell, other: warning.otherCell }) };
  const yuan = (fen: number) => `¥${formatYuan(fen)}`;
  const values = { cell, shared: yuan(warning.sharedFen), left: yuan(warning.leftFen) };
  return { text: t('offlineSheet:preview.shared', values) };
}

function presentDeclaration(reader: Reader, declaration: SheetDeclaration, { units }: OfflineSheetContext) {
  const { t } = reader;
  const { input, unitId, purchase } = declaration;
  const unit = units.find(({ id }) => id === unitId);
  const [from, until] = [(purchase.rows[0] ?? 0) + 1, (purchase.rows.at(-1) ?? 0) + 1];
  return {
    sellerName: input.sellerName,
    paper: paperOf(reader, input),
    where: t(`offlineSheet:preview.${from === until ? 'row' : 'rows'}`, { from, until }),
    unitName: unit ? nameOf(reader, unit) : '',
    fundingLabel: t(`quotas:funding.${input.fundingSource}`),
    purchasedOn: input.purchasedOn,
    goods: input.lines.map(({ goods }) => goods).join(t('offline:list.comma')),
    fen: sumOf(declaration),
    grams: input.lines.reduce((sum, line) => sum + line.grams, 0),
  };
}

function paperOf({ t }: Reader, paper: { isFromFarmer: boolean; invoiceNumber?: string | null }): string {
  if (paper.isFromFarmer && !paper.invoiceNumber) return t('offlineSheet:preview.farmer');
  return t('offlineSheet:preview.invoice', { number: paper.invoiceNumber });
}

/** What the same view shows once the sheet was applied: its declarations, and which still want their papers. */
export function presentDeclaredSheet(reader: Reader, sheet: OfflineSheet, purchases: readonly WholePurchase[]) {
  const { t } = reader;
  return {
    sheet: { fileName: sheet.fileName, uploadedAt: instantText(sheet.uploadedAt) },
    isApplied: true,
    appliedText: t('offlineSheet:preview.applied', { count: purchases.length }),
    lacksPapers: purchases.some(({ state, evidence }) => state === 'declared' && evidence.length === 0),
    rows: purchases.map((purchase) => ({
      ...{ sellerName: purchase.sellerName, href: pathTo('offlinePurchase', { id: purchase.id }) },
      paper: paperOf(reader, purchase),
      unitName: nameOf(reader, purchase.unit),
      fundingLabel: t(`quotas:funding.${purchase.fundingSource}`),
      purchasedOn: dayFromColumn(purchase.purchasedOn),
      goods: purchase.lines.map(({ goods }) => goods).join(t('offline:list.comma')),
      ...totalOf(purchase),
      stateTone: STATE_TONES[purchase.state as DeclaredState],
      stateLabel: t(`offline:state.${purchase.state}`),
      wantsPapers: purchase.state === 'declared' && purchase.evidence.length === 0,
      papers:
        purchase.evidence.length > 0 ? t('offlineSheet:preview.hasPapers', { count: purchase.evidence.length }) : '',
    })),
    hrefs: hrefsOf(sheet),
  };
}
