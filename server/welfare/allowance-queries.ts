import type { Db } from '../db/client.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import type { Fen } from '../shared/money.ts';

export const ALLOWANCES_A_PAGE = 50;

export interface OwnAllowance {
  id: number;
  year: number;
  unitName: string;
  unitNameEn: string;
  amountFen: Fen;
  leftFen: Fen;
  moves: AllowanceMove[];
}

/** Granted or withdrawn by the union, or spent on an order and given back of it. */
export interface AllowanceMove {
  at: Date;
  byFen: Fen;
  reason: string | null;
  /** null: the union's */
  orderId: number | null;
  /** of an order: `order` spent, all else given back */
  source: string | null;
}

const MOVES_SHOWN = 100;

/** A person's allowances, the latest year first: amount, what is left (fen), and how both came about, the latest first. */
export async function ownAllowances(db: Db, userId: number): Promise<OwnAllowance[]> {
  const rows = await db.welfareAllowance.findMany({
    where: { userId },
    include: { unit: { select: { name: true, nameEn: true } } },
    orderBy: [{ year: 'desc' }, { id: 'desc' }],
    take: 10,
  });
  const ids = rows.map(({ id }) => id);
  const [spent, uses, lines] = await Promise.all([
    db.allowanceEntry.groupBy({ by: ['allowanceId'], where: { allowanceId: { in: ids } }, _sum: { fen: true } }),
    db.allowanceEntry.findMany({ where: { allowanceId: { in: ids } }, orderBy: { id: 'desc' }, take: MOVES_SHOWN }),
    db.auditLine.findMany({
      where: { subjectType: 'welfare_allowance', subjectId: { in: ids } },
      orderBy: { id: 'desc' },
      take: MOVES_SHOWN,
    }),
  ]);
  const spentBy = new Map(spent.map(({ allowanceId, _sum }) => [allowanceId, _sum.fen ?? 0]));
  return rows.map(({ id, year, amountFen, unit }) => ({
    ...{ id, year, unitName: unit.name, unitNameEn: unit.nameEn, amountFen },
    leftFen: amountFen + (spentBy.get(id) ?? 0),
    moves: [
      ...lines
        .filter(({ subjectId }) => subjectId === id)
        .map(({ at, before, after, reason }) => ({
          ...{ at, byFen: amountIn(after) - amountIn(before), reason, orderId: null, source: null },
        })),
      ...uses
        .filter(({ allowanceId }) => allowanceId === id)
        .map(({ at, fen, orderId, source }) => ({ at, byFen: fen, reason: null, orderId, source })),
    ].sort((a, b) => b.at.getTime() - a.at.getTime()),
  }));
}

const amountIn = (fact: unknown) => Number((fact as { amountFen?: number } | null)?.amountFen ?? 0);

/** What a unit's union has granted in a year and what is left of it, as sums (rule 31), in fen. */
export async function allowanceSums(db: Db, unitId: number, year: number) {
  const [granted, spent] = await Promise.all([
    db.welfareAllowance.aggregate({
      where: { unitId, year, amountFen: { gt: 0 } },
      _sum: { amountFen: true },
      _count: true,
    }),
    db.allowanceEntry.aggregate({ where: { allowance: { unitId, year } }, _sum: { fen: true } }),
  ]);
  const grantedFen = granted._sum.amountFen ?? 0;
  const spentFen = -(spent._sum.fen ?? 0);
  return { people: granted._count, grantedFen, spentFen, leftFen: grantedFen - spentFen };
}

/** Who was granted how much by a unit in a year, by person, without what they bought (rule 31); a page behind `after`. */
export function grantedTo(db: Db, unitId: number, year: number, after: number) {
  return db.welfareAllowance.findMany({
    where: { unitId, year, userId: { gt: after }, amountFen: { gt: 0 } },
    include: { user: { select: { name: true, login: true } } },
    orderBy: { userId: 'asc' },
    take: ALLOWANCES_A_PAGE + 1,
  });
}

/** The people who work at a unit today. */
export function employeesOf(db: Db, unitId: number, today: Day, logins?: string[]) {
  const day = dayToColumn(today);
  return db.user.findMany({
    where: {
      ...{ login: logins ? { in: logins } : undefined, disabledAt: null },
      grants: {
        some: { unitId, role: 'employee', since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] },
      },
    },
    select: { id: true, login: true },
    orderBy: { id: 'asc' },
  });
}
