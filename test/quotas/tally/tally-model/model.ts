/**
 * The tally as the rules have it and nothing else: purchases, what happened to each, and the signed amounts that follow. It knows no
 * table, no statement and no code of the market.
 */
export type Event = 'placed' | 'counted';
export type Funding = 'individual' | 'canteen_budget' | 'union_funds';

export interface Amount {
  fen: number;
  grams: number;
}

export interface ModelProgramme {
  id: number;
  startsOn: string;
  endsOn: string;
  countUntil: string;
  groups: number[];
  counties: string[];
  individualsBy: 'payment' | 'receipt';
  onAccountBy: 'acceptance' | 'payment' | 'review';
}

export interface Good extends Amount {
  productId: number;
  supplierId: number;
  categoryId: number;
  originPlaceId: number;
  county: string;
}

export interface Line {
  id: number;
  good: Good;
  quantity: number;
  /** what its buyer still has or is still to get, with its share of a discount */
  left: Amount;
  /** so many of so many fen of it are paid with a welfare allowance, and so many were taken off for points */
  tender: { allowance: number; points: number; of: number };
  /** of it, given back before it arrived */
  givenUp: number;
  accepted: number | null;
  /** given back after it was accepted */
  returned: number;
  /** wholly paid by transfer */
  paidOn: string | null;
  isDisqualified: boolean;
  standing: Map<number, Record<Event, Amount>>;
}

export interface Parcel {
  id: number;
  lines: Line[];
  state: 'open' | 'received' | 'over';
  receivedOn: string | null;
  reviewedOn: string | null;
  /** the month whose statement asks for it */
  statement: string | null;
}

export interface Purchase {
  id: number;
  buyer: number;
  unit: number;
  funding: Funding;
  parcels: Parcel[];
  /** bought here, declared and counted by verification, or imported and counted at once */
  kind: 'order' | 'offline' | 'external';
  /** of what was not bought here */
  declaredOn: string | null;
  isVerified: boolean;
  verifiedOn: string | null;
  /** cancelled or returned */
  isOver: boolean;
  placedOn: string;
  chain: number[];
  groups: number[];
}

export interface Booked extends Amount {
  line: Line;
  programme: number;
  event: Event;
  day: string;
  chain: number[];
  groups: number[];
  /** written while the programme was closed */
  isAdjustment: boolean;
  fundingSource: Funding;
  categoryId: number;
  originPlaceId: number;
}

interface Position {
  since: string;
  parent: number | null;
}

interface Membership {
  unit: number;
  group: number;
  since: string;
  until: string | null;
}

export class Model {
  booked: Booked[] = [];
  readonly purchases: Purchase[] = [];
  readonly closed = new Set<number>();
  readonly programmes: ModelProgramme[];
  readonly positions: Map<number, Position[]>;
  readonly memberships: Membership[];

  constructor(programmes: ModelProgramme[], positions: Map<number, Position[]>, memberships: Membership[]) {
    this.programmes = programmes;
    this.positions = positions;
    this.memberships = memberships;
  }

  chainOf(unit: number, day: string): number[] {
    const chain = [unit];
    for (;;) {
      const now = this.positions.get(chain[0] as number)?.findLast(({ since }) => since <= day);
      if (!now || now.parent === null) return chain;
      chain.unshift(now.parent);
    }
  }

  groupsOf(chain: readonly number[], day: string): number[] {
    const held = this.memberships.filter(
      ({ unit, since, until }) => chain.includes(unit) && since <= day && (until === null || day < until),
    );
    return [...new Set(held.map(({ group }) => group))];
  }

  buy(purchase: New, day: string): void {
    const bought = this.#enter(purchase, day, { kind: 'order', declaredOn: null });
    for (const line of linesIn(bought))
      for (const programme of this.#qualifying(bought, line)) {
        line.standing.set(programme.id, nothingYet());
        this.#add(bought, line, programme, 'placed', line.left, day);
        if (bought.funding === 'individual' && programme.individualsBy === 'payment' && day <= programme.countUntil)
          this.#add(bought, line, programme, 'counted', line.left, day);
      }
  }

  /** Bought outside the market on an earlier day; after `countUntil` a declaration or an import counts nothing. */
  declare(purchase: New, kind: 'offline' | 'external', boughtOn: string, day: string): void {
    const declared = this.#enter(purchase, boughtOn, { kind, declaredOn: day });
    for (const line of linesIn(declared))
      for (const programme of this.#qualifying(declared, line)) {
        line.standing.set(programme.id, nothingYet());
        this.#add(declared, line, programme, 'placed', line.left, day);
      }
    if (kind === 'external') this.verify(declared, day);
  }

  /** A later list tells that so many are left. */
  lower(purchase: Purchase, left: number, day: string): void {
    for (const line of linesIn(purchase)) {
      const part = minus(line.left, times(line.good, left));
      line.quantity = left;
      line.left = minus(line.left, part);
      this.#takeBackCounted(purchase, line, part, day);
    }
  }

  verify(purchase: Purchase, day: string): void {
    purchase.isVerified = true;
    purchase.verifiedOn = day;
    for (const line of linesIn(purchase))
      for (const [programme, { placed, counted }] of this.#standingIn(line))
        if (day <= programme.countUntil) this.#add(purchase, line, programme, 'counted', minus(placed, counted), day);
  }

  /**
   * From now on it counts for another unit, where that stood on the day of placing: what stands goes over, what the new unit's
   * programmes alone take is counted by what happened so far, what only the old one's took is gone.
   */
  reAttribute(purchase: Purchase, unit: number, day: string): void {
    const before = { ...purchase };
    purchase.unit = unit;
    purchase.chain = this.chainOf(unit, purchase.placedOn);
    purchase.groups = this.groupsOf(purchase.chain, purchase.placedOn);
    for (const parcel of purchase.parcels)
      for (const line of parcel.lines) {
        const held = new Map([...line.standing].filter(([, { placed }]) => placed.fen > 0 || placed.grams > 0));
        for (const programme of this.programmes) {
          const standing = held.get(programme.id);
          const takesPart = programme.groups.some((group) => purchase.groups.includes(group));
          if (standing) {
            const { placed, counted } = { placed: { ...standing.placed }, counted: { ...standing.counted } };
            this.#add(before, line, programme, 'placed', minus(NOTHING, placed), day);
            this.#add(before, line, programme, 'counted', minus(NOTHING, counted), day);
            if (!takesPart) line.standing.delete(programme.id);
            else {
              this.#add(purchase, line, programme, 'placed', placed, day);
              this.#add(purchase, line, programme, 'counted', counted, day);
            }
          } else if (this.#qualifying(purchase, line).includes(programme)) {
            line.standing.set(programme.id, nothingYet());
            this.#add(purchase, line, programme, 'placed', line.left, day);
            if (this.#countsSoFar(purchase, parcel, line, programme))
              this.#add(purchase, line, programme, 'counted', line.left, day);
          }
        }
      }
  }

  #countsSoFar(purchase: Purchase, parcel: Parcel, line: Line, programme: ModelProgramme): boolean {
    const inTime = (on: string | null) => on !== null && on <= programme.countUntil;
    if (purchase.kind !== 'order') return inTime(purchase.verifiedOn);
    if (purchase.funding === 'individual')
      return inTime(programme.individualsBy === 'payment' ? purchase.placedOn : parcel.receivedOn);
    if (programme.onAccountBy === 'review') return inTime(parcel.reviewedOn);
    return inTime(programme.onAccountBy === 'payment' ? line.paidOn : parcel.receivedOn);
  }

  #enter(purchase: New, placedOn: string, of: Pick<Purchase, 'kind' | 'declaredOn'>): Purchase {
    const chain = this.chainOf(purchase.unit, placedOn);
    const groups = this.groupsOf(chain, placedOn);
    const none = { isVerified: false, verifiedOn: null, isOver: false };
    const entered: Purchase = { ...purchase, ...of, ...none, placedOn, chain, groups };
    this.purchases.push(entered);
    return entered;
  }

  #qualifying({ placedOn, declaredOn, groups }: Purchase, { good, isDisqualified }: Line): ModelProgramme[] {
    return this.programmes.filter(
      (programme) =>
        !isDisqualified &&
        (declaredOn === null || declaredOn <= programme.countUntil) &&
        programme.startsOn <= placedOn &&
        placedOn <= programme.endsOn &&
        programme.groups.some((group) => groups.includes(group)) &&
        programme.counties.includes(good.county),
    );
  }

  /** Of an order cancelled, of a declaration returned: all that stands is taken back. */
  cancel(purchase: Purchase, day: string): void {
    purchase.isOver = true;
    for (const line of linesIn(purchase))
      for (const [programme, { placed }] of this.#standingIn(line))
        this.#takeBack(purchase, line, programme, { ...placed }, day);
  }

  /** What did not arrive is taken back; what was accepted counts now where that is what counts. */
  receive(purchase: Purchase, parcel: Parcel, accepted: Map<number, number>, day: string): void {
    parcel.state = 'received';
    parcel.receivedOn = day;
    for (const line of parcel.lines) {
      line.accepted = accepted.get(line.id) ?? 0;
      const arrived = shareOf(line.left, line.accepted, line.quantity - line.givenUp);
      const missing = minus(line.left, arrived);
      line.left = arrived;
      for (const [programme] of this.#standingIn(line)) this.#takeBack(purchase, line, programme, missing, day);
      this.#count(purchase, line, day, ({ individualsBy, onAccountBy }) =>
        purchase.funding === 'individual' ? individualsBy === 'receipt' : onAccountBy === 'acceptance',
      );
    }
  }

  review(purchase: Purchase, parcel: Parcel, day: string): void {
    parcel.reviewedOn = day;
    if (purchase.funding === 'individual') return;
    for (const line of parcel.lines) this.#count(purchase, line, day, ({ onAccountBy }) => onAccountBy === 'review');
  }

  /** A statement was paid whole: so are these parcels. */
  pay(purchase: Purchase, parcel: Parcel, day: string): void {
    for (const line of parcel.lines) {
      line.paidOn = day;
      this.#count(purchase, line, day, ({ onAccountBy }) => onAccountBy === 'payment');
    }
  }

  refund(purchase: Purchase, parcel: Parcel, line: Line, quantity: number, day: string): void {
    const part = shareOf(line.left, quantity, leftOf(line, parcel));
    line.left = minus(line.left, part);
    if (parcel.state === 'open') {
      line.givenUp += quantity;
      for (const [programme] of this.#standingIn(line)) this.#takeBack(purchase, line, programme, part, day);
      if (parcel.lines.every((one) => one.givenUp === one.quantity)) parcel.state = 'over';
      return;
    }
    line.returned += quantity;
    this.#takeBackCounted(purchase, line, part, day);
  }

  /** Whatever stands of goods that were bought here since a day is taken back, and they qualify no more. */
  disqualify(productId: number, since: string, day: string): void {
    for (const purchase of this.purchases)
      for (const line of linesIn(purchase)) {
        if (purchase.kind !== 'order' || purchase.placedOn < since || line.good.productId !== productId) continue;
        line.isDisqualified = true;
        for (const [programme, { placed, counted }] of this.#standingIn(line)) {
          const [allPlaced, allCounted] = [{ ...placed }, { ...counted }];
          this.#add(purchase, line, programme, 'placed', minus(NOTHING, allPlaced), day);
          this.#add(purchase, line, programme, 'counted', minus(NOTHING, allCounted), day);
        }
      }
  }

  /**
   * A draft is opened in the midst of it. What it takes in is what it would hold had it been open from the start, so that the model
   * plays it from the start; but what was disqualified before is not taken in at all.
   */
  open(programmeId: number): void {
    this.booked = this.booked.filter(({ programme, line }) => programme !== programmeId || !line.isDisqualified);
  }

  /** The sum of what was booked of such entries, up to a day. */
  sum(where: (entry: Booked) => boolean, until: string | null) {
    const total = { placedFen: 0, placedGrams: 0, countedFen: 0, countedGrams: 0 };
    for (const entry of this.booked) {
      if ((until !== null && entry.day > until) || !where(entry)) continue;
      total[`${entry.event}Fen`] += entry.fen;
      total[`${entry.event}Grams`] += entry.grams;
    }
    return total;
  }

  #standingIn(line: Line): [ModelProgramme, Record<Event, Amount>][] {
    return this.programmes.flatMap((programme) => {
      const standing = line.standing.get(programme.id);
      return standing ? [[programme, standing] as [ModelProgramme, Record<Event, Amount>]] : [];
    });
  }

  /** All that stands of a line counts now, in the programmes that count by this. */
  #count(purchase: Purchase, line: Line, day: string, countsBy: (programme: ModelProgramme) => boolean): void {
    for (const [programme, { placed, counted }] of this.#standingIn(line))
      if (countsBy(programme) && day <= programme.countUntil)
        this.#add(purchase, line, programme, 'counted', minus(placed, counted), day);
  }

  /** Of goods that somebody has: placed and, as far as they were counted, counted by the part. */
  #takeBackCounted(purchase: Purchase, line: Line, part: Amount, day: string): void {
    for (const [programme, { placed, counted }] of this.#standingIn(line)) {
      const fromPlaced = least(part, placed);
      const fromCounted = least(part, counted);
      this.#add(purchase, line, programme, 'placed', minus(NOTHING, fromPlaced), day);
      this.#add(purchase, line, programme, 'counted', minus(NOTHING, fromCounted), day);
    }
  }

  /** Of goods that nobody has: placed by the part, counted only down to what is still placed. */
  #takeBack(purchase: Purchase, line: Line, programme: ModelProgramme, part: Amount, day: string): void {
    const standing = line.standing.get(programme.id);
    if (!standing) return;
    this.#add(purchase, line, programme, 'placed', minus(NOTHING, least(part, standing.placed)), day);
    const { placed, counted } = standing;
    const over = { fen: Math.max(0, counted.fen - placed.fen), grams: Math.max(0, counted.grams - placed.grams) };
    this.#add(purchase, line, programme, 'counted', minus(NOTHING, over), day);
  }

  #add(purchase: Purchase, line: Line, { id }: ModelProgramme, event: Event, { fen, grams }: Amount, day: string) {
    const standing = line.standing.get(id);
    if (!standing || (fen === 0 && grams === 0)) return;
    const before = byAllowance(line, standing[event]);
    standing[event].fen += fen;
    standing[event].grams += grams;
    const ofUnion = minus(byAllowance(line, standing[event]), before);
    const { chain, groups, funding } = purchase;
    const { categoryId, originPlaceId } = line.good;
    for (const [fundingSource, part] of [
      [funding, minus({ fen, grams }, ofUnion)],
      ['union_funds', ofUnion],
    ] as const)
      if (part.fen !== 0 || part.grams !== 0)
        this.booked.push({
          ...{ line, programme: id, event, day, chain, groups, fundingSource, categoryId, originPlaceId },
          ...{ isAdjustment: this.closed.has(id), ...part },
        });
  }

  /** What welfare allowances and points pay of all that buyers still have, fen. */
  tenders() {
    const lines = this.purchases.filter(({ isOver }) => !isOver).flatMap(linesIn);
    const sum = (of: 'allowance' | 'points') =>
      lines.reduce(
        (total, { left, tender }) => total + Math.floor((tender[of] * left.fen) / Math.max(1, tender.of)),
        0,
      );
    return { allowance: sum('allowance'), points: sum('points') };
  }
}

type New = Pick<Purchase, 'id' | 'buyer' | 'unit' | 'funding' | 'parcels'>;

const NOTHING: Amount = { fen: 0, grams: 0 };
const nothingYet = (): Record<Event, Amount> => ({ placed: { ...NOTHING }, counted: { ...NOTHING } });
const linesIn = ({ parcels }: Purchase): Line[] => parcels.flatMap(({ lines }) => lines);

/** How much of a line its buyer still has or is still to get. */
export function leftOf(line: Line, { state }: Parcel): number {
  return state === 'received' ? (line.accepted ?? 0) - line.returned : line.quantity - line.givenUp;
}

/** The same share of everything, as far as it is whole. */
function byAllowance({ tender }: Line, { fen, grams }: Amount): Amount {
  const share = (part: number) => Math.floor((tender.allowance * part) / Math.max(1, tender.of));
  return { fen: share(fen), grams: share(grams) };
}

function times({ fen, grams }: Amount, quantity: number): Amount {
  return { fen: fen * quantity, grams: grams * quantity };
}

function minus(a: Amount, b: Amount): Amount {
  return { fen: a.fen - b.fen, grams: a.grams - b.grams };
}

function least(a: Amount, b: Amount): Amount {
  return { fen: Math.min(a.fen, b.fen), grams: Math.min(a.grams, b.grams) };
}

/** So many of a number of units, to the nearest fen and gram. */
function shareOf({ fen, grams }: Amount, quantity: number, of: number): Amount {
  if (of === 0) return NOTHING;
  const share = (whole: number) => Math.floor((2 * whole * quantity + of) / (2 * of));
  return { fen: share(fen), grams: share(grams) };
}
