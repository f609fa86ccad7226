import { addDays, dayOf, dayToColumn } from '../../shared/days.ts';
import type { Random } from './random.ts';
import { atMinute, hoursLater } from './world.ts';

/** What becomes of an order; what lies after the present is simply not yet so. */
export interface Fate {
  /** approved or refused by an approver; null: none needed */
  decidedAt: Date | null;
  /** when it binds: by approval, by payment, or at once */
  placedAt: Date;
  end: 'delivered' | 'cancelled' | 'rejected' | 'expired';
  /** of an order that is not delivered */
  endedAt: Date;
  parcels: ParcelFate[];
}

export interface ParcelFate {
  confirmedAt: Date;
  shippedAt: Date;
  receivedAt: Date;
  /** false: confirmed by time */
  byBuyer: boolean;
  reviewedAt: Date | null;
  rating: number;
  /** one of its lines came short or damaged */
  missing: 'short' | 'damaged' | null;
}

export interface Circumstances {
  submittedAt: Date;
  kind: 'individual' | 'prepaid' | 'on_account';
  needsApproval: boolean;
  parcels: number;
  /** it spoils within days */
  fresh: boolean;
  /** its programme counts by review, so the buyer reviews nearly always */
  countsByReview: boolean;
  /** scarce goods are not given back */
  binding: boolean;
}

const PAYMENT_HELD_MINUTES = 35;

export function fateOf(random: Random, facts: Circumstances): Fate {
  const { submittedAt, kind, needsApproval } = facts;
  const decidedAt = needsApproval ? workingHour(random, submittedAt, 1, 22) : null;
  const paid = hoursLater(decidedAt ?? submittedAt, random.between(0.02, 0.12));
  const placedAt = kind === 'on_account' ? (decidedAt ?? submittedAt) : paid;
  const end = endOf(random, facts);
  return {
    decidedAt,
    placedAt,
    end,
    endedAt: endedAt(random, end, { submittedAt, decidedAt, placedAt }),
    parcels: Array.from({ length: facts.parcels }, () => parcelFate(random, facts, placedAt)),
  };
}

function endOf(random: Random, { kind, needsApproval, binding }: Circumstances): Fate['end'] {
  const roll = random.real();
  if (binding) return 'delivered';
  if (kind === 'individual') return roll < 0.02 ? 'expired' : roll < 0.042 ? 'cancelled' : 'delivered';
  if (needsApproval && roll < 0.015) return 'rejected';
  return roll < 0.028 ? 'cancelled' : 'delivered';
}

function endedAt(
  random: Random,
  end: Fate['end'],
  at: { submittedAt: Date; decidedAt: Date | null; placedAt: Date },
): Date {
  if (end === 'expired') return hoursLater(at.submittedAt, PAYMENT_HELD_MINUTES / 60 + 0.01);
  if (end === 'rejected') return at.decidedAt ?? at.placedAt;
  return hoursLater(at.placedAt, random.between(0.1, 0.9));
}

function parcelFate(random: Random, facts: Circumstances, placedAt: Date): ParcelFate {
  const { kind, fresh, countsByReview } = facts;
  const individual = kind === 'individual';
  const confirmedAt = workingHour(random, placedAt, 1, fresh ? 4 : 14);
  const shippedInTime = workingHour(random, confirmedAt, 1, fresh ? 6 : 26);
  const byBuyer = !individual || random.chance(0.72);
  const receivedInTime = byBuyer
    ? workingHour(random, shippedInTime, fresh ? 14 : 24, fresh ? 26 : individual ? 96 : 64)
    : hoursLater(shippedInTime, 240);
  const reviews = individual ? byBuyer && random.chance(0.15) : random.chance(countsByReview ? 0.985 : 0.35);
  const roll = random.real();
  const [short, damaged] = individual ? [0.003, 0.009] : [0.02, 0.045];
  const lateHours = !fresh && roll > 0.97 ? 24 * 6 : 0;
  const shippedAt = hoursLater(shippedInTime, lateHours);
  const receivedAt = hoursLater(receivedInTime, lateHours);
  return {
    confirmedAt,
    shippedAt,
    receivedAt,
    byBuyer,
    reviewedAt: reviews ? workingHour(random, receivedAt, 2, 70) : null,
    rating: random.chance(0.7) ? 5 : random.int(3, 5),
    missing: roll < short ? 'short' : roll < damaged ? 'damaged' : null,
  };
}

/** Some hours after an instant, moved into the working hours of a day that is not Sunday. */
export function workingHour(random: Random, after: Date, least: number, most: number): Date {
  const then = hoursLater(after, random.between(least, most));
  let day = dayOf(then);
  const hour = (then.getTime() - atMinute(day, 0).getTime()) / 3_600_000;
  if (hour >= 8 && hour < 19 && dayToColumn(day).getUTCDay() !== 0) return then;
  if (hour >= 19) day = addDays(day, 1);
  if (dayToColumn(day).getUTCDay() === 0) day = addDays(day, 1);
  return atMinute(day, 8 * 60 + random.between(5, 170));
}
