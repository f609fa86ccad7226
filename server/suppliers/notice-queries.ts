import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { groupBy } from '../shared/group-by.ts';

export interface ShownObjection {
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
  isOpen: boolean;
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
  startsOn: Date;
  endsOn: Date;
}

const noticeColumns = Prisma.sql`
  SELECT n.id, n.startsOn, n.endsOn, n.text, ce.issuer, p.id AS productId, s.id AS supplierId, COALESCE(p.placeId, s.placeId) AS placeId,
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
  const rows = query.past
    ? await db.$queryRaw<
        NoticeRow[]
      >`${noticeColumns} WHERE n.endsOn < ${today} AND n.id < ${before} ORDER BY n.id DESC LIMIT ${query.limit}`
    : await db.$queryRaw<
        NoticeRow[]
      >`${noticeColumns} WHERE n.endsOn >= ${today} AND n.startsOn <= ${today} AND n.id < ${before} ORDER BY n.id DESC LIMIT ${query.limit}`;
  const objections = groupBy(
    await db.objection.findMany({
      where: { noticeId: { in: rows.map((row) => row.id) } },
      select: { noticeId: true, at: true, text: true, answer: true, answeredAt: true, upheld: true },
      orderBy: { id: 'asc' },
    }),
    (objection) => objection.noticeId,
  );
  return rows.map(({ startsOn, endsOn, ...row }) => ({
    ...row,
    isReachable: Number(row.isReachable) === 1,
    of: row.productId === null ? 'supplier' : 'product',
    startsOn: dayFromColumn(startsOn),
    endsOn: dayFromColumn(endsOn),
    isOpen: dayFromColumn(startsOn) <= today && dayFromColumn(endsOn) >= today,
    objections: (objections.get(row.id) ?? []).map(({ noticeId: _, ...objection }) => objection),
  }));
}
