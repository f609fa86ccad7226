import {
  AlignmentType,
  BorderStyle,
  type ISectionOptions,
  Paragraph,
  SectionType,
  ShadingType,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx';
import type { Reader } from '../board/board-presenter.ts';
import type { DocumentTable } from './bulletin-tables.ts';
import { FONTS, footers, type LANDSCAPE, type PORTRAIT, said } from './docx-parts.ts';

interface Pages {
  portrait: typeof PORTRAIT;
  landscape: typeof LANDSCAPE;
}

/** Tables of the same orientation follow one another in one section. */
export function annexSections(reader: Reader, tables: readonly DocumentTable[], pages: Pages): ISectionOptions[] {
  const sections: { isWide: boolean; children: (Paragraph | Table)[] }[] = [];
  for (const [at, table] of tables.entries()) {
    let last = sections.at(-1);
    if (last?.isWide !== table.isWide) {
      last = { isWide: table.isWide, children: [] };
      sections.push(last);
    }
    const page = table.isWide ? pages.landscape : pages.portrait;
    last.children.push(...annex(reader, table, at + 1, widthOf(page)));
  }
  return sections.map(({ isWide, children }) => ({
    properties: { type: SectionType.NEXT_PAGE, page: isWide ? pages.landscape : pages.portrait },
    footers: footers(),
    children,
  }));
}

/** Landscape turns the sheet: its width is the page's height. */
function widthOf({ size, margin }: Pages['portrait'] | Pages['landscape']): number {
  const paper = 'orientation' in size ? Number(size.height) : Number(size.width);
  return paper - margin.left - margin.right;
}

function annex({ t }: Reader, table: DocumentTable, number: number, width: number): (Paragraph | Table)[] {
  return [
    new Paragraph({
      keepNext: true,
      spacing: { before: 240 },
      children: [new TextRun({ text: t('bulletins:text.annexMark', { n: number }), font: FONTS.heading, size: 28 })],
    }),
    new Paragraph({
      keepNext: true,
      alignment: AlignmentType.CENTER,
      spacing: { after: 120 },
      children: [new TextRun({ text: table.title, font: FONTS.title, size: 36, bold: true })],
    }),
    ...(table.note ? [said(table.note, { font: FONTS.table, size: 21, after: 80 })] : []),
    gridOf(table, width),
    new Paragraph({ children: [] }),
  ];
}

function gridOf({ columns, rows, total, isWide }: DocumentTable, width: number): Table {
  const weights = columns.reduce((sum, { weight }) => sum + weight, 0);
  const widths = columns.map(({ weight }) => Math.floor((width * weight) / weights));
  const size = isWide ? 18 : 21;
  const cells = (texts: readonly string[], look: { bold?: boolean; isHead?: boolean } = {}) =>
    columns.map(
      ({ isNumber }, at) =>
        new TableCell({
          width: { size: widths[at] ?? 0, type: WidthType.DXA },
          verticalAlign: VerticalAlign.CENTER,
          margins: { top: 50, bottom: 50, left: 70, right: 70 },
          shading: look.isHead ? { type: ShadingType.CLEAR, fill: 'F2F2F2', color: 'auto' } : undefined,
          children: [
            new Paragraph({
              alignment: look.isHead ? AlignmentType.CENTER : isNumber ? AlignmentType.RIGHT : AlignmentType.LEFT,
              children: [new TextRun({ text: texts[at] ?? '', font: FONTS.table, size, bold: look.bold ?? false })],
            }),
          ],
        }),
    );
  const line = { style: BorderStyle.SINGLE, size: 4, color: '000000' };
  return new Table({
    width: { size: widths.reduce((sum, one) => sum + one, 0), type: WidthType.DXA },
    columnWidths: widths,
    layout: TableLayoutType.FIXED,
    borders: { top: line, bottom: line, left: line, right: line, insideHorizontal: line, insideVertical: line },
    rows: [
      new TableRow({
        tableHeader: true,
        cantSplit: true,
        children: cells(
          columns.map(({ label }) => label),
          { bold: true, isHead: true },
        ),
      }),
      ...rows.map((texts) => new TableRow({ cantSplit: true, children: cells(texts) })),
      ...(total ? [new TableRow({ cantSplit: true, children: cells(total, { bold: true }) })] : []),
    ],
  });
}
