import type { Request } from 'express';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { LineOutcome, TextChange } from './apply-sheet.ts';
import { labelsOf, NAMED_COLUMNS, type SheetChoices } from './sheet-choices.ts';
import type { GoodsColumn } from './sheet-columns.ts';

type Reader = Pick<Request, 't' | 'locale'>;

const MOST_SHOWN = 60;

/** What a line does as the preview shows it: each changed cell with what it said and says. */
export function presentLines({ t, locale }: Reader, choices: SheetChoices, lines: readonly LineOutcome[]) {
  const labels = Object.fromEntries(NAMED_COLUMNS.map((column) => [column, labelsOf(locale, choices[column])]));
  const wordOf = (column: GoodsColumn, text: string): string => {
    if (text === '') return '';
    if (column === 'coldChain') return firstOf(t(`goodsSheet:${text}`));
    if (column === 'saleMode') return firstOf(t(`goodsSheet:mode.${text}`));
    return shortened(labels[column]?.get(text) ?? text);
  };
  const present = ({ column, before, after }: TextChange) => ({
    ...{ label: firstOf(t(`goodsSheet:head.${column}`)), before: wordOf(column, before), after: wordOf(column, after) },
  });
  return lines.map((line) => ({
    ...line,
    ...{ name: nameOf(locale, line), spec: inLanguage(locale, line.spec, line.specEn) },
    changes: line.changes.map(present),
    tone: { new: 'active', changed: 'wait', same: 'off' }[line.what],
    label: t(`goodsSheet:what.${line.what}`),
  }));
}

function firstOf(words: string): string {
  return words.split('|')[0] ?? '';
}

function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
