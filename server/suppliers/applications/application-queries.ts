import { type Actor, suppliersActedFor } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { ApplicationDocumentKind, CertificationState, CertificationSubject } from '../../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import { findEvents, findNotices } from '../certification-history.ts';
import { type CertifiedPlaces, placesCertified } from '../certification-policy.ts';
import { within } from '../certification-register.ts';
import type { Typed } from './application-form.ts';
import { maySeeApplication, placesRecommended } from './application-policy.ts';
import { type Checks, objectOf } from './lock-application.ts';

export interface ListedApplication {
  id: number;
  subject: CertificationSubject;
  isRenewal: boolean;
  /** null: a draft */
  state: CertificationState | null;
  name: string | null;
  nameEn: string | null;
  placeId: number | null;
  updatedAt: Date;
  submittedAt: Date | null;
  openQuestions: number;
  openObjections: number;
  /** of the newest notice */
  noticeEndsOn: Day | null;
}

type ListRow = Omit<ListedApplication, 'isRenewal' | 'openQuestions' | 'openObjections' | 'noticeEndsOn'> &
  Record<'isRenewal' | 'openQuestions' | 'openObjections', number | bigint> & { noticeEndsOn: Date | null };

const columns = Prisma.sql`
  SELECT a.id, a.subject, a.renewsId IS NOT NULL AS isRenewal, ce.state, a.updatedAt, a.submittedAt, COALESCE(p.placeId, s.placeId) AS placeId,
    COALESCE(CONCAT(f.name, ' ', p.spec), s.name, JSON_VALUE(a.form, '$.name')) AS name,
    COALESCE(CONCAT(f.nameEn, ' ', p.specEn), s.nameEn) AS nameEn,
    (SELECT COUNT(*) FROM application_question q WHERE q.applicationId = a.id AND q.answeredAt IS NULL) AS openQuestions,
    (SELECT COUNT(*) FROM public_notice n JOIN objection o ON o.noticeId = n.id
      WHERE n.certificationId = a.certificationId AND o.answeredAt IS NULL) AS openObjections,
    (SELECT MAX(n.endsOn) FROM public_notice n WHERE n.certificationId = a.certificationId) AS noticeEndsOn`;
const tables = Prisma.sql`
  FROM certification_application a LEFT JOIN certification ce ON ce.id = a.certificationId
  LEFT JOIN product p ON p.id = a.productId LEFT JOIN product_family f ON f.id = p.familyId
  LEFT JOIN supplier s ON s.id = a.supplierId`;

/** Whose turn it is: the applicant's own, those that wait for the place's word, those that wait for the certifier. */
export const APPLICATION_LISTS = ['own', 'recommend', 'review'] as const;
export type ApplicationList = (typeof APPLICATION_LISTS)[number];

/** Applications of a list, the newest first, by key. */
export async function listApplications(
  db: Db,
  actor: Actor,
  tree: PlaceTree,
  { list, beforeId, limit }: { list: ApplicationList; beforeId?: number; limit: number },
): Promise<ListedApplication[]> {
  const rows = await db.$queryRaw<ListRow[]>`
    ${columns} ${tables} WHERE ${inList(actor, tree, list)} AND a.id < ${beforeId ?? 2_147_483_647} ORDER BY a.id DESC LIMIT ${limit}`;
  return rows.map((row) => ({
    ...row,
    isRenewal: Number(row.isRenewal) === 1,
    openQuestions: Number(row.openQuestions),
    openObjections: Number(row.openObjections),
    noticeEndsOn: row.noticeEndsOn && dayFromColumn(row.noticeEndsOn),
  }));
}

/** How many stand in each list. */
export async function countApplications(
  db: Db,
  actor: Actor,
  tree: PlaceTree,
): Promise<Record<ApplicationList, number>> {
  const counted = await Promise.all(
    APPLICATION_LISTS.map(async (list) => {
      const [row] = await db.$queryRaw<{ many: number | bigint }[]>`
        SELECT COUNT(*) AS many ${tables} WHERE ${inList(actor, tree, list)}`;
      return [list, Number(row?.many ?? 0)] as const;
    }),
  );
  return Object.fromEntries(counted) as Record<ApplicationList, number>;
}

function inList(actor: Actor, tree: PlaceTree, list: ApplicationList): Prisma.Sql {
  if (list === 'own') {
    const suppliers = suppliersActedFor(actor);
    return suppliers.length === 0
      ? Prisma.sql`a.applicantId = ${actor.id}`
      : Prisma.sql`(a.applicantId = ${actor.id} OR (a.supplierId IN (${Prisma.join(suppliers)}) AND a.submittedAt IS NOT NULL))`;
  }
  if (list === 'recommend')
    return Prisma.sql`(ce.state = 'applied' AND a.renewsId IS NULL AND ${of(tree, placesRecommended(actor))})`;
  return Prisma.sql`((ce.state IN ('recommended', 'reviewed', 'in_notice') OR (ce.state = 'applied' AND a.renewsId IS NOT NULL))
    AND ${of(tree, placesCertified(actor))})`;
}

function of(tree: PlaceTree, places: CertifiedPlaces): Prisma.Sql {
  return places === null ? Prisma.sql`TRUE` : within(tree, places, Prisma.sql`COALESCE(p.placeId, s.placeId)`);
}

export interface ShownDocument {
  id: number;
  kind: ApplicationDocumentKind;
  addedAt: Date;
  removedAt: Date | null;
  file: { name: string; mime: string; bytes: number; sha256: string };
}

/** An application with all that belongs to it, for whoever may see it. Throws NotFound. */
export async function findApplication(db: Db, actor: Actor, id: number, tree: PlaceTree) {
  const found = await db.certificationApplication.findUnique({
    where: { id },
    include: {
      certification: true,
      renews: { select: { id: true, number: true, validUntil: true } },
      applicant: { select: { name: true } },
      supplier: { select: { id: true, name: true, nameEn: true, placeId: true, state: true } },
      product: {
        select: {
          ...{
            id: true,
            code: true,
            spec: true,
            specEn: true,
            placeId: true,
            categoryId: true,
            state: true,
            netGrams: true,
          },
          family: { select: { name: true, nameEn: true } },
          category: { select: { name: true, nameEn: true } },
        },
      },
      documents: { include: { file: true }, orderBy: { id: 'asc' } },
      questions: { orderBy: { id: 'asc' } },
    },
  });
  if (!found) throw new NotFound();
  const state = found.certification?.state ?? null;
  const placeId = found.product?.placeId ?? found.supplier?.placeId ?? null;
  const handled = { applicantId: found.applicantId, supplierId: found.supplierId, placeId, state };
  if (!maySeeApplication(actor, handled, tree)) throw new NotFound();
  const [events, notices] =
    found.certificationId === null
      ? [[], []]
      : await Promise.all([findEvents(db, found.certificationId), findNotices(db, found.certificationId)]);
  return {
    ...found,
    ...{ state, placeId, handled, events, notices },
    typed: objectOf<Typed>(found.form),
    checks: objectOf<Checks>(found.checks),
  };
}

export type WholeApplication = Awaited<ReturnType<typeof findApplication>>;

/** The issuer named last in a place's county, to begin with. */
export async function lastIssuer(db: Db, tree: PlaceTree, placeId: number): Promise<string> {
  const county = tree.pathOf(placeId)[0]?.id ?? placeId;
  const [row] = await db.$queryRaw<{ issuer: string }[]>`
    SELECT ce.issuer FROM certification ce LEFT JOIN product p ON p.id = ce.productId
    JOIN supplier s ON s.id = COALESCE(ce.supplierId, p.supplierId)
    WHERE ce.issuer <> '' AND ${within(tree, [county], Prisma.sql`COALESCE(p.placeId, s.placeId)`)} ORDER BY ce.id DESC LIMIT 1`;
  return row?.issuer ?? '';
}
