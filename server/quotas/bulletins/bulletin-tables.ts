import { formatYuan } from '../../shared/money.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import { isBehind, isJudgedUnit, type Judged, type Part, PLACE_CLASSES, type UnitFigures } from './bulletin-figures.ts';
import type { Bulletin } from './bulletin-queries.ts';
import {
  amountWords,
  exactWords,
  measureOf,
  partName,
  percentWords,
  reasonWords,
  scopeWords,
} from './bulletin-words.ts';

export interface TableColumn {
  label: string;
  isNumber: boolean;
  /** of the table's width, beside the others */
  weight: number;
}

export interface DocumentTable {
  id: string;
  title: string;
  note?: string;
  columns: TableColumn[];
  rows: string[][];
  total?: string[];
  /** wants a landscape sheet */
  isWide: boolean;
}

type ReadBulletin = Pick<Bulletin, 'kind' | 'figures' | 'remarks'>;

/** The tables of a bulletin, those without a row left out: the ranking first, then what its kind is about, then the parts. */
export function tablesOf(reader: Reader, bulletin: ReadBulletin): DocumentTable[] {
  const { figures, kind } = bulletin;
  const tables = [
    rankingTable(reader, bulletin),
    ...(kind === 'half_year' ? [behindTable(reader, bulletin), goodsTable(reader, bulletin)] : []),
    ...PLACE_CLASSES.map((placeClass) => marksTable(reader, bulletin, placeClass)),
    marksTable(reader, bulletin, null),
    groupsTable(reader, bulletin),
    withoutTable(reader, bulletin),
    ...(['category', 'village', 'funding', 'month'] as const).map((by) => partTable(reader, by, figures.by[by])),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function columnsOf({ t }: Reader, names: readonly [name: string, weight: number, isNumber?: boolean][]): TableColumn[] {
  return names.map(([name, weight, isNumber = true]) => ({ label: t(`bulletins:column.${name}`), weight, isNumber }));
}

function headTable({ t }: Reader, id: string, values: Record<string, unknown> = {}) {
  return { id, title: t(`bulletins:table.${id}`, values) };
}

/** What a row is judged by, exact; money in yuan. */
function figureCells(reader: Reader, judged: Judged): string[] {
  const { headline } = judged;
  const measure = measureOf(headline);
  const inPeriod = measure === 'fen' ? judged.period.countedFen : judged.period.countedGrams;
  return [
    headline ? exactWords(reader, measure, headline.target) : '—',
    exactWords(reader, measure, headline?.placed ?? judged.placedFen),
    exactWords(reader, measure, headline?.counted ?? judged.countedFen),
    percentWords(judged.share),
    exactWords(reader, measure, inPeriod),
  ];
}

function unitName(reader: Reader, unit: UnitFigures): string {
  const { headline } = unit;
  const isScoped = headline && (headline.scope.category || headline.scope.place || headline.scope.fundingSource);
  return isScoped
    ? reader.t('bulletins:list.scoped', { name: nameOf(reader, unit), scope: scopeWords(reader, headline.scope) })
    : nameOf(reader, unit);
}

function rankingTable(reader: Reader, { figures, remarks }: ReadBulletin): DocumentTable {
  const { t } = reader;
  const judged = figures.units.filter(isJudgedUnit).sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  const withLastYear = figures.lastYear !== null;
  const { total } = figures;
  return {
    ...headTable(reader, 'ranking'),
    note: t('bulletins:table.rankingNote', { expected: percentWords(total.expectedShare), day: figures.day }),
    columns: columnsOf(reader, [
      ['rank', 5],
      ['unit', 22, false],
      ['target', 12],
      ['placed', 12],
      ['counted', 12],
      ['share', 8],
      ['inPeriod', 12],
      ...(withLastYear ? ([['lastYear', 8]] as [string, number][]) : []),
      ['helped', 10],
      ['state', 8, false],
      ['remark', 16, false],
    ]),
    rows: judged.map((unit) => [
      String(unit.rank),
      unitName(reader, unit),
      ...figureCells(reader, unit),
      ...(withLastYear ? [percentWords(unit.lastYear?.share ?? null)] : []),
      unit.helped.fen > 0 ? formatYuan(unit.helped.fen) : '—',
      t(`common:progressState.${unit.state}`),
      remarks[unit.code] ?? '',
    ]),
    total: [
      '',
      t('quotas:board.total'),
      ...figureCells(reader, total),
      ...(withLastYear ? [percentWords(figures.lastYear?.share ?? null)] : []),
      figures.helped.fen > 0 ? formatYuan(figures.helped.fen) : '—',
      t(`common:progressState.${total.state}`),
      '',
    ],
    isWide: true,
  };
}

/** Who is behind, by how much, why, and what helps: the paper of a half-year's meeting. */
function behindTable(reader: Reader, { figures }: ReadBulletin): DocumentTable {
  const { t } = reader;
  const behind = figures.units.filter(isBehind).sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  return {
    ...headTable(reader, 'behind'),
    columns: columnsOf(reader, [
      ['unit', 18, false],
      ['state', 8, false],
      ['gap', 12],
      ['needed', 12],
      ['why', 26, false],
      ['help', 26, false],
    ]),
    rows: behind.map((unit) => {
      const measure = measureOf(unit.headline);
      const words = unit.reasons.map((reason) => reasonWords(reader, reason, measure));
      const sentences = (parts: string[]) => parts.join(t('bulletins:list.semicolon'));
      return [
        unitName(reader, unit),
        t(`common:progressState.${unit.state}`),
        amountWords(reader, measure, unit.gap),
        unit.neededPerMonth === null ? '—' : amountWords(reader, measure, unit.neededPerMonth),
        sentences(words.map(({ why }) => why)) || t('bulletins:reason.none'),
        sentences([...new Set(words.map(({ help }) => help))]) || t('bulletins:help.none'),
      ];
    }),
    isWide: true,
  };
}

function goodsTable(reader: Reader, { figures }: ReadBulletin): DocumentTable {
  return {
    ...headTable(reader, 'goods'),
    columns: columnsOf(reader, [
      ['category', 40, false],
      ['products', 30],
      ['suppliers', 30],
    ]),
    rows: figures.goods.map(({ category, products, suppliers }) => [
      nameOf(reader, category),
      String(products),
      String(suppliers),
    ]),
    isWide: false,
  };
}

/** Marks within one class of place (差异化考核); null: units of no class, marked as steady ones. */
function marksTable(reader: Reader, { figures }: ReadBulletin, placeClass: UnitFigures['placeClass']): DocumentTable {
  const { t } = reader;
  const terms = figures.scheme?.classes[placeClass ?? 'steady'];
  const marked = figures.units.filter((unit) => unit.marks !== null && unit.placeClass === placeClass);
  const points = (hundredths: number) => formatYuan(hundredths);
  return {
    id: `marks-${placeClass ?? 'none'}`,
    title: t('bulletins:table.marks', { placeClass: t(`bulletins:placeClass.${placeClass ?? 'none'}`) }),
    note: terms && t('bulletins:table.marksNote', { ...terms, full: percentWords(terms.fullBp / 10_000) }),
    columns: columnsOf(reader, [
      ['rank', 8],
      ['unit', 28, false],
      ['share', 10],
      ['completion', 10],
      ['pace', 10],
      ['helpedMarks', 10],
      ['origin', 10],
      ['marks', 10],
      ['grade', 10, false],
    ]),
    rows: marked
      .sort((a, b) => (a.marks?.rankInClass ?? 0) - (b.marks?.rankInClass ?? 0))
      .flatMap((unit) => {
        const { marks } = unit;
        if (!marks) return [];
        const { completion, pace, helped, origin, total, grade, rankInClass } = marks;
        return [
          [
            String(rankInClass),
            nameOf(reader, unit),
            percentWords(unit.share),
            ...[completion, pace, helped, origin, total].map(points),
            t(`bulletins:grade.${grade}`),
          ],
        ];
      }),
    isWide: false,
  };
}

function groupsTable(reader: Reader, { figures }: ReadBulletin): DocumentTable {
  const { t } = reader;
  const groups = figures.groups.length > 1 ? figures.groups : [];
  return {
    ...headTable(reader, 'groups'),
    note: t('quotas:board.dualNote'),
    columns: columnsOf(reader, [
      ['group', 26, false],
      ['target', 14],
      ['placed', 14],
      ['counted', 14],
      ['share', 10],
      ['inPeriod', 14],
      ['state', 10, false],
    ]),
    rows: [...groups]
      .sort((a, b) => (b.share ?? -1) - (a.share ?? -1))
      .map((group) => [nameOf(reader, group), ...figureCells(reader, group), t(`common:progressState.${group.state}`)]),
    isWide: false,
  };
}

function withoutTable(reader: Reader, { figures, remarks }: ReadBulletin): DocumentTable {
  const { t } = reader;
  return {
    ...headTable(reader, 'without'),
    columns: columnsOf(reader, [
      ['unit', 30, false],
      ['placed', 18],
      ['counted', 18],
      ['reason', 34, false],
    ]),
    rows: figures.units
      .filter((unit) => !isJudgedUnit(unit))
      .map((unit) => [
        nameOf(reader, unit),
        formatYuan(unit.placedFen),
        formatYuan(unit.countedFen),
        [unit.exemptReason ?? t(`common:progressState.${unit.state}`), remarks[unit.code]].filter(Boolean).join(' '),
      ]),
    isWide: false,
  };
}

function partTable(
  reader: Reader,
  by: 'category' | 'village' | 'funding' | 'month',
  parts: readonly Part[],
): DocumentTable {
  const sum = parts.reduce((total, { countedFen }) => total + countedFen, 0);
  return {
    ...headTable(reader, by),
    columns: columnsOf(reader, [
      [by, 28, false],
      ['placed', 18],
      ['counted', 18],
      ['countedWeight', 18],
      ['part', 12],
    ]),
    rows: parts.map((part) => [
      partName(reader, by, part),
      formatYuan(part.placedFen),
      formatYuan(part.countedFen),
      exactWords(reader, 'grams', part.countedGrams),
      sum > 0 ? percentWords(part.countedFen / sum) : '—',
    ]),
    isWide: false,
  };
}
