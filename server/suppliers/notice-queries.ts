import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { CertificationState, CertificationSubject } from '../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { groupBy } from '../shared/group-by.ts';
import type { Typed } from './applications/application-form.ts';
import { objectOf } from './applications/lock-application.ts';

export interface ShownObjection {
  id: number;
  at: Date;
  text: string;
  answer: string | null;
  answeredAt: Date | null;
  upheld: boolean | null;
}

/** A certification under public notice, with the objections that were made to it; who objected is not told. */
export interface ShownNotice {
  id: number;
  startsOn: Day;
  endsOn: Day;
  text: string;
  /** anyone may object today */
  isOpen: boolean;
  state: CertificationState;
  /** of the certificate that followed */
  number: string | null;
  of: 'supplier' | 'product';
  productId: number | null;
  supplierId: number;
  name: string;
  nameEn: string;
  issuer: string;
  placeId: number;
  /** its page exists: no draft, no applicant */
  isReachable: boolean;
  objections: ShownObjection[];
}

interface NoticeRow extends Omit<ShownNotice, 'startsOn' | 'endsOn' | 'isOpen' | 'of' | 'objections' | 'isReachable'> {
  isReachable: number | bigint;
  runs: number | bigint;
  startsOn: Date;
  endsOn: Date;
}

/** A notice whose case went on, was taken back, refused or published anew is over before its term. */
const stillRuns = (
  today: Day,
) => Prisma.sql`(n.startsOn <= ${today} AND n.endsOn >= ${today} AND ce.state = 'in_notice' AND NOT EXISTS (
  SELECT 1 FROM public_notice later WHERE later.certificationId = n.certificationId AND (later.endsOn > n.endsOn OR (later.endsOn = n.endsOn AND later.id > n.id))))`;

const noticeColumns = (today: Day) => Prisma.sql`
  SELECT n.id, n.startsOn, n.endsOn, n.text, ce.issuer, ce.state, ce.number, ${stillRuns(today)} AS runs, p.id AS productId, s.id AS supplierId, n.certificationId, COALESCE(p.placeId, s.placeId) AS placeId,
    IF(p.id IS NULL, s.name, CONCAT(f.name, ' ', p.spec)) AS name, IF(p.id IS NULL, s.nameEn, CONCAT(f.nameEn, ' ', p.specEn)) AS nameEn,
    IF(p.id IS NULL, s.state <> 'applying', p.state <> 'draft') AS isReachable
  FROM public_notice n JOIN certification ce ON ce.id = n.certificationId
  LEFT JOIN product p ON p.id = ce.productId LEFT JOIN product_family f ON f.id = p.familyId
  JOIN supplier s ON s.id = COALESCE(ce.supplierId, p.supplierId)`;

/**
 * Public notices, the newest first, by key (`beforeId`): those whose term runs today, or with `past` those that ended (rule 17). Two
 * statements.
 */
export async function listNotices(
  db: Db,
  today: Day,
  query: { past: boolean; beforeId?: number; limit: number },
): Promise<ShownNotice[]> {
  const before = query.beforeId ?? 2_147_483_647;
  const rows = await db.$queryRaw<NoticeRow[]>`
    ${noticeColumns(today)} WHERE n.startsOn <= ${today} AND n.id < ${before} AND ${query.past ? Prisma.sql`NOT` : Prisma.empty} ${stillRuns(today)}
    ORDER BY n.id DESC LIMIT ${query.limit}`;
  return withObjections(db, rows);
}

/** What is public of the application behind a notice. */
export interface NoticeFacts {
  subject: CertificationSubject;
  typed: Typed;
}

/** One notice, running or over, with what the applicant told that anyone may know. Throws NotFound. Three statements. */
export async function findNotice(
  db: Db,
  today: Day,
  id: number,
): Promise<ShownNotice & { facts: NoticeFacts | null; certificationId: number }> {
  const rows = await db.$queryRaw<(NoticeRow & { certificationId: number })[]>`
    ${noticeColumns(today)} WHERE n.id = ${id}`;
  const [notice] = await withObjections(db, rows);
  const certificationId = rows[0]?.certificationId;
  if (!notice || certificationId === undefined) throw new NotFound();
  const application = await db.certificationApplication.findUnique({
    where: { certificationId },
    select: { subject: true, form: true },
  });
  const facts = application && { subject: application.subject, typed: objectOf<Typed>(application.form) };
  return { ...notice, certificationId, facts };
}

export type ListedObjection = ShownObjection & { noticeId: number };

/** Objections with their answers, the newest first, by key (`beforeId`). One statement. */
export function listObjections(
  db: Db,
  { noticeId, beforeId, limit }: { noticeId?: number; beforeId?: number; limit: number },
): Promise<ListedObjection[]> {
  return db.objection.findMany({
    where: { noticeId, id: beforeId === undefined ? undefined : { lt: beforeId } },
    select: { id: true, noticeId: true, at: true, text: true, answer: true, answeredAt: true, upheld: true },
    orderBy: { id: 'desc' },
    take: limit,
  });
}

async function withObjections(db: Db, rows: readonly NoticeRow[]): Promise<ShownNotice[]> {
  const objections = groupBy(
    await db.objection.findMany({
      where: { noticeId: { in: rows.map((row) => row.id) } },
      select: { id: true, noticeId: true, at: true, text: true, answer: true, answeredAt: true, upheld: true },
      orderBy: { id: 'asc' },
    }),
    (objection) => objection.noticeId,
  );
  return rows.map(({ startsOn, endsOn, runs, ...row }) => ({
    ...row,
    isReachable: Number(row.isReachable) === 1,
    of: row.productId === null ? 'supplier' : 'product',
    startsOn: dayFromColumn(startsOn),
    endsOn: dayFromColumn(endsOn),
    isOpen: Number(runs) === 1,
    objections: (objections.get(row.id) ?? []).map(({ noticeId: _, ...objection }) => objection),
  }));
}
