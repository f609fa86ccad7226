import type { Db } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';

export const TRANSFER_TABS = ['unmatched', 'rest', 'returning', 'declared', 'all'] as const;
export type TransferTab = (typeof TRANSFER_TABS)[number];

const parts = {
  statement: { select: { id: true, referenceCode: true, payer: { select: { title: true, bankAccount: true } } } },
  allocations: { select: { fen: true } },
  returns: { orderBy: { id: 'asc' } },
} satisfies Prisma.TransferInclude;

export type ListedTransfer = Prisma.TransferGetPayload<{ include: typeof parts }>;

/** Transfers for the operator, the newest first by key; `rest`: those of which something has paid for nothing yet; `returning`: a return waits for the second person. */
export async function listTransfers(
  db: Db,
  tab: TransferTab,
  beforeId: number | null,
  take: number,
): Promise<ListedTransfer[]> {
  const where = await ofTab(db, tab, beforeId, take);
  return db.transfer.findMany({
    where: { AND: [where, beforeId ? { id: { lt: beforeId } } : {}] },
    orderBy: { id: 'desc' },
    take,
    include: parts,
  });
}

async function ofTab(
  db: Db,
  tab: TransferTab,
  beforeId: number | null,
  take: number,
): Promise<Prisma.TransferWhereInput> {
  if (tab === 'all') return {};
  if (tab === 'rest') return { id: { in: await idsWithRest(db, beforeId, take) } };
  if (tab === 'returning') return { returns: { some: { state: 'proposed' } } };
  return { state: tab };
}

async function idsWithRest(db: Db, beforeId: number | null, take: number): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT t.id FROM transfer t WHERE t.state = 'matched' AND t.id < ${beforeId ?? 2_147_483_647}
      AND t.amountFen > (SELECT COALESCE(SUM(a.fen), 0) FROM transfer_allocation a WHERE a.transferId = t.id)
        + (SELECT COALESCE(SUM(b.fen), 0) FROM transfer_return b WHERE b.transferId = t.id AND b.state <> 'refused')
    ORDER BY t.id DESC LIMIT ${take}`;
  return rows.map(({ id }) => id);
}

/** How many returns wait for the second person. */
export function countReturning(db: Db): Promise<number> {
  return db.transferReturn.count({ where: { state: 'proposed' } });
}

/** How many wait to be matched by hand. */
export function countUnmatched(db: Db): Promise<number> {
  return db.transfer.count({ where: { state: 'unmatched' } });
}
