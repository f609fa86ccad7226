import type { PointsRule } from '../promotions/points-rule.ts';
import { allocate, type Fen } from '../shared/money.ts';
import type { Quote, QuotedLine } from './quote.ts';

/** What of an order is paid beside money, fen. */
export interface Tenders {
  allowanceFen: Fen;
  pointsFen: Fen;
}

export const NO_TENDERS: Tenders = { allowanceFen: 0, pointsFen: 0 };

/** What is left to pay is nothing or at least so much: less than about half a dollar Stripe refuses, whatever the method. */
export const LEAST_REST_FEN: Fen = 500;

/** Whether what these tenders leave to pay can be paid. */
export function leavesPayable({ totalFen }: Quote, { allowanceFen, pointsFen }: Tenders): boolean {
  const restFen = totalFen - pointsFen - allowanceFen;
  return (allowanceFen === 0 && pointsFen === 0) || restFen === 0 || restFen >= LEAST_REST_FEN;
}

/** The most that points may take off: the rule's share of the goods, and never the last fen of a line. */
export function mostPointsFen({ parcels, goodsFen, discountFen }: Quote, { mostPercent }: PointsRule): Fen {
  const room = linesOf(parcels).reduce((sum, line) => sum + roomForPoints(line), 0);
  return Math.min(room, Math.floor(((goodsFen - discountFen) * mostPercent) / 100));
}

/**
 * A quote paid in part by points, which take something off the goods like a discount, and then by a welfare allowance, which pays goods
 * before freight. Both are split over lines, and the rest of the allowance over freights, by largest remainder (rules 4, 6). Points at most
 * as mostPointsFen says, the allowance at most what is then to pay.
 */
export function withTenders(quoted: Quote, { allowanceFen, pointsFen }: Tenders): Quote {
  if (allowanceFen === 0 && pointsFen === 0) return quoted;
  const points = allocate(pointsFen, linesOf(quoted.parcels).map(roomForPoints));
  const payables = linesOf(quoted.parcels).map(({ payableFen }, index) => payableFen - (points[index] ?? 0));
  const goodsFen = payables.reduce((sum, fen) => sum + fen, 0);
  const ofGoods = allocate(Math.min(allowanceFen, goodsFen), payables);
  const ofFreight = allocate(
    Math.max(0, allowanceFen - goodsFen),
    quoted.parcels.map((parcel) => parcel.freightFen),
  );
  let index = 0;
  const parcels = quoted.parcels.map((parcel, at) => ({
    ...parcel,
    freightAllowanceFen: ofFreight[at] ?? 0,
    lines: parcel.lines.map((line) => {
      const shares = { pointsFen: points[index] ?? 0, allowanceFen: ofGoods[index] ?? 0 };
      const payableFen = payables[index] ?? 0;
      index += 1;
      return { ...line, ...shares, payableFen };
    }),
  }));
  return { ...quoted, parcels, pointsFen, allowanceFen, totalFen: quoted.totalFen - pointsFen };
}

function linesOf(parcels: Quote['parcels']): QuotedLine[] {
  return parcels.flatMap((parcel) => parcel.lines);
}

function roomForPoints({ payableFen }: QuotedLine): Fen {
  return Math.max(0, payableFen - 1);
}
