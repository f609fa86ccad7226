import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { groupBy } from '../../shared/group-by.ts';
import { instantText } from '../../web/handlebars.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import type { TargetsPage } from './target-presenter.ts';
import type { NewestTarget } from './target-queries.ts';

const YUAN = '#,##0.00';
const KILOGRAMS = '#,##0.###';
const WIDTHS = [24, 34, 16, 20, 16, 18, 18, 8, 50, 18, 40];
const INPUT_HEADS = ['code', 'name', 'category', 'place', 'funding', 'yuan', 'kilograms'] as const;
const TOLD_HEADS = ['version', 'reason', 'at', 'exempt'] as const;

type Named = { code: string; name: string; nameEn: string };
type Page = Pick<TargetsPage, 'units' | 'targets' | 'trees'>;

/**
 * The targets of a programme as a workbook that the import reads back: a line for each unit and scope, amounts in yuan, weights in kg.
 * With `isTold` also version, reason, time and exemption; without, it is the template to fill in.
 */
export function writeTargetsBook(reader: Reader, page: Page, isTold: boolean): Promise<Buffer> {
  const { t } = reader;
  const heads = [...INPUT_HEADS, ...(isTold ? TOLD_HEADS : [])].map((name) => t(`targets:sheet.head.${name}`));
  const ofUnit = groupBy(page.targets, ({ unitId }) => unitId);
  const lines = page.units.flatMap((unit) =>
    linesOf(ofUnit.get(unit.id) ?? []).map((same) => [
      ...inputCells(reader, page, unit, same),
      ...(isTold ? toldCells(unit, same) : []),
    ]),
  );
  const data: SheetData = [heads.map((value): Cell => ({ value, fontWeight: 'bold', wrap: true })), ...lines];
  const help: SheetData = [1, 2, 3, 4, 5, 6, 7].map((step) => [
    { value: t(`targets:sheet.help.step${step}`), wrap: true },
  ]);
  const columns = heads.map((_, index) => ({ width: WIDTHS[index] }));
  return writeExcelFile([
    { data, sheet: t('targets:title.targets'), columns, stickyRowsCount: 1 },
    { data: help, sheet: t('targets:sheet.help.title'), columns: [{ width: 100 }] },
  ]).toBuffer();
}

/** A unit's targets by scope; the line of everything stands first, also where there is none yet. */
function linesOf(targets: readonly NewestTarget[]): NewestTarget[][] {
  const scopes = groupBy(
    targets.filter(({ value }) => value > 0),
    ({ scopeKey }) => scopeKey,
  );
  const overall = scopes.get('all') ?? [];
  scopes.delete('all');
  return [overall, ...scopes.values()];
}

function inputCells(reader: Reader, page: Page, unit: ListedUnit, same: readonly NewestTarget[]): Cell[] {
  const { categories, places } = page.trees;
  const of = (measure: string) => same.find((target) => target.measure === measure)?.value;
  const [fen, grams] = [of('fen'), of('grams')];
  const scope = same[0];
  return [
    unit.code,
    nameOf(reader, unit),
    scope?.categoryId ? wordFor(reader, categories.byId, scope.categoryId) : null,
    scope?.placeId ? wordFor(reader, places.byId, scope.placeId) : null,
    scope?.fundingSource ? reader.t(`quotas:funding.${scope.fundingSource}`) : null,
    fen === undefined ? null : { value: fen / 100, type: Number, format: YUAN },
    grams === undefined ? null : { value: grams / 1000, type: Number, format: KILOGRAMS },
  ];
}

/** The name in the reader's language, or the code where another has the same name. */
function wordFor(reader: Reader, nodes: ReadonlyMap<number, Named>, id: number): string {
  const node = nodes.get(id);
  if (!node) return String(id);
  const name = nameOf(reader, node);
  return [...nodes.values()].filter((other) => nameOf(reader, other) === name).length === 1 ? name : node.code;
}

function toldCells(unit: ListedUnit, same: readonly NewestTarget[]): Cell[] {
  const [last] = [...same].sort((a, b) => b.at.getTime() - a.at.getTime());
  return [
    last ? { value: last.version, type: Number } : null,
    last?.reason ?? null,
    last ? instantText(last.at) : null,
    unit.exemptReason,
  ];
}
