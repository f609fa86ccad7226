import { type Actor, hasRole, suppliersActedFor } from '../accounts/actor.ts';
import type { Db } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import type { StatementState } from '../db/generated/enums.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { maySeeStatement, unitsPaidFor } from './statement-policy.ts';
import type { StatementTab } from './statement-schemas.ts';

const head = {
  unit: { select: { code: true, name: true, nameEn: true } },
  supplier: { select: { code: true, name: true, nameEn: true } },
  payer: true,
  invoices: { orderBy: { id: 'asc' } },
} satisfies Prisma.StatementInclude;

type Head = Prisma.StatementGetPayload<{ include: typeof head }>;

/** A statement with how much of it is paid, fen: by transfers, and by what was given back elsewhere. */
export type ListedStatement = Head & { paidFen: number };

export interface StatementFilter {
  tab?: StatementTab;
  state?: StatementState;
  beforeId?: number | null;
  today: Day;
  limit: number;
}

/** Statements of the payers and suppliers that the actor speaks for, all for the operator; the newest first by key. */
export async function listStatements(
  db: Db,
  actor: Actor,
  { tab = 'all', state, beforeId, today, limit }: StatementFilter,
): Promise<ListedStatement[]> {
  const found = await db.statement.findMany({
    where: { AND: [visibleTo(actor), ofTab(tab, today), { state }, beforeId ? { id: { lt: beforeId } } : {}] },
    orderBy: { id: 'desc' },
    take: limit,
    include: head,
  });
  return withPaid(db, found);
}

/** How many statements are overdue. */
export function countOverdue(db: Db, actor: Actor, today: Day): Promise<number> {
  return db.statement.count({ where: { AND: [visibleTo(actor), ofTab('overdue', today)] } });
}

function visibleTo(actor: Actor): Prisma.StatementWhereInput {
  if (hasRole(actor, 'operator')) return {};
  return { OR: [{ unitId: { in: unitsPaidFor(actor) } }, { supplierId: { in: suppliersActedFor(actor) } }] };
}

function ofTab(tab: StatementTab, today: Day): Prisma.StatementWhereInput {
  if (tab === 'all') return {};
  if (tab === 'paid') return { state: 'paid' };
  return { state: { not: 'paid' }, ...(tab === 'overdue' ? { dueOn: { lt: dayToColumn(today) } } : {}) };
}

async function withPaid<T extends { id: number }>(
  db: Db,
  statements: readonly T[],
): Promise<(T & { paidFen: number })[]> {
  if (statements.length === 0) return [];
  const sums = await db.statementLine.groupBy({
    by: ['statementId'],
    where: { statementId: { in: statements.map(({ id }) => id) } },
    _sum: { paidFen: true },
  });
  const paid = new Map(sums.map((sum) => [sum.statementId, sum._sum.paidFen ?? 0]));
  return statements.map((statement) => ({ ...statement, paidFen: paid.get(statement.id) ?? 0 }));
}

const lineOf = {
  select: { name: true, nameEn: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true },
} as const;

const whole = {
  ...head,
  lines: {
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    include: {
      order: { select: { id: true, submittedAt: true } },
      receiptLine: { select: { lineId: true, acceptedQuantity: true, line: lineOf } },
      refundLine: { select: { lineId: true, quantity: true, line: lineOf } },
      allocations: { select: { transferId: true, fen: true } },
    },
  },
  transfers: { orderBy: { id: 'asc' }, include: { allocations: { select: { fen: true } }, returns: true } },
  extensions: { orderBy: { id: 'asc' } },
} satisfies Prisma.StatementInclude;

export type WholeStatement = Prisma.StatementGetPayload<{ include: typeof whole }> & { paidFen: number };

/** A statement with its lines, transfers and invoices. A stranger gets NotFound. */
export async function findStatement(db: Db, actor: Actor, id: number): Promise<WholeStatement> {
  const found = await db.statement.findUnique({ where: { id }, include: whole });
  if (!found || !maySeeStatement(actor, found)) throw new NotFound();
  return { ...found, paidFen: found.lines.reduce((sum, line) => sum + line.paidFen, 0) };
}
