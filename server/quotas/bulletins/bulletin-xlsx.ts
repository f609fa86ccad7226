import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { instantText } from '../../web/handlebars.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import type { GroupFigures, Judged, UnitFigures } from './bulletin-figures.ts';
import type { Bulletin } from './bulletin-queries.ts';
import { partName, scopeWords } from './bulletin-words.ts';

const YUAN = '#,##0.00';
const KILOGRAMS = '#,##0.###';
const PERCENT = '0.0%';

interface Column<T> {
  head: string;
  width?: number;
  cell: (row: T) => Cell;
}

/** The annex: every unit, group and part of the frozen figures, numbers as numbers; amounts in yuan, weights in kg. */
export function bulletinXlsx(reader: Reader, bulletin: Bulletin): Promise<Buffer> {
  const { t } = reader;
  const { figures } = bulletin;
  const sheets = [
    sheetOf(reader, bulletin, 'units', unitColumns(reader, bulletin), figures.units),
    sheetOf(reader, bulletin, 'groups', groupColumns(reader), figures.groups),
    sheetOf(reader, bulletin, 'parts', partColumns(reader), partsOf(reader, bulletin)),
    ...(figures.scheme
      ? [
          sheetOf(
            reader,
            bulletin,
            'marks',
            markColumns(reader),
            figures.units.filter(({ marks }) => marks !== null),
          ),
        ]
      : []),
  ];
  return writeExcelFile(
    sheets.map(({ name, ...sheet }) => ({ ...sheet, sheet: t(`bulletins:xlsx.${name}`) })),
  ).toBuffer();
}

function sheetOf<T>(
  { t }: Reader,
  { title, figures, asOf }: Bulletin,
  name: string,
  columns: readonly Column<T>[],
  rows: readonly T[],
) {
  const about = t('bulletins:xlsx.asOf', { title, day: figures.day, instant: instantText(asOf) });
  const data: SheetData = [
    [{ value: about }],
    columns.map(({ head }): Cell => ({ value: head, fontWeight: 'bold', wrap: true })),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  return { name, data, columns: columns.map(({ width = 15 }) => ({ width })), stickyRowsCount: 2 };
}

const number = (value: number, format: string): Cell => ({ value, type: Number, format });
const yuan = (fen: number) => number(fen / 100, YUAN);
const kilograms = (grams: number) => number(grams / 1000, KILOGRAMS);
const percent = (share: number | null): Cell => (share === null ? null : number(share, PERCENT));
const whole = (value: number | null): Cell => (value === null ? null : number(value, '0'));

function judgedColumns(reader: Reader): Column<Judged>[] {
  const { t } = reader;
  const head = (name: string) => t(`bulletins:xlsx.${name}`);
  const inMeasure = (of: (row: Judged) => number | undefined | null) => (row: Judged) => {
    const value = of(row);
    if (value === undefined || value === null || !row.headline) return null;
    return row.headline.measure === 'fen' ? yuan(value) : kilograms(value);
  };
  return [
    { head: head('measure'), cell: ({ headline }) => headline && head(headline.measure) },
    { head: head('scope'), cell: ({ headline }) => headline && scopeWords(reader, headline.scope) },
    { head: head('target'), cell: inMeasure(({ headline }) => headline?.target) },
    { head: head('placed'), cell: inMeasure(({ headline }) => headline?.placed) },
    { head: head('counted'), cell: inMeasure(({ headline }) => headline?.counted) },
    { head: t('bulletins:column.share'), cell: ({ share }) => percent(share) },
    { head: head('expected'), cell: ({ expectedShare }) => percent(expectedShare) },
    { head: t('bulletins:column.state'), cell: ({ state }) => t(`common:progressState.${state}`) },
    { head: t('bulletins:column.gap'), cell: inMeasure(({ gap }) => gap) },
    { head: t('bulletins:column.needed'), cell: inMeasure(({ neededPerMonth }) => neededPerMonth) },
    { head: head('projected'), cell: ({ projectedDate }) => projectedDate },
    { head: head('placedYuan'), cell: ({ placedFen }) => yuan(placedFen) },
    { head: head('countedYuan'), cell: ({ countedFen }) => yuan(countedFen) },
    { head: head('placedKilograms'), cell: ({ placedGrams }) => kilograms(placedGrams) },
    { head: head('countedKilograms'), cell: ({ countedGrams }) => kilograms(countedGrams) },
    { head: head('periodPlaced'), cell: ({ period }) => yuan(period.placedFen) },
    { head: head('periodCounted'), cell: ({ period }) => yuan(period.countedFen) },
  ];
}

function unitColumns(reader: Reader, { remarks, figures }: Bulletin): Column<UnitFigures>[] {
  const { t } = reader;
  const head = (name: string) => t(`bulletins:xlsx.${name}`);
  const groupNames = new Map(figures.groups.map((group) => [group.code, nameOf(reader, group)]));
  return [
    { head: t('bulletins:column.rank'), width: 8, cell: ({ rank }) => whole(rank) },
    { head: head('code'), cell: ({ code }) => code },
    { head: t('bulletins:column.unit'), width: 32, cell: (unit) => nameOf(reader, unit) },
    { head: head('parent'), width: 24, cell: ({ parent }) => parent && nameOf(reader, parent) },
    {
      head: head('groupsOf'),
      width: 28,
      cell: ({ groups }) => groups.map((code) => groupNames.get(code) ?? code).join('; ') || null,
    },
    ...(judgedColumns(reader) as Column<UnitFigures>[]),
    { head: t('bulletins:column.lastYear'), cell: ({ lastYear }) => percent(lastYear?.share ?? null) },
    { head: head('helpedYuan'), cell: ({ helped }) => yuan(helped.fen) },
    { head: head('exempt'), width: 30, cell: ({ exemptReason }) => exemptReason },
    { head: t('bulletins:column.remark'), width: 40, cell: ({ code }) => remarks[code] ?? null },
  ];
}

function groupColumns(reader: Reader): Column<GroupFigures>[] {
  return [
    { head: reader.t('bulletins:xlsx.code'), cell: ({ code }) => code },
    { head: reader.t('bulletins:column.group'), width: 32, cell: (group) => nameOf(reader, group) },
    ...(judgedColumns(reader) as Column<GroupFigures>[]),
  ];
}

interface PartRow {
  by: string;
  name: string;
  placedFen: number;
  countedFen: number;
  placedGrams: number;
  countedGrams: number;
}

function partsOf(reader: Reader, { figures }: Bulletin): PartRow[] {
  return (['category', 'village', 'funding', 'channel', 'month'] as const).flatMap((by) =>
    figures.by[by].map((part) => ({ ...part, by: reader.t(`quotas:by.${by}`), name: partName(reader, by, part) })),
  );
}

function partColumns({ t }: Reader): Column<PartRow>[] {
  const head = (name: string) => t(`bulletins:xlsx.${name}`);
  return [
    { head: head('by'), cell: ({ by }) => by },
    { head: head('name'), width: 24, cell: ({ name }) => name },
    { head: head('placedYuan'), cell: ({ placedFen }) => yuan(placedFen) },
    { head: head('countedYuan'), cell: ({ countedFen }) => yuan(countedFen) },
    { head: head('placedKilograms'), cell: ({ placedGrams }) => kilograms(placedGrams) },
    { head: head('countedKilograms'), cell: ({ countedGrams }) => kilograms(countedGrams) },
  ];
}

function markColumns(reader: Reader): Column<UnitFigures>[] {
  const { t } = reader;
  const points = (of: (marks: NonNullable<UnitFigures['marks']>) => number) => (unit: UnitFigures) =>
    unit.marks && number(of(unit.marks) / 100, '0.00');
  return [
    {
      head: t('bulletins:xlsx.placeClass'),
      width: 22,
      cell: ({ placeClass }) => t(`bulletins:placeClass.${placeClass ?? 'none'}`),
    },
    { head: t('bulletins:xlsx.rankInClass'), cell: ({ marks }) => whole(marks?.rankInClass ?? null) },
    { head: t('bulletins:column.unit'), width: 32, cell: (unit) => nameOf(reader, unit) },
    { head: t('bulletins:column.share'), cell: ({ share }) => percent(share) },
    { head: t('bulletins:column.completion'), cell: points(({ completion }) => completion) },
    { head: t('bulletins:column.pace'), cell: points(({ pace }) => pace) },
    { head: t('bulletins:column.helpedMarks'), cell: points(({ helped }) => helped) },
    { head: t('bulletins:column.origin'), cell: points(({ origin }) => origin) },
    { head: t('bulletins:column.marks'), cell: points(({ total }) => total) },
    { head: t('bulletins:column.grade'), cell: ({ marks }) => t(`bulletins:grade.${marks?.grade ?? 'fail'}`) },
  ];
}
