import type { Blob } from 'node:buffer';
import type Stream from 'node:stream';
import type { Feature } from 'write-excel-file/node';
import { cellName } from '../../web/read-sheet.ts';

/** What the cells of a column may hold, as Excel asks for it. */
export interface ColumnRule {
  /** from 0 */
  column: number;
  /** a list's range or "a,b"; else the least and the most number */
  allows: { list: string } | { type: 'whole' | 'decimal'; least: number; most: number };
  /** whoever insists may write something else, such as the word for emptying */
  lenient: boolean;
  title: string;
  text: string;
}

const MOST_TITLE = 32;
const MOST_TEXT = 255;

/** Drop-down lists, bounds and hints for the lines below the head of a workbook's first sheet. */
export function withRules(rules: readonly ColumnRule[], rows: number): Feature<Stream | Buffer | Blob> {
  const cells = rules.map((rule) => validation(rule, rows)).join('');
  const markup = `<dataValidations count="${rules.length}">${cells}</dataValidations>`;
  const insert = (xml: string, _: unknown, { sheetIndex }: { sheetIndex: number }) =>
    sheetIndex === 0 && rules.length > 0 ? xml.replace(FOLLOWS, (next) => markup + next) : xml;
  return { files: { transform: { 'xl/worksheets/sheet{id}.xml': { transform: insert } } } };
}

/** The schema of a sheet asks for this order. */
const FOLLOWS = /<(hyperlinks|printOptions|pageMargins|pageSetup|headerFooter|drawing|legacyDrawing)\b|<\/worksheet>/;

function validation({ column, allows, lenient, title, text }: ColumnRule, rows: number): string {
  const [first, last] = [cellName(1, column), cellName(rows, column)];
  const [type, formulas] =
    'list' in allows
      ? ['list', `<formula1>${escaped(allows.list)}</formula1>`]
      : [allows.type, `<formula1>${allows.least}</formula1><formula2>${allows.most}</formula2>`];
  const told = `promptTitle="${escaped(title.slice(0, MOST_TITLE))}" prompt="${escaped(text.slice(0, MOST_TEXT))}"`;
  const refused = `errorTitle="${escaped(title.slice(0, MOST_TITLE))}" error="${escaped(text.slice(0, MOST_TEXT))}"`;
  const style = `errorStyle="${lenient ? 'warning' : 'stop'}"`;
  return `<dataValidation type="${type}" ${style} allowBlank="1" showInputMessage="1" showErrorMessage="1" ${told} ${refused} sqref="${first}:${last}">${formulas}</dataValidation>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
