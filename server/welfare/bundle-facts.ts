import type { Db } from '../db/client.ts';
import { countsOf, listClaims, type WholeRun } from './run-queries.ts';

/** Everything that an accountant files of a run: its orders with their decisions, receipts, refunds, statements, transfers and invoices. */
export async function bundleFacts(db: Db, run: WholeRun) {
  const orderIds = run.orders.map(({ orderId }) => orderId);
  const [orders, refunds, lines, counts, claims] = await Promise.all([
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
    countsOf(db, run.id),
    listClaims(db, run.id, run.state, {}),
  ]);
  const statementIds = [...new Set(lines.map(({ statementId }) => statementId))];
  const [transfers, invoices] = await Promise.all([
    db.transfer.findMany({ where: { statementId: { in: statementIds } }, orderBy: { id: 'asc' } }),
    db.invoice.findMany({
      where: { OR: [{ statementId: { in: statementIds } }, { orderId: { in: orderIds } }] },
      orderBy: { id: 'asc' },
    }),
  ]);
  const people = new Set([
    ...orders.flatMap(({ buyerId, decisions }) => [buyerId, ...decisions.map(({ byId }) => byId)]),
  ]);
  const files = invoices.flatMap(({ fileId }) => fileId ?? []);
  const [users, papers] = await Promise.all([
    db.user.findMany({ where: { id: { in: [...people] } }, select: { id: true, name: true } }),
    db.file.findMany({ where: { id: { in: files } }, select: { id: true, sha256: true, name: true } }),
  ]);
  return {
    ...{ orders, refunds, lines, counts, claims, transfers, invoices },
    nameOf: new Map(users.map(({ id, name }) => [id, name])),
    paperOf: new Map(papers.map((paper) => [paper.id, paper])),
  };
}

export type BundleFacts = Awaited<ReturnType<typeof bundleFacts>>;
