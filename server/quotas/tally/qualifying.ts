import { Prisma } from '../../db/generated/client.ts';

/**
 * Rule 1 as an SQL condition over the goods' category `k` and their origin `g`, for one programme or for `p`: no origin or category
 * named means any, one that is named takes in all below it.
 */
export function goodsQualify(programme: number | Prisma.Sql = Prisma.raw('p.id')): Prisma.Sql {
  return Prisma.sql`
    (NOT EXISTS (SELECT 1 FROM programme_origin r WHERE r.programmeId = ${programme})
      OR EXISTS (SELECT 1 FROM programme_origin r JOIN place rp ON rp.id = r.placeId
        WHERE r.programmeId = ${programme} AND LOCATE(rp.path, g.path) = 1))
    AND (NOT EXISTS (SELECT 1 FROM programme_category r WHERE r.programmeId = ${programme})
      OR EXISTS (SELECT 1 FROM programme_category r JOIN category rc ON rc.id = r.categoryId
        WHERE r.programmeId = ${programme} AND LOCATE(rc.path, k.path) = 1))`;
}

/** Whether a unit that stands in these groups (",2,5,") takes part in the programme `p` (rule 7). */
export function takesPart(groupIds: string): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM programme_participant t
    WHERE t.programmeId = p.id AND LOCATE(CONCAT(',', t.groupId, ','), ${groupIds}) > 0)`;
}
