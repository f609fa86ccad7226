import type { Channel, FundingSource, TallyEvent, TallySource } from '../../db/generated/enums.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { allowanceShare } from '../../shared/tender-share.ts';
import type { Lineage } from '../../units/lineage.ts';
import { ALLOWANCE_LEG } from '../tally/tally-standing.ts';

export interface Amount {
  fen: number;
  grams: number;
}

/** What makes a programme count a purchase. */
export type CountedBy = 'payment' | 'receipt' | 'acceptance' | 'review' | 'settlement' | 'verification';

/** Something that happened to a line, by what wrote it down. */
export type Fact = { at: Date; source: TallySource; sourceId: number } & (
  | { does: 'place' }
  | { does: 'count'; by: CountedBy }
  /** goods were received: what is missing is taken back, or placed beside the rest where it is negative, and what was accepted may count */
  | { does: 'receive'; by: CountedBy; accepted: Amount; missing: Amount; isCorrection: boolean }
  /** outstanding: never delivered; accepted: goods that were; all: whatever stands */
  | { does: 'take_back'; of: 'outstanding' | 'accepted' | 'all'; part: Amount }
  | { does: 'move'; to: Lineage }
);

export interface ToldLine {
  lineId: number;
  categoryId: number;
  originPlaceId: number;
  supplierId: number | null;
  bought: Amount;
  /** of what was bought, paid with a welfare allowance */
  allowanceFen: number;
  /** in the order in which they happened */
  facts: readonly Fact[];
}

/** A purchase with the lines of it whose goods qualify. */
export interface ToldPurchase {
  /** null for a declared one */
  orderId: number | null;
  fundingSource: FundingSource;
  channel: Channel;
  zoneId: number | null;
  placedOn: Day;
  /** for whom it was placed */
  holder: Lineage;
  lines: readonly ToldLine[];
}

/** The programme as it counts: until when, by which fact this way of buying, and for whom. */
export interface CountingRule {
  countUntil: Day;
  countsBy: (by: CountedBy) => boolean;
  takesPart: (holder: Lineage) => boolean;
}

export interface ToldEntry extends Amount, Omit<ToldLine, 'bought' | 'allowanceFen' | 'facts'> {
  event: TallyEvent;
  source: TallySource;
  sourceId: number;
  leg: number;
  orderId: number | null;
  at: Date;
  onDay: Day;
  placedOn: Day;
  lineageId: number;
  unitId: number;
  fundingSource: FundingSource;
  channel: Channel;
  zoneId: number | null;
}

const FIRST_LEG = 0;
/** reversals, and what the old unit loses by a re-attribution */
const REVERSING_LEG = 1;
/** what is placed beside what was ordered */
const EXTRA_LEG = 2;
const NOTHING: Amount = { fen: 0, grams: 0 };

/**
 * The entries that a programme would hold of a purchase, had it been open from the start: the facts played in order by the rules of
 * tally-placing, tally-counting, tally-reversal and the mirror entries of a re-attribution, each with its own day (rules 2, 3, 4, 6).
 * What a unit outside the programme held is followed silently, so that a move into it brings what stood by then.
 */
export function entriesOf(purchase: ToldPurchase, rule: CountingRule): ToldEntry[] {
  return purchase.lines.flatMap((line) => new LineStory(purchase, line, rule).tell());
}

class LineStory {
  readonly #purchase: ToldPurchase;
  readonly #line: ToldLine;
  readonly #rule: CountingRule;
  readonly #entries: ToldEntry[] = [];
  /** what the holder's entries come to */
  readonly #told = { placed: NOTHING, counted: NOTHING };
  #holder: Lineage;
  #placed: Amount = NOTHING;
  #counted: Amount = NOTHING;
  /** a review or payment that counted the delivery, which a later correction of it follows */
  #countedAs: CountedBy | null = null;

  constructor(purchase: ToldPurchase, line: ToldLine, rule: CountingRule) {
    [this.#purchase, this.#line, this.#rule, this.#holder] = [purchase, line, rule, purchase.holder];
  }

  tell(): ToldEntry[] {
    for (const fact of this.#line.facts) this.#play(fact);
    return this.#entries;
  }

  #play(fact: Fact): void {
    if (fact.does === 'place') this.#place(fact);
    else if (fact.does === 'count') this.#count(fact, fact.by);
    else if (fact.does === 'move') this.#move(fact, fact.to);
    else if (fact.does === 'take_back') this.#takeBack(fact, fact.of, fact.part);
    else {
      this.#takeBack(fact, 'outstanding', less(fact.missing, NOTHING));
      this.#placeMore(fact, less(NOTHING, fact.missing));
      if (fact.accepted.fen === 0 && fact.accepted.grams === 0) return;
      this.#count(fact, fact.by, fact.accepted);
      if (fact.isCorrection && this.#countedAs) this.#count(fact, this.#countedAs, fact.accepted);
    }
  }

  #place(fact: Fact): void {
    if (this.#purchase.orderId === null && dayOf(fact.at) > this.#rule.countUntil) return;
    this.#placed = this.#line.bought;
    this.#write(fact, 'placed', this.#placed, FIRST_LEG);
  }

  #placeMore(fact: Fact, more: Amount): void {
    this.#placed = plus(this.#placed, more);
    this.#write(fact, 'placed', more, EXTRA_LEG);
  }

  #count(fact: Fact, by: CountedBy, most?: Amount): void {
    if (dayOf(fact.at) > this.#rule.countUntil || !this.#rule.countsBy(by)) return;
    if (by === 'review' || by === 'settlement') this.#countedAs = by;
    const rest = less(this.#placed, this.#counted);
    const part = most ? least(rest, most) : rest;
    this.#counted = plus(this.#counted, part);
    this.#write(fact, 'counted', part, FIRST_LEG);
  }

  #takeBack(fact: Fact, of: 'outstanding' | 'accepted' | 'all', part: Amount): void {
    const [placed, counted] = [this.#placed, this.#counted];
    const fromPlaced = of === 'all' ? placed : least(part, placed);
    const rest = less(placed, fromPlaced);
    const fromCounted = of === 'all' ? counted : of === 'accepted' ? least(part, counted) : less(counted, rest);
    this.#placed = rest;
    this.#counted = less(counted, fromCounted);
    this.#write(fact, 'placed', negative(fromPlaced), REVERSING_LEG);
    this.#write(fact, 'counted', negative(fromCounted), REVERSING_LEG);
  }

  #move(fact: Fact, to: Lineage): void {
    const sums = [['placed', this.#placed] as const, ['counted', this.#counted] as const];
    for (const [event, sum] of sums) this.#write(fact, event, negative(sum), REVERSING_LEG);
    this.#holder = to;
    for (const [event, sum] of sums) this.#write(fact, event, sum, FIRST_LEG);
  }

  /** By tender: what its shares of before and after differ by. */
  #write({ source, sourceId, at }: Fact, event: TallyEvent, { fen, grams }: Amount, leg: number): void {
    const before = this.#told[event];
    const after = { fen: before.fen + fen, grams: before.grams + grams };
    this.#told[event] = after;
    if (!this.#rule.takesPart(this.#holder)) return;
    const { orderId, fundingSource, channel, zoneId, placedOn } = this.#purchase;
    const { lineId, categoryId, originPlaceId, supplierId, bought, allowanceFen } = this.#line;
    const shareOf = (part: number) => allowanceShare(part, { allowanceFen, payableFen: bought.fen });
    const ofAllowance = {
      fen: shareOf(after.fen) - shareOf(before.fen),
      grams: shareOf(after.grams) - shareOf(before.grams),
    };
    const parts = [
      { fundingSource, leg, fen: fen - ofAllowance.fen, grams: grams - ofAllowance.grams },
      { fundingSource: 'union_funds' as const, leg: leg + ALLOWANCE_LEG, ...ofAllowance },
    ];
    for (const part of parts.filter((one) => one.fen !== 0 || one.grams !== 0))
      this.#entries.push({
        ...{ event, source, sourceId, orderId, lineId, at, onDay: dayOf(at), placedOn },
        ...{ channel, zoneId, categoryId, originPlaceId, supplierId },
        ...{ lineageId: this.#holder.id, unitId: this.#holder.unitId, ...part },
      });
  }
}

function least(a: Amount, b: Amount): Amount {
  return { fen: Math.min(a.fen, b.fen), grams: Math.min(a.grams, b.grams) };
}

function plus(a: Amount, b: Amount): Amount {
  return { fen: a.fen + b.fen, grams: a.grams + b.grams };
}

/** Never below nothing. */
function less(a: Amount, b: Amount): Amount {
  return { fen: Math.max(0, a.fen - b.fen), grams: Math.max(0, a.grams - b.grams) };
}

function negative({ fen, grams }: Amount): Amount {
  return { fen: -fen, grams: -grams };
}
