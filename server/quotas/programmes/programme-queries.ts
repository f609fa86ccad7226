import { type Db, fast, type PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { dayFromColumn, dayToColumn } from '../../shared/days.ts';
import { listOf } from '../board/progress-queries.ts';
import type { Programme } from '../programme-list.ts';

/** All that a programme's own page and form tell beside what the list of programmes has. */
export async function findProgrammeFile(db: Db, programmeId: number) {
  const row = await db.programme.findUniqueOrThrow({
    where: { id: programmeId },
    include: {
      group: { select: { code: true, name: true, nameEn: true } },
      origins: { select: { placeId: true }, orderBy: { placeId: 'asc' } },
      categories: { select: { categoryId: true }, orderBy: { categoryId: 'asc' } },
      participants: {
        select: { group: { select: { id: true, code: true, name: true, nameEn: true, placeId: true } } },
      },
      milestones: { orderBy: { dueOn: 'asc' } },
      takingIn: true,
    },
  });
  const { startsOn, endsOn, countUntil, origins, categories, participants, milestones, ...rest } = row;
  return {
    ...rest,
    startsOn: dayFromColumn(startsOn),
    endsOn: dayFromColumn(endsOn),
    countUntil: dayFromColumn(countUntil),
    originIds: origins.map(({ placeId }) => placeId),
    categoryIds: categories.map(({ categoryId }) => categoryId),
    participants: participants.map(({ group }) => group).sort((a, b) => a.id - b.id),
    milestones: milestones.map(({ dueOn, shareBp }) => ({ dueOn: dayFromColumn(dueOn), shareBp })),
  };
}

export type ProgrammeFile = Awaited<ReturnType<typeof findProgrammeFile>>;

export interface ProgrammeFigures {
  placedFen: number;
  countedFen: number;
  /** units that have a target */
  units: number;
}

/** Fen placed and counted of each programme, exact at this moment (totals and what is not folded yet), and how many units have a target. */
export async function figuresOf(db: PrismaClient, ids: readonly number[]): Promise<Map<number, ProgrammeFigures>> {
  const rows = await fast(db).$queryRaw<(ProgrammeFigures & { id: number })[]>`
    SELECT p.id, COALESCE(s.placedFen, 0) AS placedFen, COALESCE(s.countedFen, 0) AS countedFen,
      (SELECT COUNT(DISTINCT t.unitId) FROM target t WHERE t.programmeId = p.id) AS units
    FROM programme p LEFT JOIN (
      SELECT x.programmeId, SUM(IF(x.event = 'placed', x.fen, 0)) AS placedFen, SUM(IF(x.event = 'counted', x.fen, 0)) AS countedFen
      FROM (
        SELECT programmeId, event, fen FROM tally_total WHERE programmeId IN (${listOf(ids)})
        UNION ALL SELECT programmeId, event, fen FROM tally_entry WHERE folded = 0 AND programmeId IN (${listOf(ids)})
      ) x GROUP BY x.programmeId
    ) s ON s.programmeId = p.id
    WHERE p.id IN (${listOf(ids)})`;
  return new Map(
    rows.map(({ id, placedFen, countedFen, units }) => [
      id,
      { placedFen: Number(placedFen), countedFen: Number(countedFen), units: Number(units) },
    ]),
  );
}

export interface Adjustments {
  count: number;
  placedFen: number;
  countedFen: number;
  countedGrams: number;
  lastAt: Date | null;
}

/** What was marked as an adjustment since a programme was closed: fen and grams, signed. Only entries after its end can be. */
export async function adjustmentsOf(db: Db, { id, endsOn }: Pick<Programme, 'id' | 'endsOn'>): Promise<Adjustments> {
  const [row] = await db.$queryRaw<Adjustments[]>`
    SELECT COUNT(*) AS count, COALESCE(SUM(IF(event = 'placed', fen, 0)), 0) AS placedFen,
      COALESCE(SUM(IF(event = 'counted', fen, 0)), 0) AS countedFen, COALESCE(SUM(IF(event = 'counted', grams, 0)), 0) AS countedGrams,
      MAX(at) AS lastAt
    FROM tally_entry WHERE programmeId = ${id} AND onDay > ${dayToColumn(endsOn)} AND isAdjustment = 1`;
  return {
    count: Number(row?.count ?? 0),
    placedFen: Number(row?.placedFen ?? 0),
    countedFen: Number(row?.countedFen ?? 0),
    countedGrams: Number(row?.countedGrams ?? 0),
    lastAt: row?.lastAt ?? null,
  };
}

export interface DeclarationCounts {
  submitted: number;
  accepted: number;
  returned: number;
  acceptedFen: number;
}

/** How many units have declared their targets, by what became of it; accepted ones with their sum in fen. */
export async function declarationsOf(db: Db, programmeId: number): Promise<DeclarationCounts> {
  const rows = await db.targetDeclaration.groupBy({
    by: ['state'],
    where: { programmeId },
    _count: { _all: true },
    _sum: { valueFen: true },
  });
  const of = (state: string) => rows.find((row) => row.state === state);
  return {
    submitted: of('submitted')?._count._all ?? 0,
    accepted: of('accepted')?._count._all ?? 0,
    returned: of('returned')?._count._all ?? 0,
    acceptedFen: Number(of('accepted')?._sum.valueFen ?? 0),
  };
}

export interface GroupChoice {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  placeId: number | null;
  units: number;
}

/** The groups that may be chosen (null: all), with how many units are members today. */
export async function listGroupChoices(db: Db, ids: readonly number[] | null, today: Date): Promise<GroupChoice[]> {
  const rows = await db.$queryRaw<GroupChoice[]>`
    SELECT g.id, g.code, g.name, g.nameEn, g.placeId,
      (SELECT COUNT(*) FROM group_member m WHERE m.groupId = g.id AND m.since <= ${today} AND (m.until IS NULL OR m.until > ${today})) AS units
    FROM unit_group g WHERE ${ids === null ? Prisma.sql`TRUE` : Prisma.sql`g.id IN (${listOf(ids)})`} ORDER BY g.id`;
  return rows.map((row) => ({ ...row, units: Number(row.units) }));
}

/** Who has acted on a programme and when, newest last. */
export function actsOf(db: Db, programmeId: number) {
  return db.auditLine.findMany({
    where: { subjectType: 'programme', subjectId: programmeId },
    select: { action: true, at: true, reason: true },
    orderBy: { id: 'asc' },
    take: 100,
  });
}
