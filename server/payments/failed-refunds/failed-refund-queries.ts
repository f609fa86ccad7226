import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';

const parts = {
  payment: {
    select: {
      method: true,
      paymentIntentId: true,
      order: { select: { id: true, submittedAt: true, buyer: { select: { name: true } } } },
    },
  },
  payouts: { orderBy: { id: 'asc' } },
} satisfies Prisma.PaymentRefundInclude;

export type FailedRefund = Prisma.PaymentRefundGetPayload<{ include: typeof parts }>;

/** Refunds that the bank returned and nobody has settled yet, the oldest first. */
export function listFailedRefunds(db: Db, take: number): Promise<FailedRefund[]> {
  return db.paymentRefund.findMany({
    where: { state: 'failed' },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take,
    include: parts,
  });
}

/** Those that were settled by a person, the latest first. */
export function listSettledRefunds(db: Db, take: number): Promise<FailedRefund[]> {
  return db.paymentRefund.findMany({
    where: { state: { in: ['resent', 'paid_otherwise'] } },
    orderBy: { id: 'desc' },
    take,
    include: parts,
  });
}

/** How many wait for a person, and over how much, fen. */
export async function countFailedRefunds(db: Db): Promise<{ count: number; fen: number }> {
  const { _count, _sum } = await db.paymentRefund.aggregate({
    where: { state: 'failed' },
    _count: true,
    _sum: { amountFen: true },
  });
  return { count: _count, fen: _sum.amountFen ?? 0 };
}
