import type { StatementState } from '../../db/generated/enums.ts';
import { addDays, type Day, dayFromColumn, dayOf, dayToColumn, monthOf } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';
import type { Market, Owed } from './market.ts';
import { type Random, randomFrom } from './random.ts';
import type { Tables } from './rows.ts';
import { atMinute } from './world.ts';
import { writeJournal } from './write-money.ts';

/** Units that are slow buyers are slow payers too, now and then. */
const SLOW_BELOW_PERCENT = 70;

/**
 * The monthly statements of what was accepted on account, with the transfers that paid the older ones. What a programme counts by
 * payment is counted when its line is wholly paid (rules 2, 27).
 */
export function settleStatements(market: Market): void {
  const random = randomFrom('statements');
  const groups = groupBy(market.owed, (line) =>
    [monthOf(dayOf(line.receivedAt)), line.unitId, line.funding, line.supplierId].join(' '),
  );
  for (const key of [...groups.keys()].sort()) settle(market, random, groups.get(key) ?? []);
  addUnclear(market);
}

/** What a bank's list leaves for a person: a transfer without a code, and one with a code that is none. */
function addUnclear({ world, people }: Market): void {
  const remarks = ['食堂采购款（演示，未写对账单编号）', '货款 DZ209901999999（演示，编号有误）'];
  for (const [index, remark] of remarks.entries())
    world.rows.add('transfer', {
      state: 'unmatched',
      bankReference: `DEMO-BANK-UNCLEAR-${index + 1}`,
      amountFen: 126_800 + index * 95_500,
      payerName: '付款单位（演示）',
      payerAccount: `DEMO622200000000${index + 1}`,
      paidOn: dayToColumn(addDays(world.today, -1 - index)),
      remark,
      recordedById: people.operator,
      recordedAt: atMinute(addDays(world.today, -1), 600),
    });
}

function settle(market: Market, random: Random, lines: Owed[]): void {
  const { rows, today } = market.world;
  const [first] = lines;
  const payer = rows
    .of('unitPayer')
    .find((row) => row.unitId === first?.unitId && row.fundingSource === first?.funding);
  if (!first || !payer?.id) throw new Error('something is owed by nobody');
  const startsOn = monthOf(dayOf(first.receivedAt));
  const endsOn = addDays(monthOf(addDays(startsOn, 31)), -1);
  const lastAt = new Date(Math.max(...lines.map(({ receivedAt }) => receivedAt.getTime())));
  const firstAt = new Date(Math.min(...lines.map(({ receivedAt }) => receivedAt.getTime())));
  const [termOn, latestOn] = [addDays(dayOf(lastAt), payer.termDays ?? 30), addDays(dayOf(firstAt), 60)];
  const dueOn = termOn < latestOn ? termOn : latestOn;
  const paidOn = paymentDay(market, random, first.unitId, { endsOn, dueOn });
  const state = stateOn(today, { endsOn, paidOn, random });
  const totalFen = lines.reduce((sum, line) => sum + line.fen, 0);
  const row: Tables['statement'] = {
    unitId: first.unitId,
    payerId: payer.id,
    fundingSource: first.funding,
    supplierId: first.supplierId,
    state,
    startsOn: dayToColumn(startsOn),
    endsOn: dayToColumn(endsOn),
    totalFen,
    dueOn: dayToColumn(dueOn),
    referenceCode: `DZ${startsOn.slice(0, 7).replace('-', '')}${String(rows.of('statement').length + 1).padStart(6, '0')}`,
    createdAt: lines[0]?.receivedAt,
  };
  const statementId = rows.add('statement', row);
  const paid = state === 'paid';
  const at = atMinute(paidOn, 660);
  const settlementId = paid ? rows.of('transfer').length + 1 : null;
  const lineIds = lines.map(({ orderId, receiptLineId, fulfilmentId, fen, receivedAt }) =>
    rows.add('statementLine', {
      ...{ statementId, orderId, receiptLineId, fulfilmentId, fen, at: receivedAt },
      ...{ paidFen: paid ? fen : 0, paidAt: paid ? at : null, settlementId },
    }),
  );
  if (paid || state === 'invoiced') addInvoice(market, statementId, row, payer);
  if (!paid) return;
  const transferId = rows.add('transfer', {
    statementId,
    state: 'matched',
    referenceCode: row.referenceCode,
    bankReference: `DEMO-BANK-${statementId}`,
    amountFen: totalFen,
    payerName: payer.title,
    payerAccount: payer.bankAccount ?? '',
    paidOn: dayToColumn(paidOn),
    recordedById: market.people.operator,
    recordedAt: at,
  });
  for (const [orderId, ofOrder] of groupBy(lines, (line) => line.orderId)) {
    const fen = ofOrder.reduce((sum, line) => sum + line.fen, 0);
    const amounts = { owed: fen, paid: -fen };
    writeJournal(market, { orderId, source: 'transfer', sourceId: transferId, at, amounts });
  }
  for (const [index, line] of lines.entries()) {
    rows.add('transferAllocation', { transferId, statementLineId: lineIds[index] ?? 0, fen: line.fen, at });
    if (line.tally)
      market.tally.count(
        line.tally,
        'on_account',
        'payment',
        { fen: line.fen, grams: line.grams },
        { source: 'settlement', sourceId: transferId, at },
      );
  }
}

/** The slow ones pay late; nobody whom a visitor may be does, so that they can buy on account. */
function paymentDay(
  { world }: Market,
  random: Random,
  unitId: number,
  { endsOn, dueOn }: { endsOn: Day; dueOn: Day },
): Day {
  const unit = world.facts.units[unitId - 1];
  const slow = (unit?.pacePercent ?? 100) < SLOW_BELOW_PERCENT && random.chance(0.4);
  if (slow) return addDays(endsOn, random.int(34, 75));
  const punctual = addDays(endsOn, random.int(9, 29));
  return punctual < dueOn ? punctual : dueOn;
}

function stateOn(today: Day, { endsOn, paidOn, random }: { endsOn: Day; paidOn: Day; random: Random }): StatementState {
  if (endsOn >= today) return 'open';
  if (paidOn < today) return 'paid';
  return random.pick(['open', 'buyer_confirmed', 'supplier_confirmed', 'confirmed', 'invoiced', 'invoiced']);
}

function addInvoice(
  { world }: Market,
  statementId: number,
  statement: Tables['statement'],
  payer: Tables['unitPayer'],
): void {
  const endsOn = dayFromColumn(new Date(statement.endsOn));
  const issuedOn = addDays(endsOn, 4) < world.today ? addDays(endsOn, 4) : addDays(world.today, -1);
  world.rows.add('invoice', {
    kind: 'blue',
    statementId,
    number: `DEMO${String(statementId).padStart(16, '0')}`,
    title: payer.title,
    taxNumber: payer.taxNumber,
    amountFen: statement.totalFen,
    issuedOn: dayToColumn(issuedOn),
  });
}
