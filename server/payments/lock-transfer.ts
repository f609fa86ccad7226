import type { Tx } from '../db/client.ts';
import { NotFound } from '../shared/errors.ts';

/** A transfer under its row's lock, with what of it has paid for nothing yet and goes back to nobody (fen). Throws NotFound. */
export async function lockTransfer(tx: Tx, id: number) {
  await tx.$queryRaw`SELECT id FROM transfer WHERE id = ${id} FOR UPDATE`;
  const transfer = await tx.transfer.findUnique({
    where: { id },
    include: {
      statement: { select: { payerId: true, supplierId: true, unitId: true } },
      allocations: { select: { fen: true } },
      returns: { where: { state: { not: 'refused' } }, select: { id: true, fen: true, state: true } },
    },
  });
  if (!transfer) throw new NotFound();
  return { ...transfer, restFen: restOfTransfer(transfer) };
}

interface Spent {
  amountFen: bigint;
  allocations: readonly { fen: number }[];
  returns: readonly { fen: bigint; state: string }[];
}

/** What of a transfer has paid for nothing and was not sent back, nor is to be (fen). */
export function restOfTransfer({ amountFen, allocations, returns }: Spent): number {
  const spent = allocations.reduce((sum, { fen }) => sum + fen, 0);
  const back = returns.reduce((sum, { fen, state }) => sum + (state === 'refused' ? 0 : Number(fen)), 0);
  return Number(amountFen) - spent - back;
}
