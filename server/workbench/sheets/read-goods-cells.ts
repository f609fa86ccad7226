import { plainWord, type Translators, wordsFor } from '../../quotas/sheets/sheet-words.ts';
import { parseYuan } from '../../shared/money.ts';
import { yuanText } from '../goods/goods-form.ts';
import { aliasText, type GoodsTexts, plainText } from './goods-texts.ts';
import { type LineFault, LineFaults } from './line-faults.ts';
import type { SheetLine } from './read-cells.ts';
import { NAMED_COLUMNS, namedBy, type SheetChoices } from './sheet-choices.ts';
import { GOODS_COLUMNS, type GoodsColumn } from './sheet-columns.ts';

/** What a line fills in: cells that were left empty, or columns that are not there, are missing; a cell that is to be emptied is ''. */
export type TypedTexts = Partial<GoodsTexts>;

interface Words {
  translators: Translators;
  choices: SheetChoices;
}

/** A line's cells in the words of GoodsTexts. What is no such word stays as it was typed, for the form's own rules. Throws LineFaults. */
export function readGoodsCells({ translators, choices }: Words, { cells }: SheetLine): TypedTexts {
  const clear = wordsFor(translators, 'goodsSheet:clear');
  const typed: TypedTexts = {};
  const faults: LineFault[] = [];
  for (const column of GOODS_COLUMNS) {
    const text = plainText(cells[column] ?? '');
    if (text === '') continue;
    const told = clear.has(plainWord(text)) ? '' : wordIn(column, text);
    if (typeof told === 'string') typed[column] = told;
    else faults.push({ column, ...told });
  }
  if (faults.length > 0) throw new LineFaults(faults);
  return typed;

  function wordIn(column: GoodsColumn, text: string): string | { code: string } {
    const named = NAMED_COLUMNS.find((one) => one === column);
    if (named) {
      const meant = namedBy(choices[named], text);
      return meant.length === 1 && meant[0]
        ? meant[0].code
        : { code: meant.length > 1 ? 'severalMeant' : 'notAChoice' };
    }
    if (column === 'coldChain') return oneOf(['yes', 'no'], (one) => `goodsSheet:${one}`, text) ?? { code: 'yesOrNo' };
    if (column === 'saleMode') {
      const modes = ['by_piece', 'by_weight'];
      return oneOf(modes, (mode) => `goodsSheet:mode.${mode}`, text) ?? { code: 'notAChoice' };
    }
    return plainValue(column, text);
  }

  function oneOf(codes: readonly string[], key: (code: string) => string, text: string): string | undefined {
    return codes.find((code) => code === text || wordsFor(translators, key(code)).has(plainWord(text)));
  }
}

function plainValue(column: GoodsColumn, text: string): string {
  if (column === 'aliases') return aliasText(text);
  if (column === 'price' || column.startsWith('tierPrice')) {
    const fen = parseYuan(text.replace(/^[¥￥]/, ''));
    return fen === null ? text : yuanText(fen);
  }
  if (column === 'tolerance')
    return text
      .replace(/\s*[%％]$/, '')
      .replace(/^(\d+\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  if (column === 'seasonFrom' || column === 'seasonTo') return text.replace(/\s*月$/, '');
  return text;
}
