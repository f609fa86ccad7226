import type { Actor } from '../accounts/actor.ts';
import type { Reader } from '../cart/cart-presenter.ts';
import type { Quote } from '../cart/quote.ts';
import {
  LEAST_REST_FEN,
  leavesPayable,
  mostPointsFen,
  NO_TENDERS,
  type Tenders,
  withTenders,
} from '../cart/tenders.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { type UsableTenders, usableTenders } from '../orders/tenders/tender-queries.ts';
import { type PointsRule, readPointsRule } from '../promotions/points-rule.ts';
import type { Fault } from '../shared/errors.ts';
import { type Fen, formatYuan, parseYuan } from '../shared/money.ts';

/** What a buyer could use of allowance and points for a quote, and what was chosen of it. */
export interface ChosenTenders {
  usable: UsableTenders;
  rule: PointsRule;
  /** most of each that the quote takes now, given the other as chosen */
  most: Tenders;
  chosen: Tenders;
  /** by the form's fields `allowance` and `points` */
  faults: Fault[];
}

/**
 * Reads the boxes of the checkout's form: `useAllowance` and `usePoints` with an amount each, in yuan and in points (1 point = 1 fen); left
 * empty it is the most possible. More than there is, than the order takes, or what is no amount is a fault of its field.
 */
export async function chosenTenders(
  db: PrismaClient,
  actor: Actor,
  quoted: Quote,
  body: Record<string, unknown> | undefined,
  now: Date,
): Promise<ChosenTenders> {
  const [usable, rule] = await Promise.all([usableTenders(db, actor, now), readPointsRule(fast(db))]);
  const form = body ?? {};
  const faults: Fault[] = [];
  const chosen = (wanted: boolean, field: string, most: Fen, amount: (text: string) => Fen | null): Fen => {
    if (!wanted) return 0;
    const text = String(form[field] ?? '').trim();
    const fen = text === '' ? most : amount(text);
    if (fen === null) faults.push({ path: field, code: 'notATender' });
    else if (fen > most) faults.push({ path: field, code: 'tenderTooMuch', values: { most: formatYuan(most) } });
    return fen === null || fen > most ? 0 : fen;
  };
  // Points alone never pay all, so that enough must be left; an allowance may.
  const roomFen = form.useAllowance ? quoted.totalFen : Math.max(0, quoted.totalFen - LEAST_REST_FEN);
  const mostPoints = Math.min(usable.points, mostPointsFen(quoted, rule), roomFen);
  const pointsFen = chosen(Boolean(form.usePoints), 'points', mostPoints, wholePoints);
  const mostAllowance = mostOf(usable.allowance?.leftFen ?? 0, quoted.totalFen - pointsFen);
  const allowanceFen = chosen(Boolean(form.useAllowance), 'allowance', mostAllowance, parseYuan);
  if (allowanceFen > 0 && form.countFor === '') faults.push({ path: 'allowance', code: 'allowanceNeedsUnit' });
  if (faults.length === 0 && !leavesPayable(quoted, { pointsFen, allowanceFen })) {
    const path = allowanceFen > 0 ? 'allowance' : 'points';
    faults.push({ path, code: 'restTooSmall', values: { least: formatYuan(LEAST_REST_FEN) } });
  }
  return {
    ...{ usable, rule, faults },
    most: { pointsFen: mostPoints, allowanceFen: mostAllowance },
    chosen: { pointsFen, allowanceFen },
  };
}

/** All that is to pay, or as much as leaves enough to be paid with money. */
function mostOf(leftFen: Fen, toPayFen: Fen): Fen {
  return leftFen >= toPayFen ? toPayFen : Math.min(leftFen, Math.max(0, toPayFen - LEAST_REST_FEN));
}

function wholePoints(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** The quote as it is paid: with what was chosen, as far as that is right. */
export function quotedWith(quoted: Quote, tenders: ChosenTenders | null): Quote {
  return withTenders(quoted, tenders?.chosen ?? NO_TENDERS);
}

/** The data of `views/partials/checkout-tenders.hbs`; null: there is nothing to use. */
export function presentTenders({ t, locale }: Reader, tenders: ChosenTenders | null, quoted: Quote) {
  if (!tenders || (!tenders.usable.allowance && tenders.most.pointsFen === 0)) return null;
  const { usable, most, rule } = tenders;
  return {
    allowance: usable.allowance && {
      leftFen: usable.allowance.leftFen,
      until: `${usable.allowance.year}-12-31`,
      unitName: inLanguage(locale, usable.allowance.unitName, usable.allowance.unitNameEn),
      most: formatYuan(most.allowanceFen).replaceAll(',', ''),
    },
    points: most.pointsFen > 0 && {
      have: usable.points,
      most: String(most.pointsFen),
      hint: t('checkout:tenders.pointsHint', { percent: rule.mostPercent, most: formatYuan(most.pointsFen) }),
    },
    pointsFen: quoted.pointsFen,
    allowanceFen: quoted.allowanceFen,
    restFen: quoted.totalFen - quoted.allowanceFen,
  };
}
