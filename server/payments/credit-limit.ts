import { Prisma } from '../db/generated/client.ts';
import type { FundingSource } from '../db/generated/enums.ts';
import type { Sql } from '../db/sql.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { formatYuan } from '../shared/money.ts';

interface Terms {
  unitId: number;
  fundingSource: FundingSource;
}

/** Parcels that the worker may not have put on a statement yet are looked for among orders that ended so long ago. */
const GATHERED_AFTER_DAYS = 2;

/**
 * What a payer owes on account, fen: the unpaid of its statements and what is ordered and not on a statement yet, freight included
 * and what was given back taken off. Under the payer's lock it is what the next order is measured by.
 */
export async function owedOnAccount(tx: Sql, { unitId, fundingSource }: Terms, now: Date): Promise<number> {
  const since = new Date(now.getTime() - GATHERED_AFTER_DAYS * 86_400_000);
  const [stated] = await tx.$queryRaw<{ fen: number | bigint | null }[]>`
    SELECT SUM(l.fen - l.paidFen) AS fen FROM unit_payer p JOIN statement s ON s.payerId = p.id JOIN statement_line l ON l.statementId = s.id
    WHERE p.unitId = ${unitId} AND p.fundingSource = ${fundingSource} AND (s.state <> 'paid' OR s.totalFen < 0)`;
  const [ordered] = await tx.$queryRaw<{ fen: number | bigint | null }[]>`
    SELECT SUM(f.freightFen + IF(f.state <> 'received' AND o.discountFen = 0 AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.fulfilmentId = f.id),
      f.goodsFen,
      (SELECT SUM(IF(f.state = 'received', l.acceptedFen, l.payableFen - l.refundedFen)) FROM order_line l WHERE l.fulfilmentId = f.id))) AS fen
    FROM \`order\` o JOIN fulfilment f ON f.orderId = o.id AND f.state <> 'cancelled'
    WHERE o.unitId = ${unitId} AND o.fundingSource = ${fundingSource} AND o.paymentWay = 'on_account'
      AND (o.state IN ('awaiting_approval', 'awaiting_pool', 'placed') OR (o.state = 'completed' AND o.closedAt >= ${since}))
      AND NOT (f.state = 'received' AND EXISTS (SELECT 1 FROM statement_line s JOIN receipt_line r ON r.id = s.receiptLineId
        JOIN order_line x ON x.id = r.lineId WHERE s.orderId = o.id AND x.fulfilmentId = f.id))`;
  return Number(stated?.fen ?? 0) + Number(ordered?.fen ?? 0);
}

/**
 * Refuses an order on account of so many fen that takes its payer above the credit limit (rule 27); 0 is no limit. Locks the payer
 * before it reads the limit and before anything of the order is written, so that of two orders at once the second is measured with the first, and stock stays the
 * last lock.
 */
export async function keepWithinCredit(tx: Sql, terms: Terms, totalFen: number, now: Date): Promise<void> {
  const limitFen = await lockedLimit(tx, terms);
  if (limitFen <= 0) return;
  const owedFen = (await owedOnAccount(tx, terms, now)) + totalFen;
  if (owedFen > limitFen) {
    const values = { limit: formatYuan(limitFen), over: formatYuan(owedFen - limitFen) };
    throw new RuleRefusal('overCredit', [{ path: 'payment', code: 'overCredit', values }]);
  }
}

/**
 * The credit limit as it is once the payer is locked: for this order alone where there is one, else shared, so that orders without a
 * limit do not wait for each other and only whoever sets one waits for them. Refuses a payer that has to prepay by now.
 */
async function lockedLimit(tx: Sql, terms: Terms): Promise<number> {
  const read = async (lock: Prisma.Sql) => {
    const [payer] = await tx.$queryRaw<{ creditLimitFen: number | bigint; mustPrepay: boolean | number }[]>`
      SELECT creditLimitFen, mustPrepay FROM unit_payer WHERE ${ofTerms(terms)} ${lock}`;
    return { limitFen: Number(payer?.creditLimitFen ?? 0), mustPrepay: Boolean(payer?.mustPrepay) };
  };
  const seen = await read(Prisma.empty);
  let locked = seen.limitFen > 0 ? seen : await read(Prisma.sql`LOCK IN SHARE MODE`);
  if (locked.limitFen > 0) locked = await read(Prisma.sql`FOR UPDATE`);
  if (locked.mustPrepay) throw new RuleRefusal('mustPrepay', [{ path: 'payment', code: 'mustPrepay' }]);
  return locked.limitFen;
}

function ofTerms({ unitId, fundingSource }: Terms): Prisma.Sql {
  return Prisma.sql`unitId = ${unitId} AND fundingSource = ${fundingSource}`;
}
