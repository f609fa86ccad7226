import type { Actor } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { Account, type FundingSource } from '../../db/generated/enums.ts';
import { NotFound } from '../../shared/errors.ts';
import { type FinanceFilter, scopeOf } from './finance-filter.ts';

export const ACCOUNTS = Object.values(Account);
export type Sums = Record<Account, number>;

/** The sums of a filter by account, fen, and of how many entries; every fact sums to zero, so any period does. */
export async function sumAccounts(db: Db, { where }: FinanceFilter): Promise<{ sums: Sums; entries: number }> {
  const rows = await db.$queryRaw<{ account: Account; fen: unknown; entries: unknown }[]>`
    SELECT j.account, SUM(j.fen) AS fen, COUNT(*) AS entries FROM journal_entry j JOIN \`order\` o ON o.id = j.orderId
    WHERE ${where} GROUP BY j.account`;
  const of = (account: Account) => Number(rows.find((row) => row.account === account)?.fen ?? 0);
  return {
    sums: Object.fromEntries(ACCOUNTS.map((account) => [account, of(account)])) as Sums,
    entries: rows.reduce((sum, row) => sum + Number(row.entries), 0),
  };
}

export interface OrderSums extends Sums {
  id: number;
  submittedAt: Date;
  fundingSource: FundingSource;
  unitName: string | null;
  unitNameEn: string | null;
}

/** Orders with what of the filter is theirs by account, fen, the newest first by key; with an account, those that it moved. */
export async function listOrderSums(
  db: Db,
  { where, query: { account } }: FinanceFilter,
  beforeId: number | null,
  take: number,
): Promise<OrderSums[]> {
  const sums = ACCOUNTS.map((name) => Prisma.sql`SUM(IF(j.account = ${name}, j.fen, 0)) AS ${Prisma.raw(name)}`);
  const moved = account ? Prisma.sql`HAVING SUM(j.account = ${account}) > 0` : Prisma.empty;
  const rows = await db.$queryRaw<OrderSums[]>`
    SELECT x.*, o.submittedAt, o.fundingSource, u.name AS unitName, u.nameEn AS unitNameEn FROM (
      SELECT o.id, ${Prisma.join(sums)} FROM journal_entry j JOIN \`order\` o ON o.id = j.orderId
      WHERE ${where} AND j.orderId < ${beforeId ?? 2_147_483_647} GROUP BY o.id ${moved} ORDER BY o.id DESC LIMIT ${take}
    ) x JOIN \`order\` o ON o.id = x.id LEFT JOIN unit u ON u.id = o.unitId ORDER BY x.id DESC`;
  return rows.map((row) => ({
    ...row,
    ...(Object.fromEntries(ACCOUNTS.map((name) => [name, Number(row[name])])) as Sums),
  }));
}

export interface Entry {
  id: number;
  orderId: number;
  submittedAt: Date;
  source: string;
  sourceId: number;
  account: Account;
  fen: number;
  at: Date;
  fundingSource: FundingSource;
  unitName: string | null;
}

/** The entries of a filter, by key, for sheets that are written as they are read. */
export async function* allEntries(
  db: Db,
  { where, query: { account } }: FinanceFilter,
  batch: number,
): AsyncGenerator<Entry> {
  for (let after = 0; ; ) {
    const rows = await db.$queryRaw<Entry[]>`
      SELECT j.id, j.orderId, o.submittedAt, j.source, j.sourceId, j.account, j.fen, j.at, o.fundingSource, u.name AS unitName
      FROM journal_entry j JOIN \`order\` o ON o.id = j.orderId LEFT JOIN unit u ON u.id = o.unitId
      WHERE ${where} AND j.id > ${after} ${account ? Prisma.sql`AND j.account = ${account}` : Prisma.empty}
      ORDER BY j.id LIMIT ${batch}`;
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < batch) return;
    after = last.id;
  }
}

interface JournalOrder {
  id: number;
  submittedAt: Date;
  buyerId: number;
  unitId: number | null;
  fundingSource: string;
}

/** The whole journal of one order that the actor may see, the oldest first. A stranger gets NotFound. */
export async function journalOf(db: Db, actor: Actor, orderId: number) {
  const [order] = await db.$queryRaw<JournalOrder[]>`
    SELECT o.id, o.submittedAt, o.buyerId, o.unitId, o.fundingSource FROM \`order\` o WHERE o.id = ${orderId} AND ${scopeOf(actor)}`;
  if (!order) throw new NotFound();
  const entries = await db.journalEntry.findMany({ where: { orderId }, orderBy: [{ at: 'asc' }, { id: 'asc' }] });
  return { order, entries };
}

/**
 * What is on its way, fen: payments that Stripe has not answered for, money that is still to go back, transfers that pay nothing yet, rests
 * of those that paid too much, and what of transfers waits for a second person to be sent back.
 */
export async function onItsWay(db: Db) {
  const [payments, refunds, transfers, returning] = await Promise.all([
    db.payment.aggregate({
      where: { state: { in: ['created', 'open'] } },
      _sum: { amountFen: true },
      _count: true,
    }),
    db.paymentRefund.aggregate({
      where: { state: { in: ['created', 'pending', 'failed'] } },
      _sum: { amountFen: true },
      _count: true,
    }),
    db.$queryRaw<{ state: 'unmatched' | 'matched'; fen: unknown; count: unknown }[]>`
      SELECT x.state, SUM(x.rest) AS fen, COUNT(*) AS count FROM (
        SELECT t.state, t.amountFen - (SELECT COALESCE(SUM(a.fen), 0) FROM transfer_allocation a WHERE a.transferId = t.id)
          - (SELECT COALESCE(SUM(b.fen), 0) FROM transfer_return b WHERE b.transferId = t.id AND b.state <> 'refused') AS rest
        FROM transfer t WHERE t.state IN ('unmatched', 'matched')
      ) x WHERE x.rest > 0 GROUP BY x.state`,
    db.transferReturn.aggregate({ where: { state: 'proposed' }, _sum: { fen: true }, _count: true }),
  ]);
  const restOf = (state: 'unmatched' | 'matched') => {
    const row = transfers.find((one) => one.state === state);
    return { count: Number(row?.count ?? 0), fen: Number(row?.fen ?? 0) };
  };
  return [
    { name: 'payments', count: payments._count, fen: payments._sum.amountFen ?? 0 },
    { name: 'refunds', count: refunds._count, fen: refunds._sum.amountFen ?? 0 },
    { name: 'transfers', ...restOf('unmatched') },
    { name: 'rests', ...restOf('matched') },
    { name: 'returning', count: returning._count, fen: Number(returning._sum.fen ?? 0) },
  ] as const;
}
