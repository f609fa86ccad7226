import type { Tx } from '../../db/client.ts';
import { NotFound } from '../../shared/errors.ts';

/** Takes the request's row, the lock under which everything that happens to it and its offers happens. Throws NotFound. */
export async function lockRequest(tx: Tx, requestId: number) {
  const locked = await tx.$queryRaw<unknown[]>`SELECT id FROM quote_request WHERE id = ${requestId} FOR UPDATE`;
  if (locked.length === 0) throw new NotFound();
  return tx.quoteRequest.findUniqueOrThrow({
    where: { id: requestId },
    include: {
      lines: { orderBy: { id: 'asc' } },
      invitations: true,
      offers: { where: { state: 'open' }, orderBy: { id: 'asc' }, include: { lines: true } },
    },
  });
}

export type LockedRequest = Awaited<ReturnType<typeof lockRequest>>;
