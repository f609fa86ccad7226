import type { Tx } from '../../db/client.ts';
import type { Decision } from '../../db/generated/enums.ts';

interface Decided {
  decision: Decision;
  byId: number;
  reason?: string;
  at: Date;
}

/** Writes what was decided of an order and at which of its levels. Returns the decision's id. */
export async function noteDecision(
  tx: Tx,
  { id: orderId }: { id: number },
  level: number,
  decided: Decided,
): Promise<number> {
  const { id } = await tx.orderDecision.create({ data: { orderId, ...decided }, select: { id: true } });
  await tx.orderApproval.update({
    where: { orderId_level: { orderId, level } },
    data: { decisionId: id },
    select: { level: true },
  });
  return id;
}
