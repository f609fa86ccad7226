import {
  AlignmentType,
  BorderStyle,
  Footer,
  type IFontAttributesProperties,
  type IPageSizeAttributes,
  LineRuleType,
  PageNumber,
  PageOrientation,
  Paragraph,
  TextRun,
} from 'docx';

/** By their English names, which Word and WPS know as well; figures in Times. Who lacks one gets the nearest Song or Fang Song. */
const font = (eastAsia: string): IFontAttributesProperties => ({
  ascii: 'Times New Roman',
  hAnsi: 'Times New Roman',
  cs: 'Times New Roman',
  eastAsia,
});
export const FONTS = {
  title: font('FZXiaoBiaoSong-B05S'),
  body: font('FangSong_GB2312'),
  heading: font('SimHei'),
  table: font('SimSun'),
};

const A4: Partial<IPageSizeAttributes> = { width: 11_906, height: 16_838 };
const mm = (millimetres: number) => Math.round((millimetres * 1440) / 25.4);
/** 37 mm above, 28 mm at the binding: a block of 156 by 225 mm. */
export const PORTRAIT = {
  size: A4,
  margin: { top: mm(37), bottom: mm(35), left: mm(28), right: mm(26), footer: mm(20) },
};
export const LANDSCAPE = {
  size: { ...A4, orientation: PageOrientation.LANDSCAPE },
  margin: { top: mm(28), bottom: mm(26), left: mm(25), right: mm(25), footer: mm(15) },
};

/** 22 lines on a page; half points: the third size is 16 pt, the second 22 pt. */
const LINE = { line: 560, lineRule: LineRuleType.EXACT };
const THIRD = 32;
const SECOND = 44;
const TWO_CHARACTERS = 640;

interface Look {
  font: IFontAttributesProperties;
  size: number;
  color?: string;
  bold?: boolean;
  centre?: boolean;
  before?: number;
  after?: number;
}

export function said(text: string, { font: chosen, size, color, bold, centre, before, after }: Look): Paragraph {
  return new Paragraph({
    alignment: centre ? AlignmentType.CENTER : AlignmentType.LEFT,
    spacing: { before, after },
    children: [new TextRun({ text, font: chosen, size, color, bold })],
  });
}

/** The red line below the head. */
export function rule(): Paragraph {
  return new Paragraph({
    border: { bottom: { style: BorderStyle.SINGLE, size: 18, color: 'C00000', space: 4 } },
    spacing: { after: 0 },
    children: [],
  });
}

export function subject(title: string): Paragraph {
  return new Paragraph({
    alignment: AlignmentType.CENTER,
    spacing: { line: 640, lineRule: LineRuleType.EXACT },
    children: [new TextRun({ text: title, font: FONTS.title, size: SECOND, bold: true })],
  });
}

export function heading(text: string): Paragraph {
  return new Paragraph({
    keepNext: true,
    spacing: LINE,
    indent: { firstLine: TWO_CHARACTERS },
    children: [new TextRun({ text, font: FONTS.heading, size: THIRD })],
  });
}

export function body(text: string, { indent = true }: { indent?: boolean } = {}): Paragraph {
  return new Paragraph({
    alignment: AlignmentType.BOTH,
    spacing: LINE,
    indent: indent ? { firstLine: TWO_CHARACTERS } : undefined,
    children: [new TextRun({ text, font: FONTS.body, size: THIRD })],
  });
}

export function blank(): Paragraph {
  return new Paragraph({ spacing: LINE, children: [] });
}

/** The issuer and the date, four characters from the right. */
export function signature(text: string): Paragraph {
  return new Paragraph({
    alignment: AlignmentType.RIGHT,
    keepLines: true,
    spacing: LINE,
    indent: { right: TWO_CHARACTERS * 2 },
    children: [new TextRun({ text, font: FONTS.body, size: THIRD })],
  });
}

/** "— 3 —" of the fourth size, odd pages on the right, even ones on the left. */
export function footers() {
  const footer = (alignment: (typeof AlignmentType)['LEFT' | 'RIGHT']) =>
    new Footer({
      children: [
        new Paragraph({
          alignment,
          indent: { left: 280, right: 280 },
          children: [new TextRun({ children: ['— ', PageNumber.CURRENT, ' —'], font: FONTS.table, size: 28 })],
        }),
      ],
    });
  return { default: footer(AlignmentType.RIGHT), even: footer(AlignmentType.LEFT) };
}
