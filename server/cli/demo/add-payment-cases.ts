import { addDays, dayFromColumn, dayOf, dayToColumn } from '../../shared/days.ts';
import { NO_PASSWORD } from './add-people.ts';
import type { Market } from './market.ts';
import { atMinute, LONG_AGO } from './world.ts';

/**
 * What becomes of statements and invoices beside the usual: extensions asked for and granted, transfers that go back, invoices that
 * individuals asked for, with and without the red-letter one of a refund.
 */
export function addPaymentCases(market: Market): void {
  addExtensions(market);
  addReturns(market);
  addInvoices(market);
}

/** One that waits for its supplier, of the unit whose buyer a visitor may be where it has one, and one that was granted. */
function addExtensions({ world, people }: Market): void {
  const { rows, today } = world;
  const ownUnit = world.id('unit', 'abc-chongqing');
  const unpaid = rows
    .of('statement')
    .filter(({ state, dueOn }) => state !== 'paid' && dueOn instanceof Date && dayFromColumn(dueOn) >= today)
    .sort((a, b) => Number(b.unitId === ownUnit) - Number(a.unitId === ownUnit) || (a.id ?? 0) - (b.id ?? 0));
  const extensible = unpaid.flatMap((statement) => {
    const dueOn = dayFromColumn(statement.dueOn as Date);
    const latestOn = latestDueOn(rows, statement.id);
    return latestOn > dueOn ? [{ statement, dueOn, latestOn }] : [];
  });
  for (const [index, { statement, dueOn, latestOn }] of extensible.slice(0, 2).entries()) {
    const isGranted = index === 1;
    const wishedOn = addDays(dueOn, isGranted ? 20 : 14);
    const untilOn = wishedOn < latestOn ? wishedOn : latestOn;
    const [askedAt, decidedAt] = [atMinute(addDays(today, -3), 610), atMinute(addDays(today, -2), 560)];
    const [askedById, supplierUser] = [people.approver(statement.unitId), people.supplierUser(statement.supplierId)];
    const subject = { subjectType: 'statement', subjectId: statement.id ?? 0, unitId: statement.unitId };
    rows.add('statementExtension', {
      ...{ statementId: statement.id ?? 0, state: isGranted ? 'granted' : 'asked', askedById, askedAt },
      ...{ untilOn: dayToColumn(untilOn), beforeOn: dayToColumn(dueOn) },
      reason: isGranted ? '财政拨款月底到账，请宽限（演示）' : '食堂预算调整，请宽限两周（演示）',
      ...(isGranted ? { decidedById: supplierUser, decidedAt, answer: '同意（演示）' } : {}),
    });
    rows.add('auditLine', { at: askedAt, actorId: askedById, action: 'statement.ask_extension', ...subject });
    if (!isGranted) continue;
    statement.dueOn = dayToColumn(untilOn);
    rows.add('auditLine', {
      ...{ at: decidedAt, actorId: supplierUser, action: 'statement.grant_extension', ...subject },
      ...{ before: { dueOn }, after: { dueOn: untilOn } },
    });
  }
}

/** No line of a statement is due later than 60 days after its delivery, however long the extension (rule 27). */
function latestDueOn(rows: Market['world']['rows'], statementId: number | undefined): string {
  const lines = rows.of('statementLine').filter((line) => line.statementId === statementId && Number(line.fen) > 0);
  const first = lines.reduce((least, { at }) => Math.min(least, new Date(at).getTime()), Number.POSITIVE_INFINITY);
  return Number.isFinite(first) ? addDays(dayOf(new Date(first)), 60) : '';
}

/** One proposed by a colleague, which the operator may approve, and one that was sent back. */
function addReturns({ world, people }: Market): void {
  const { rows, today } = world;
  const colleague = rows.add('user', {
    ...{ login: 'demo-operator-2', passwordHash: NO_PASSWORD, name: '运营复核人员（演示）', isDemo: true },
    createdAt: atMinute(LONG_AGO, 600),
  });
  const since = dayToColumn(LONG_AGO);
  rows.add('roleGrant', { userId: colleague, role: 'operator', since, createdAt: atMinute(LONG_AGO, 600) });
  const cases = [
    { fen: 45_600, state: 'unmatched', remark: '退还押金（演示，付错对象）' },
    { fen: 31_200, state: 'returned', remark: '茶叶款（演示，重复付款）' },
  ] as const;
  for (const [index, { fen, state, remark }] of cases.entries()) {
    const isReturned = state === 'returned';
    const proposedById = isReturned ? people.operator : colleague;
    const [cameOn, at] = [addDays(today, -4 - index), atMinute(addDays(today, -2 - index), 630)];
    const transferId = rows.add('transfer', {
      ...{ state, amountFen: fen, remark, payerName: '付款单位（演示）', payerAccount: `DEMO62220000000099${index}` },
      ...{ bankReference: `DEMO-BANK-BACK-${index + 1}`, paidOn: dayToColumn(cameOn) },
      ...{ recordedById: people.operator, recordedAt: atMinute(addDays(cameOn, 1), 600) },
    });
    rows.add('transferReturn', {
      ...{ transferId, state: isReturned ? 'returned' : 'proposed', fen, reason: remark, proposedById, proposedAt: at },
      ...(isReturned ? { decidedById: colleague, decidedAt: new Date(at.getTime() + 3_600_000) } : {}),
    });
    const subject = { subjectType: 'transfer', subjectId: transferId, after: { fen }, reason: remark };
    rows.add('auditLine', { at, actorId: proposedById, action: 'transfer.propose_return', ...subject });
    if (isReturned)
      rows.add('auditLine', {
        ...{ at: new Date(at.getTime() + 3_600_000), actorId: colleague, action: 'transfer.return', ...subject },
      });
  }
}

/** Of parcels that an individual paid and received: two whose refund came after the invoice, one of them taken back of; and requests. */
function addInvoices(market: Market): void {
  const { rows } = market.world;
  const refunds = rows.of('refund').filter(({ state, orderId }) => state === 'paid' && isIndividual(market, orderId));
  const refunded = new Map(refunds.map(({ fulfilmentId }) => [fulfilmentId, 0]));
  for (const { fulfilmentId } of refunds) refunded.set(fulfilmentId, (refunded.get(fulfilmentId) ?? 0) + 1);
  const single = refunds.filter(({ fulfilmentId }) => refunded.get(fulfilmentId) === 1).slice(0, 2);
  for (const [index, { id, fulfilmentId, goodsFen, freightFen, decidedAt }] of single.entries()) {
    const backFen = Number(goodsFen ?? 0) + Number(freightFen ?? 0);
    const blueId = invoiceOf(market, fulfilmentId, backFen);
    const blue = rows.of('invoice').find((one) => one.id === blueId);
    if (!blue || index === 0) continue;
    rows.add('invoice', {
      ...{ kind: 'red', orderId: blue.orderId, fulfilmentId, refundId: id, redOfId: blueId },
      ...{ number: `DEMO9${String(blueId).padStart(15, '0')}`, title: blue.title, taxNumber: blue.taxNumber },
      ...{ amountFen: backFen, issuedOn: dayToColumn(dayOf(new Date(decidedAt ?? 0))) },
    });
  }
  const employee = market.people.employee;
  const supplierUser = market.world.id('user', 'supplier');
  const visitors = rows.of('roleGrant').find(({ userId }) => userId === supplierUser)?.supplierId;
  const own = rows
    .of('fulfilment')
    .filter(({ id, state, orderId }) => {
      const order = rows.of('order')[orderId - 1];
      return (
        state === 'received' && order?.buyerId === employee && !refunded.has(id ?? 0) && isIndividual(market, orderId)
      );
    })
    // Of the supplier whom a visitor may be where there are some.
    .sort((a, b) => Number(a.supplierId === visitors) - Number(b.supplierId === visitors) || (a.id ?? 0) - (b.id ?? 0))
    .slice(-2);
  for (const [index, { id }] of own.entries()) {
    if (index === 0) invoiceOf(market, id ?? 0, 0);
    else askFor(market, id ?? 0);
  }
}

function isIndividual({ world }: Market, orderId: number): boolean {
  const order = world.rows.of('order')[orderId - 1];
  return order?.fundingSource === 'individual' && order.paymentWay === 'stripe';
}

function askFor({ world }: Market, fulfilmentId: number): { title: string; orderId: number } {
  const { rows } = world;
  const parcel = rows.of('fulfilment')[fulfilmentId - 1];
  const order = parcel && rows.of('order')[parcel.orderId - 1];
  if (!parcel?.receivedAt || !order) throw new Error('an invoice is asked for of no parcel');
  const title = rows.of('user')[order.buyerId - 1]?.name ?? '';
  const asked = { orderId: parcel.orderId, title, taxNumber: null, askedById: order.buyerId };
  rows.add('invoiceRequest', {
    ...{ ...asked, fulfilmentId, supplierId: parcel.supplierId, askedAt: new Date(parcel.receivedAt) },
  });
  return { title, orderId: parcel.orderId };
}

/** The invoice of a received parcel as it stood before `backFen` went back; its id. */
function invoiceOf(market: Market, fulfilmentId: number, backFen: number): number {
  const { rows } = market.world;
  const parcel = rows.of('fulfilment')[fulfilmentId - 1];
  const { title, orderId } = askFor(market, fulfilmentId);
  const lines = rows.of('orderLine').filter((line) => line.fulfilmentId === fulfilmentId);
  const lineIds = new Set(lines.map(({ id }) => id));
  const goneFen = rows
    .of('refundLine')
    .filter(({ lineId, refundId }) => lineIds.has(lineId) && rows.of('refund')[refundId - 1]?.state === 'paid')
    .reduce((sum, { fen }) => sum + Number(fen ?? 0), 0);
  const keptFen = lines.reduce((sum, line) => sum + Number(line.acceptedFen ?? 0), 0) + Number(parcel?.freightFen ?? 0);
  return rows.add('invoice', {
    ...{ kind: 'blue', orderId, fulfilmentId, title, taxNumber: null, amountFen: keptFen - goneFen + backFen },
    number: `DEMO8${String(fulfilmentId).padStart(15, '0')}`,
    issuedOn: dayToColumn(dayOf(new Date(parcel?.receivedAt ?? 0))),
  });
}
