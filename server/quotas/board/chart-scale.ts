import type { Translate } from '../../web/i18n.ts';

/** How an axis tells amounts: divided by `of` (fen or grams), in the unit that `label` names. */
export interface Scale {
  of: number;
  label: string;
}

const FEN = 100;
const GRAMS = 1000;

/** The unit in which the largest amount of a chart (fen or g) is read most easily. */
export function scaleFor(largest: number, measure: 'fen' | 'grams', t: Translate): Scale {
  const most = Math.abs(largest);
  if (measure === 'grams')
    return most >= 10_000 * GRAMS
      ? { of: 1000 * GRAMS, label: t('board:scale.tonnes') }
      : { of: GRAMS, label: t('board:scale.kilograms') };
  return most >= 10_000 * FEN
    ? { of: Number(t('board:scale.manyYuan')) * FEN, label: t('board:scale.manyYuanLabel') }
    : { of: FEN, label: t('board:scale.yuan') };
}

// Made once: making a format takes a hundred times as long as using it.
const TICKS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** An axis label: few digits, no trailing zeros. A picture's coordinate, not a figure to count with. */
export function tick(amount: number, { of }: Scale): string {
  return TICKS.format(amount / of);
}
