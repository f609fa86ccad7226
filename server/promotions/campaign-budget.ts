import type { Sql } from '../db/sql.ts';
import type { Fen } from '../shared/money.ts';

/** Thrown when a campaign has stopped, ended or spent its budget since an order was priced: it is priced anew, without it. */
export class CampaignSpent extends Error {
  constructor() {
    super('campaign spent');
    this.name = 'CampaignSpent';
  }
}

/**
 * Takes an order's discount out of its campaign's budget, in one conditional statement, so that any number of orders at once never take more
 * than there is. A campaign without a budget is not locked. Throws CampaignSpent. Before caps and stock, as every order takes its locks.
 */
export async function takeFromBudget(tx: Sql, campaignId: number, fen: Fen, at: Date): Promise<void> {
  const [campaign] = await tx.$queryRaw<{ isLimited: number | bigint; runs: number | bigint }[]>`
    SELECT budgetFen IS NOT NULL AS isLimited, stoppedAt IS NULL AND startsAt <= ${at} AND endsAt > ${at} AS runs
    FROM campaign WHERE id = ${campaignId}`;
  if (!Number(campaign?.runs ?? 0)) throw new CampaignSpent();
  if (!Number(campaign?.isLimited ?? 0)) return;
  const taken = await tx.$executeRaw`
    UPDATE campaign SET givenFen = givenFen + ${fen}
    WHERE id = ${campaignId} AND stoppedAt IS NULL AND givenFen + ${fen} <= budgetFen`;
  if (taken === 0) throw new CampaignSpent();
}

/** Puts back what an order took that was cancelled, refused or left to lapse; the caller holds the order's row and does so once. */
export async function giveBackBudget(tx: Sql, orderId: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE campaign c JOIN order_discount d ON d.campaignId = c.id AND d.orderId = ${orderId}
    SET c.givenFen = c.givenFen - d.fen WHERE c.budgetFen IS NOT NULL`;
}
