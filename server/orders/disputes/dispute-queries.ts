import { type Actor, hasRole, suppliersServedBy, unitsBoughtFor } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import type { DisputeState } from '../../db/generated/enums.ts';
import { NotFound } from '../../shared/errors.ts';
import { sideOf } from './lock-dispute.ts';

const parts = {
  receipt: {
    include: {
      lines: { include: { line: true, photos: { select: { fileId: true } } } },
      fulfilment: {
        include: {
          supplier: { select: { name: true, nameEn: true } },
          order: { include: { unit: { select: { name: true, nameEn: true } } } },
        },
      },
    },
  },
  messages: { orderBy: { id: 'asc' }, include: { photos: { include: { file: true } } } },
} satisfies Prisma.ReceiptDisputeInclude;

export type WholeDispute = Prisma.ReceiptDisputeGetPayload<{ include: typeof parts }>;

/** A dispute for its buyer's side, its supplier and the operator, and whose side the actor is on. A stranger gets NotFound. */
export async function findDispute(db: Db, actor: Actor, id: number) {
  const dispute = await db.receiptDispute.findUnique({ where: { id }, include: parts });
  if (!dispute) throw new NotFound();
  const { fulfilment } = dispute.receipt;
  const side = sideOf(actor, { fulfilment, order: fulfilment.order });
  if (!side) throw new NotFound();
  return { dispute, side };
}

/** Still to be settled, and settled one way or another. */
export const DISPUTE_TABS = {
  open: ['contested', 'proposed'],
  closed: ['settled', 'withdrawn', 'decided'],
} as const satisfies Record<string, readonly DisputeState[]>;
export type DisputeTab = keyof typeof DISPUTE_TABS;

/** The actor's disputes, all of them for the operator, the newest first, beyond the last one seen. */
export function listDisputes(
  db: Db,
  actor: Actor,
  tab: DisputeTab,
  beforeId: number | null,
  take: number,
): Promise<WholeDispute[]> {
  const mine: Prisma.FulfilmentWhereInput = {
    OR: [
      { supplierId: { in: suppliersServedBy(actor) } },
      { order: { unitId: { in: unitsBoughtFor(actor) }, fundingSource: { not: 'individual' } } },
    ],
  };
  return db.receiptDispute.findMany({
    where: {
      state: { in: [...DISPUTE_TABS[tab]] },
      ...(beforeId ? { id: { lt: beforeId } } : {}),
      ...(hasRole(actor, 'operator') ? {} : { receipt: { fulfilment: mine } }),
    },
    orderBy: { id: 'desc' },
    take,
    include: parts,
  });
}
