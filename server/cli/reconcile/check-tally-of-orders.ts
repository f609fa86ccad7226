import type { Books, Difference } from './books.ts';
import { type LineFacts, type PlacedOrder, readOrders } from './order-facts.ts';
import { type Amount, ENTRY_GROUP, ENTRY_SUM, type EntrySum, standingOfEntry, TallyLines } from './tally-lines.ts';
import { type Programme, type Qualification, readQualification } from './what-qualifies.ts';
import { readStandings, type StandingOf } from './who-takes-part.ts';

const RANGE = 500;

/**
 * The tally of every order, worked out again from the order, its payment, receipts, reviews, refunds, transfers and cancellation by the
 * rules alone (1–7), against the sums of its entries; and the lineage that was written down for it.
 */
export async function* checkTallyOfOrders(books: Books): AsyncGenerator<Difference> {
  const qualification = await readQualification(books);
  const standingOf = await readStandings(books);
  for await (const [from, to] of ranges(books)) {
    const expected = new TallyLines();
    for (const [order, lines] of await readOrders(books, from, to)) {
      yield* lineageOf(order, standingOf);
      for (const line of lines) expect(expected, order, line, qualification, standingOf);
    }
    yield* expected.comparedWith(await entriesOf(books, from, to));
  }
}

/** Ranges of order ids in which there are orders, or entries that name orders that are not there. */
async function* ranges(books: Books): AsyncGenerator<[number, number]> {
  for (let from = 0; ; from += RANGE) {
    const [next] = await books.all<{ id: number | null }>(
      'SELECT MIN(id) AS id FROM (SELECT MIN(id) AS id FROM `order` WHERE id >= ? UNION SELECT MIN(orderId) FROM tally_entry WHERE orderId >= ?) x',
      [from, from],
    );
    if (!next || next.id === null) return;
    from = next.id;
    yield [from, from + RANGE - 1];
  }
}

function* lineageOf(order: PlacedOrder, standingOf: StandingOf): Generator<Difference> {
  if (order.boughtFor === null) return;
  const { path, groups } = standingOf(order.boughtFor, order.placedDay);
  const expected = `${path} of groups ${groups.join(' ') || 'none'}`;
  const found = order.lineage
    ? `${order.lineage.path} of groups ${order.lineage.groupIds.split(',').filter(Boolean).join(' ') || 'none'}`
    : 'none';
  if (expected !== found) yield { what: `lineage of order ${order.id}`, expected, found };
}

function expect(
  tally: TallyLines,
  order: PlacedOrder,
  line: LineFacts,
  { programmesFor }: Qualification,
  standingOf: StandingOf,
): void {
  const { unitId } = order;
  if (unitId === null) return;
  const standing = standingOf(unitId, order.placedDay);
  const copied = { ...line, unitId, channel: order.channel };
  const purchase = `order ${order.id} line ${line.id}`;
  for (const programme of programmesFor(line, standing.groups, order.placedDay)) {
    for (const [fundingSource, shareOf] of tendersOf(order, line)) {
      const paid = { ...copied, fundingSource };
      tally.add(programme, purchase, 'placed', paid, standing, shareOf(placedOf(order, line)));
      tally.add(programme, purchase, 'counted', paid, standing, shareOf(countedOf(order, line, programme)));
    }
  }
}

/** A welfare allowance is union funds: of everything of its line the same share, rounded down; the rest is the order's own tender (rule 6). */
function tendersOf({ fundingSource }: PlacedOrder, { allowanceFen, payableFen }: LineFacts) {
  const part = (amount: number) => (amount * allowanceFen - ((amount * allowanceFen) % payableFen)) / payableFen;
  const ofAllowance = ({ fen, grams }: Amount) => ({ fen: part(fen), grams: part(grams) });
  const own = (whole: Amount) => (allowanceFen > 0 ? less(whole, ofAllowance(whole)) : whole);
  return allowanceFen > 0
    ? ([
        [fundingSource, own],
        ['union_funds', ofAllowance],
      ] as const)
    : ([[fundingSource, own]] as const);
}

const NOTHING: Amount = { fen: 0, grams: 0 };

/** Placed is what was ordered less what was given up, what receipts found missing, and what was refunded; nothing of a cancelled order. */
export function placedOf({ isCancelled }: PlacedOrder, line: LineFacts): Amount {
  if (isCancelled) return NOTHING;
  const { payableFen, grams, missing, refunded, notToArrive } = line;
  return less({ fen: payableFen, grams }, sumOf([notToArrive, missing, refunded]));
}

/** Counted follows the way of buying and what the programme counts that by; facts after `countUntil` do not count. */
function countedOf(order: PlacedOrder, line: LineFacts, programme: Programme): Amount {
  if (order.isCancelled) return NOTHING;
  const by =
    order.fundingSource === 'individual'
      ? programme.countIndividualBy
      : order.paymentWay === 'on_account'
        ? programme.countOnAccountBy
        : programme.countPrepaidBy;
  const inTime = (day: string | null) => day !== null && day <= programme.countUntil;
  if (order.fundingSource === 'individual' && by === 'payment')
    return inTime(order.placedDay) ? placedOf(order, line) : NOTHING;
  // A settled dispute's correction counts with the delivery that it corrects, but not after the end.
  const ofDelivery = line.receipts.filter(({ isCorrection, day }) => !isCorrection || inTime(day));
  if (by === 'review')
    return inTime(line.reviewedOn) ? notBelowNothing(less(sumOf(ofDelivery), line.refunded)) : NOTHING;
  if (by === 'payment') return inTime(line.paidOn) ? notBelowNothing(less(sumOf(ofDelivery), line.refunded)) : NOTHING;
  return notBelowNothing(less(sumOf(line.receipts.filter(({ day }) => inTime(day))), line.refunded));
}

function sumOf(parts: readonly Amount[]): Amount {
  return parts.reduce((sum, part) => ({ fen: sum.fen + part.fen, grams: sum.grams + part.grams }), NOTHING);
}

function less(whole: Amount, part: Amount): Amount {
  return { fen: whole.fen - part.fen, grams: whole.grams - part.grams };
}

function notBelowNothing({ fen, grams }: Amount): Amount {
  return { fen: Math.max(0, fen), grams: Math.max(0, grams) };
}

async function entriesOf(books: Books, from: number, to: number): Promise<TallyLines> {
  const rows = await books.all<EntrySum & { orderId: number; lineId: number }>(
    `SELECT e.orderId, e.lineId, ${ENTRY_SUM}
     FROM tally_entry e JOIN programme p ON p.id = e.programmeId JOIN unit_lineage g ON g.id = e.lineageId
     WHERE e.orderId BETWEEN ? AND ? GROUP BY e.orderId, e.lineId, ${ENTRY_GROUP}`,
    [from, to],
  );
  const found = new TallyLines();
  for (const row of rows) {
    const purchase = `order ${row.orderId} line ${row.lineId}`;
    found.add({ code: row.programme }, purchase, row.event, row, standingOfEntry(row), row);
  }
  return found;
}
