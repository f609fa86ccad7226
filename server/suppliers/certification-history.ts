import type { Db } from '../db/client.ts';
import type { CertificationState, InterruptionKind } from '../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import type { PlaceTree } from '../units/place-tree.ts';
import { type CertifiedPlaces, isWithin } from './certification-policy.ts';
import { type RegisterRow, readRegisterRow, registerColumns, registerTables } from './certification-register.ts';

export interface CertificationFile extends RegisterRow {
  appliedAt: Date;
  supplierCode: string;
  /** its page exists: no draft, no applicant */
  isReachable: boolean;
  /** products that are on sale as long as it holds */
  productsOnSale: number;
  events: { state: CertificationState; reason: string | null; at: Date; actorName: string | null }[];
  interruptions: {
    kind: InterruptionKind;
    since: Day;
    until: Day | null;
    reason: string;
    publicReason: string | null;
  }[];
  notices: {
    id: number;
    startsOn: Day;
    endsOn: Day;
    text: string;
    objections: {
      id: number;
      at: Date;
      name: string | null;
      contact: string | null;
      text: string;
      answer: string | null;
      answeredAt: Date | null;
      upheld: boolean | null;
    }[];
  }[];
}

type FileRow = Parameters<typeof readRegisterRow>[0] & {
  appliedAt: Date;
  supplierCode: string;
  isReachable: number | bigint;
  productsOnSale: number | bigint;
};

/**
 * A certification with all that happened to it, the latest first. Throws NotFound when it does not exist or is of none of the
 * reader's places.
 */
export async function findCertificationFile(
  db: Db,
  id: number,
  tree: PlaceTree,
  places: CertifiedPlaces,
): Promise<CertificationFile> {
  const rows = await db.$queryRaw<FileRow[]>`
    ${registerColumns}, ce.appliedAt, s.code AS supplierCode, IF(p.id IS NULL, s.state <> 'applying', p.state <> 'draft') AS isReachable,
      (SELECT COUNT(*) FROM product op WHERE op.supplierId = s.id AND op.state = 'on_sale' AND (p.id IS NULL OR op.id = p.id)) AS productsOnSale
    ${registerTables} WHERE ce.id = ${id}`;
  const [row] = rows;
  if (!row || !isWithin(tree, places, row.placeId)) throw new NotFound();
  const [events, interruptions, notices] = await Promise.all([
    findEvents(db, id),
    db.certificationInterruption.findMany({
      where: { certificationId: id },
      select: { kind: true, since: true, until: true, reason: true, publicReason: true },
      orderBy: { id: 'desc' },
    }),
    findNotices(db, id),
  ]);
  const { appliedAt, supplierCode, isReachable, productsOnSale, ...certification } = row;
  return {
    ...readRegisterRow(certification),
    appliedAt,
    supplierCode,
    isReachable: Number(isReachable) === 1,
    productsOnSale: Number(productsOnSale),
    events,
    interruptions: interruptions.map(({ since, until, ...rest }) => ({
      ...rest,
      since: dayFromColumn(since),
      until: until && dayFromColumn(until),
    })),
    notices,
  };
}

/** What happened to a certification, the latest first. */
export function findEvents(db: Db, certificationId: number): Promise<CertificationFile['events']> {
  return db.$queryRaw<CertificationFile['events']>`
    SELECT e.state, e.reason, e.at, u.name AS actorName FROM certification_event e LEFT JOIN user u ON u.id = e.actorId
    WHERE e.certificationId = ${certificationId} ORDER BY e.at DESC, e.id DESC`;
}

/** Its public notices with the objections, the latest first; for whoever may know who objected. */
export async function findNotices(db: Db, certificationId: number): Promise<CertificationFile['notices']> {
  const rows = await db.publicNotice.findMany({
    where: { certificationId },
    select: {
      ...{ id: true, startsOn: true, endsOn: true, text: true },
      objections: {
        select: {
          id: true,
          at: true,
          name: true,
          contact: true,
          text: true,
          answer: true,
          answeredAt: true,
          upheld: true,
        },
        orderBy: { id: 'asc' },
      },
    },
    orderBy: { id: 'desc' },
  });
  return rows.map((row) => ({ ...row, startsOn: dayFromColumn(row.startsOn), endsOn: dayFromColumn(row.endsOn) }));
}
