import { type Actor, ownUnitId } from '../accounts/actor.ts';
import type { Db } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import { NotFound } from '../shared/errors.ts';
import { unitsWithRuns } from './lock-run.ts';

const MOST_RUNS = 100;

const packageParts = {
  items: {
    include: {
      product: {
        select: {
          code: true,
          spec: true,
          specEn: true,
          saleUnit: true,
          saleUnitEn: true,
          priceFen: true,
          supplierId: true,
          family: { select: { name: true, nameEn: true } },
          category: { select: { illustration: true } },
        },
      },
    },
    orderBy: { productId: 'asc' },
  },
} satisfies Prisma.WelfarePackageInclude;

const wholeRun = {
  unit: { select: { code: true, name: true, nameEn: true } },
  packages: { include: packageParts, orderBy: { id: 'asc' } },
  orders: {
    include: {
      supplier: { select: { name: true, nameEn: true } },
      order: {
        select: { id: true, state: true, totalFen: true, submittedAt: true, fulfilments: { select: { state: true } } },
      },
      refund: { select: { id: true, state: true, goodsFen: true } },
    },
    orderBy: [{ supplierId: 'asc' }, { addressId: 'asc' }],
  },
  surplus: { include: { product: { select: { family: { select: { name: true, nameEn: true } } } } } },
  deliveries: { orderBy: { department: 'asc' } },
} satisfies Prisma.WelfareRunInclude;

export type WholeRun = Prisma.WelfareRunGetPayload<{ include: typeof wholeRun }>;
export type WholePackage = WholeRun['packages'][number];

/** The newest runs of the actor's units. */
export function listRuns(db: Db, actor: Actor) {
  return db.welfareRun.findMany({
    where: { unitId: { in: unitsWithRuns(actor) } },
    select: {
      ...{ id: true, name: true, state: true, perHeadFen: true, chooseUntil: true },
      unit: { select: { name: true, nameEn: true } },
      _count: { select: { claims: true } },
    },
    orderBy: { id: 'desc' },
    take: MOST_RUNS,
  });
}

/** A run with packages and orders. Throws NotFound for strangers. */
export async function findRun(db: Db, actor: Actor, id: number): Promise<WholeRun> {
  const run = await db.welfareRun.findUnique({ where: { id }, include: wholeRun });
  if (!run || !unitsWithRuns(actor).includes(run.unitId)) throw new NotFound();
  return run;
}

/** How many of a roster there are, have chosen, have signed, whose went back or to somebody else. */
export async function countsOf(db: Db, runId: number) {
  const [row] = await db.$queryRaw<Record<'roster' | 'chosen' | 'signed' | 'returned' | 'given', unknown>[]>`
    SELECT COUNT(*) AS roster, COUNT(packageId) AS chosen, COUNT(signedAt) AS signed, COUNT(returnedAt) AS returned, COUNT(givenAt) AS given
    FROM welfare_claim WHERE runId = ${runId}`;
  const number = (key: 'roster' | 'chosen' | 'signed' | 'returned' | 'given') => Number(row?.[key] ?? 0);
  return {
    ...{ roster: number('roster'), chosen: number('chosen'), signed: number('signed') },
    ...{ returned: number('returned'), given: number('given') },
  };
}

/** What an employee has been given a choice of, newest first; only the own, and only once the run is open. */
export function ownClaims(db: Db, actor: Actor) {
  return db.welfareClaim.findMany({
    where: { userId: actor.id, run: { state: { not: 'draft' }, unitId: ownUnitId(actor) ?? 0 } },
    select: {
      ...{ id: true, token: true, signedAt: true, runId: true },
      package: { select: { id: true, name: true } },
      run: { select: { name: true, state: true, chooseUntil: true } },
    },
    orderBy: { id: 'desc' },
    take: MOST_RUNS,
  });
}

/** The claim behind a personal link, with what may be chosen. Throws NotFound. */
export async function findByToken(db: Db, token: string) {
  const claim = await db.welfareClaim.findUnique({
    where: { token },
    include: {
      run: {
        include: {
          unit: { select: { name: true, nameEn: true } },
          packages: { include: packageParts, orderBy: { id: 'asc' } },
        },
      },
    },
  });
  if (!claim || claim.run.state === 'draft') throw new NotFound();
  return claim;
}

export interface RosterFilter {
  q?: string;
  /** who has not chosen yet, or not signed yet */
  open?: boolean;
  /** the staff number after which it goes on */
  after?: string;
  take?: number;
}

/** A page of a roster by staff number. */
export function listClaims(db: Db, runId: number, state: string, { q, open, after, take }: RosterFilter) {
  const waiting =
    state === 'choosing' || state === 'draft'
      ? { packageId: null }
      : { signedAt: null, returnedAt: null, givenAt: null };
  return db.welfareClaim.findMany({
    where: {
      runId,
      ...(open ? waiting : {}),
      ...(after ? { staffNumber: { gt: after } } : {}),
      ...(q
        ? { OR: [{ name: { contains: q } }, { staffNumber: { startsWith: q } }, { department: { contains: q } }] }
        : {}),
    },
    include: { package: { select: { name: true } } },
    orderBy: { staffNumber: 'asc' },
    ...(take ? { take } : {}),
  });
}
