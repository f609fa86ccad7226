import type { FundingSource } from '../../db/generated/enums.ts';
import type { Sql } from '../../db/sql.ts';

interface OnAccount {
  unitId: number | null;
  fundingSource: FundingSource;
  paymentWay: string;
}

/**
 * Whether an order on account may not be placed, because its payer prepays now (rule 27), perhaps since it was submitted. Under the
 * payer's lock, under which it is made to prepay as well, so that of both the second sees the first.
 */
export async function mustPrepayNow(tx: Sql, { unitId, fundingSource, paymentWay }: OnAccount): Promise<boolean> {
  if (paymentWay !== 'on_account' || unitId === null) return false;
  const [payer] = await tx.$queryRaw<{ mustPrepay: number | boolean }[]>`
    SELECT mustPrepay FROM unit_payer WHERE unitId = ${unitId} AND fundingSource = ${fundingSource} FOR UPDATE`;
  return Boolean(payer?.mustPrepay);
}
