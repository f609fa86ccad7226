import type { Db } from '../db/client.ts';
import { groupBy } from '../shared/group-by.ts';

/**
 * Everything that an accountant files of orders: decisions, receipts, refunds, statements, invoices, and the transfers that paid these
 * orders with how much of each did.
 */
export async function bundleFacts(db: Db, orderIds: number[]) {
  const [orders, refunds, lines, allocations] = await Promise.all([
    db.order.findMany({
      where: { id: { in: orderIds } },
      include: {
        decisions: { orderBy: { id: 'asc' } },
        lines: { orderBy: { id: 'asc' } },
        fulfilments: {
          include: {
            supplier: { select: { name: true } },
            receipts: { include: { lines: { include: { line: true } } } },
          },
        },
      },
      orderBy: { id: 'asc' },
    }),
    db.refund.findMany({
      where: { orderId: { in: orderIds } },
      include: { lines: { include: { line: true } } },
      orderBy: { id: 'asc' },
    }),
    db.statementLine.findMany({
      where: { orderId: { in: orderIds } },
      include: { statement: { include: { supplier: { select: { name: true } } } } },
      orderBy: { id: 'asc' },
    }),
    db.transferAllocation.findMany({
      where: { statementLine: { orderId: { in: orderIds } } },
      select: { fen: true, transfer: true },
    }),
  ]);
  const statementIds = [...new Set(lines.map(({ statementId }) => statementId))];
  const invoices = await db.invoice.findMany({
    where: { OR: [{ statementId: { in: statementIds } }, { orderId: { in: orderIds } }] },
    orderBy: { id: 'asc' },
  });
  const transfers = [...groupBy(allocations, ({ transfer }) => transfer.id).values()]
    .flatMap((parts) => parts.slice(0, 1).map(({ transfer }) => ({ ...transfer, hereFen: sum(parts) })))
    .sort((a, b) => a.id - b.id);
  const people = new Set([
    ...orders.flatMap(({ buyerId, decisions }) => [buyerId, ...decisions.map(({ byId }) => byId)]),
  ]);
  const files = invoices.flatMap(({ fileId }) => fileId ?? []);
  const [users, papers] = await Promise.all([
    db.user.findMany({ where: { id: { in: [...people] } }, select: { id: true, name: true } }),
    db.file.findMany({ where: { id: { in: files } }, select: { id: true, sha256: true, name: true } }),
  ]);
  return {
    ...{ orders, refunds, lines, transfers, invoices },
    nameOf: new Map(users.map(({ id, name }) => [id, name])),
    paperOf: new Map(papers.map((paper) => [paper.id, paper])),
  };
}

const sum = (parts: readonly { fen: number }[]) => parts.reduce((total, { fen }) => total + fen, 0);

export type BundleFacts = Awaited<ReturnType<typeof bundleFacts>>;
