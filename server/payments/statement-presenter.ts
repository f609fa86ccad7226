import { type Actor, hasRole } from '../accounts/actor.ts';
import type { StatementState } from '../db/generated/enums.ts';
import { inReaderLanguage, type Reader } from '../orders/order-labels.ts';
import { orderNumber } from '../orders/order-queries.ts';
import { pathTo } from '../paths.ts';
import type { LineCount } from '../quotas/tally/order-counts.ts';
import { type Day, dayFromColumn, daysBetween } from '../shared/days.ts';
import { groupBy } from '../shared/group-by.ts';
import { encodeCursor } from '../shared/pagination.ts';
import type { FormView } from '../web/form-view.ts';
import { presentExtensions } from './extension-presenter.ts';
import { presentInvoicing } from './invoices/invoicing-presenter.ts';
import type { StatementInvoicing } from './invoices/statement-invoicing.ts';
import { hasGoodTaxNumber } from './payers/payer-queries.ts';
import { isPaidSupplier, isPayer } from './statement-policy.ts';
import type { ListedStatement, WholeStatement } from './statement-queries.ts';
import { STATEMENT_TABS, type StatementTab } from './statement-schemas.ts';
import { mayHappenToStatement } from './statement-states.ts';
import { presentTransfer } from './transfer-presenter.ts';

const TONES: Record<StatementState, string> = {
  open: 'active',
  buyer_confirmed: 'wait',
  supplier_confirmed: 'wait',
  confirmed: 'good',
  invoiced: 'good',
  paid: 'done',
};

interface ListPage {
  tab: StatementTab;
  statements: readonly ListedStatement[];
  nextId: number | undefined;
  overdue: number;
  today: Day;
}

/** The data of `views/payments/statements.hbs`. */
export function presentStatements(reader: Reader, { tab, statements, nextId, overdue, today }: ListPage) {
  const { t } = reader;
  return {
    title: t('statements:list.title'),
    tab,
    tabs: STATEMENT_TABS.map((name) => ({
      label: t(`statements:tab.${name}`),
      href: pathTo('statements', { tab: name === 'unpaid' ? undefined : name }),
      current: name === tab,
      count: name === 'overdue' ? overdue : undefined,
    })),
    statements: statements.map((statement) => ({
      ...headOf(reader, statement, today),
      href: pathTo('statement', { id: statement.id }),
    })),
    nextHref: nextId && pathTo('statements', { tab, cursor: encodeCursor([nextId]) }),
  };
}

export function headOf(reader: Reader, statement: ListedStatement, today: Day) {
  const { t } = reader;
  const { id, referenceCode, state, unit, supplier, payer, fundingSource, totalFen, paidFen } = statement;
  const dueOn = statement.dueOn && dayFromColumn(statement.dueOn);
  const overdueDays = dueOn && state !== 'paid' && dueOn < today ? daysBetween(dueOn, today) : 0;
  return {
    ...{ id, referenceCode, dueOn, paidFen },
    totalFen: Number(totalFen),
    unpaidFen: Math.max(0, Number(totalFen) - paidFen),
    creditFen: Math.max(0, paidFen - Number(totalFen)),
    month: t('statements:month', {
      year: dayFromColumn(statement.startsOn).slice(0, 4),
      month: Number(dayFromColumn(statement.startsOn).slice(5, 7)),
    }),
    startsOn: dayFromColumn(statement.startsOn),
    endsOn: dayFromColumn(statement.endsOn),
    unitName: inReaderLanguage(reader, unit.name, unit.nameEn),
    supplierName: inReaderLanguage(reader, supplier.name, supplier.nameEn),
    payerTitle: payer.title,
    fundingLabel: t(`common:funding.${fundingSource}`),
    stateTone: TONES[state],
    stateLabel: t(`statements:state.${state}`),
    overdueText: overdueDays > 0 ? t('statements:overdueBy', { days: overdueDays }) : undefined,
  };
}

interface ShowPage {
  actor: Actor;
  statement: WholeStatement;
  counts: readonly LineCount[];
  invoicing: StatementInvoicing;
  /** the last day to which it may be extended */
  latestOn: Day | null;
  today: Day;
  forms: Record<'confirm' | 'invoice' | 'transfer' | 'red' | 'extension' | 'extensionDecision', FormView>;
}

/** The data of `views/payments/statement.hbs` and its sheet. */
export function presentStatement(reader: Reader, page: ShowPage) {
  const { actor, statement, counts, invoicing, today, forms } = page;
  const { t } = reader;
  const { id, state, payer } = statement;
  const paysFor = isPayer(actor, statement);
  const sells = isPaidSupplier(actor, statement);
  const head = headOf(reader, statement, today);
  const mayConfirm = mayHappenToStatement(state, paysFor ? 'buyer_confirm' : 'supplier_confirm') && (paysFor || sells);
  const hasInvoice = statement.invoices.length > 0;
  return {
    title: t('statements:show.title', { code: statement.referenceCode }),
    statement: {
      ...head,
      taxNumber: payer.taxNumber,
      bankAccount: payer.bankAccount,
      mustPrepay: payer.prepaysForOverdue,
      steps: stepsOf(reader, state),
    },
    orders: ordersOf(reader, statement, counts, paysFor),
    showsCounts: counts.length > 0,
    transfers: statement.transfers.map((transfer) => presentTransfer(reader, transfer)),
    ...presentInvoicing(reader, statement, invoicing, sells),
    ...presentExtensions(reader, statement, { pays: paysFor, sells, latestOn: page.latestOn, today }),
    confirmHref: mayConfirm ? pathTo('statementConfirmation', { id }) : undefined,
    invoiceHref:
      sells && !hasInvoice && mayHappenToStatement(state, 'invoice') ? pathTo('statementInvoice', { id }) : undefined,
    transferHref: (paysFor || sells) && head.unpaidFen > 0 ? pathTo('statementTransfer', { id }) : undefined,
    wrongNumber: hasGoodTaxNumber(payer) ? undefined : { payerHref: payerHref(actor, statement, paysFor) },
    transferKind: paysFor ? 'declare' : 'receive',
    sheetHref: pathTo('statementSheet', { id }),
    excelHref: pathTo('statementExcel', { id }),
    backHref: pathTo('statement', { id }),
    ...{ today, forms },
  };
}

/** Where a wrong tax number is put right, for who may do that. */
function payerHref(actor: Actor, { unit, fundingSource: funding }: WholeStatement, paysFor: boolean) {
  return paysFor || hasRole(actor, 'operator') ? pathTo('unitPayers', { unitCode: unit.code, funding }) : undefined;
}

/** Where the statement stands, from open to paid. */
function stepsOf({ t }: Reader, state: StatementState) {
  const names = ['open', 'confirmed', 'invoiced', 'paid'] as const;
  const reached = { open: 0, buyer_confirmed: 0, supplier_confirmed: 0, confirmed: 1, invoiced: 2, paid: 3 }[state];
  return names.map((name, at) => ({
    label: t(`statements:step.${name}`),
    detail: at === reached && state !== name ? t(`statements:state.${state}`) : undefined,
    state: at < reached || state === 'paid' ? 'done' : at === reached ? 'current' : 'todo',
  }));
}

function ordersOf(reader: Reader, { lines }: WholeStatement, counts: readonly LineCount[], linksOrders: boolean) {
  return [...groupBy(lines, (line) => line.orderId)].map(([orderId, ofOrder]) => ({
    number: ofOrder[0] ? orderNumber(ofOrder[0].order) : '',
    href: linksOrders ? pathTo('order', { id: orderId }) : undefined,
    fen: ofOrder.reduce((sum, line) => sum + line.fen, 0),
    paidFen: ofOrder.reduce((sum, line) => sum + line.paidFen, 0),
    counts: countsIn(reader, ofOrder, counts),
    lines: ofOrder.map((line) => ({ ...presentLine(reader, line), id: line.id })),
  }));
}

/** What the order's lines on this statement count; others of it may stand on another supplier's. */
function countsIn(reader: Reader, lines: WholeStatement['lines'], counts: readonly LineCount[]) {
  const lineIds = new Set(lines.map((line) => line.receiptLine?.lineId ?? line.refundLine?.lineId));
  const ofLines = counts.filter(({ lineId }) => lineIds.has(lineId));
  return [...groupBy(ofLines, ({ programmeId }) => programmeId).values()].flatMap((ofProgramme) => {
    const [first] = ofProgramme;
    if (!first) return [];
    return {
      programme: inReaderLanguage(reader, first.programmeName, first.programmeNameEn),
      countedFen: ofProgramme.reduce((sum, { countedFen }) => sum + countedFen, 0),
      rule: reader.t(`statements:countedBy.${first.countOnAccountBy}`),
    };
  });
}

function presentLine(reader: Reader, line: WholeStatement['lines'][number]) {
  const { t } = reader;
  const goods = line.receiptLine?.line ?? line.refundLine?.line;
  const quantity = line.receiptLine?.acceptedQuantity ?? line.refundLine?.quantity;
  const kind = line.receiptLineId
    ? 'goods'
    : line.refundLineId
      ? 'refund'
      : line.fulfilmentId
        ? 'freight'
        : 'freightRefund';
  const isWhole = line.fen !== 0 && line.paidFen === line.fen;
  const paid = isWhole ? 'whole' : line.paidFen !== 0 ? 'part' : 'none';
  return {
    kind,
    name: goods ? inReaderLanguage(reader, goods.name, goods.nameEn) : t(`statements:kind.${kind}`),
    spec: goods && inReaderLanguage(reader, goods.spec, goods.specEn),
    kindLabel: kind === 'refund' ? t('statements:kind.refund') : undefined,
    amount: goods && quantity ? `${quantity} ${inReaderLanguage(reader, goods.saleUnit, goods.saleUnitEn)}` : undefined,
    fen: line.fen,
    paidFen: line.paidFen,
    at: line.at,
    paidLabel: t(`statements:paid.${line.fen < 0 ? 'credit' : 'line'}.${paid}`),
    paidTone: paid === 'whole' ? 'done' : paid === 'part' ? 'active' : 'off',
  };
}
