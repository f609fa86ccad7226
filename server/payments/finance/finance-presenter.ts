import { type Actor, hasRole } from '../../accounts/actor.ts';
import type { JournalEntry } from '../../db/generated/client.ts';
import { FundingSource } from '../../db/generated/enums.ts';
import { inReaderLanguage, type Reader } from '../../orders/order-labels.ts';
import { maySee } from '../../orders/order-policy.ts';
import { orderNumber } from '../../orders/order-queries.ts';
import { pathTo } from '../../paths.ts';
import { groupBy } from '../../shared/group-by.ts';
import { encodeCursor } from '../../shared/pagination.ts';
import type { FinanceFilter } from './finance-filter.ts';
import { ACCOUNTS, type journalOf, type OrderSums, type onItsWay, type Sums } from './finance-queries.ts';
import { type sumTransfers, TRANSFER_FACTS } from './transfer-movements.ts';

interface FinancePage {
  actor: Actor;
  filter: FinanceFilter;
  sums: Sums;
  entries: number;
  orders: readonly OrderSums[];
  perPage: number;
  waiting: Awaited<ReturnType<typeof onItsWay>> | null;
  transfers: Awaited<ReturnType<typeof sumTransfers>> | null;
}

/** Where the operator sees what waits. */
const WAITING_AT: Partial<Record<string, string>> = {
  refunds: pathTo('failedRefunds'),
  transfers: pathTo('transfers'),
  rests: pathTo('transfers', { tab: 'rest' }),
  returning: pathTo('transfers', { tab: 'returning' }),
};

/** The data of `views/payments/finance.hbs` and its sheet: totals by account, then orders whose accounts sum to zero. */
export function presentFinance(reader: Reader, page: FinancePage) {
  const { t } = reader;
  const { filter, sums, entries, perPage, waiting } = page;
  const { from, to, query } = filter;
  const { cursor: _, ...asked } = query;
  const wish = { ...asked, from, to };
  const shown = page.orders.slice(0, perPage);
  const last = page.orders.length > perPage ? shown.at(-1) : undefined;
  const all = Object.values(sums).reduce((sum, fen) => sum + fen, 0);
  return {
    title: t('finance:title'),
    ...{ from, to, query, entries },
    isSuppliers: filter.isSuppliers,
    isOperator: hasRole(page.actor, 'operator'),
    period: t('finance:period', { from, to }),
    heads: headsOf(reader),
    fundings: Object.values(FundingSource).map((value) => ({ value, label: t(`common:funding.${value}`) })),
    accounts: ACCOUNTS.map((value) => ({ value, label: t(`finance:account.${value}`) })),
    form: { values: { ...asked, from, to } },
    totals: ACCOUNTS.map((account) => ({
      label: t(`finance:account.${account}`),
      hint: t(`finance:says.${account}`),
      fen: sums[account],
      href: pathTo('finance', { ...wish, account: query.account === account ? undefined : account }),
      current: query.account === account,
    })),
    ...{ sumFen: all, isZero: all === 0 },
    waiting: waiting?.map(({ name, count, fen }) => ({
      label: t(`finance:waiting.${name}`),
      ...{ count, fen, href: WAITING_AT[name] },
    })),
    transfers: page.transfers && {
      facts: TRANSFER_FACTS.map((fact) => ({
        label: t(`finance:transfers.${fact}`),
        fen: (fact === 'came' ? 1 : -1) * (page.transfers?.[fact] ?? 0),
      })),
      leftFen: page.transfers.left,
      leftLabel: t('finance:transfers.left', { day: to }),
    },
    orders: shown.map((order) => ({
      number: orderNumber(order),
      href: pathTo('financeOrder', { id: order.id }),
      unitName: order.unitName ? inReaderLanguage(reader, order.unitName, order.unitNameEn ?? '') : t('finance:noUnit'),
      fundingLabel: t(`common:funding.${order.fundingSource}`),
      cells: cellsOf(reader, order),
      sumFen: ACCOUNTS.reduce((sum, account) => sum + order[account], 0),
    })),
    nextHref: last && pathTo('finance', { ...wish, cursor: encodeCursor([last.id]) }),
    clearHref: pathTo('finance'),
    excelHref: pathTo('financeExcel', wish),
    csvHref: pathTo('financeCsv', wish),
    sheetHref: pathTo('financeSheet', wish),
  };
}

function headsOf({ t }: Reader): string[] {
  return ACCOUNTS.map((account) => t(`finance:account.${account}`));
}

function cellsOf({ t }: Reader, sums: Sums) {
  return ACCOUNTS.map((account) => ({ label: t(`finance:account.${account}`), fen: sums[account] || undefined }));
}

/** The data of `views/payments/finance-order.hbs`: every movement of an order's money, each of which sums to zero, and their sum. */
export function presentJournal(
  reader: Reader,
  actor: Actor,
  { order, entries }: Awaited<ReturnType<typeof journalOf>>,
) {
  const { t } = reader;
  const sumOf = (rows: readonly JournalEntry[]) =>
    Object.fromEntries(
      ACCOUNTS.map((name) => [name, rows.reduce((sum, row) => sum + (row.account === name ? row.fen : 0), 0)]),
    ) as Sums;
  const facts = groupBy(entries, (entry) => `${entry.source} ${entry.sourceId}`);
  const number = orderNumber(order);
  return {
    title: t('finance:order.title', { number }),
    heads: headsOf(reader),
    facts: [...facts.values()].flatMap((rows) => {
      const [first] = rows;
      if (!first) return [];
      return {
        label: t(`finance:source.${first.source}`, { id: first.sourceId, defaultValue: first.source }),
        at: first.at,
        cells: cellsOf(reader, sumOf(rows)),
        sumFen: rows.reduce((sum, row) => sum + row.fen, 0),
      };
    }),
    totals: cellsOf(reader, sumOf(entries)),
    sumFen: entries.reduce((sum, entry) => sum + entry.fen, 0),
    // A supplier sees its parcels, not the order.
    orderHref: maySee(actor, order) ? pathTo('order', { id: order.id }) : undefined,
    backHref: pathTo('finance'),
  };
}
