import { z } from 'zod';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { type PlaceTree, placeTree } from '../units/place-tree.ts';
import type { NoticeKind } from './notice-text.ts';
import { type Notice, notify } from './notify.ts';
import { peopleOfPlace } from './people-of-place.ts';

export const applicationChanged = z.object({
  applicationId: z.number().int(),
  news: z.enum([
    ...(['submitted', 'recommended', 'asked', 'answered', 'in_notice'] as const),
    ...(['objected', 'certified', 'refused', 'reopened'] as const),
  ]),
  /** the event's certification, the question or the objection: with the news, what a message tells of once */
  factId: z.number().int(),
});
type Changed = z.output<typeof applicationChanged>;

type Told = 'applicant' | 'place' | 'certifiers';

const KINDS = {
  submitted: 'application_submitted',
  recommended: 'application_recommended',
  asked: 'application_asked',
  answered: 'application_answered',
  in_notice: 'application_in_notice',
  objected: 'application_objected',
  certified: 'application_certified',
  refused: 'application_refused',
  reopened: 'application_reopened',
} as const satisfies Record<Changed['news'], NoticeKind>;

/** Tells whoever must act on an application, or has waited for it: applicant, place or certifiers; each fact once a person. */
export async function tellOfApplications(db: PrismaClient, changes: readonly Changed[], today: Day): Promise<void> {
  const tree = await placeTree(db);
  const notices: Notice[] = [];
  for (const change of changes) notices.push(...(await noticesOf(db, tree, change, today)));
  await notify(db, notices);
}

async function noticesOf(db: PrismaClient, tree: PlaceTree, change: Changed, today: Day): Promise<Notice[]> {
  const application = await db.certificationApplication.findUnique({
    where: { id: change.applicationId },
    select: {
      ...{ id: true, applicantId: true, renewsId: true },
      supplier: { select: { name: true, nameEn: true, placeId: true } },
      product: {
        select: { spec: true, specEn: true, placeId: true, family: { select: { name: true, nameEn: true } } },
      },
    },
  });
  const holder = application?.product ?? application?.supplier;
  if (!application || !holder) return [];
  const { product, supplier } = application;
  const data = product
    ? { holder: `${product.family.name} ${product.spec}`, holderEn: `${product.family.nameEn} ${product.specEn}` }
    : { holder: supplier?.name ?? '', holderEn: supplier?.nameEn ?? '' };
  const people = await Promise.all(
    toldOf(change.news, application.renewsId !== null).map((told) =>
      told === 'applicant' ? [application.applicantId] : peopleOfPlace(db, tree, told, holder.placeId, today),
    ),
  );
  return [...new Set(people.flat())].map((userId) => ({
    ...{ userId, kind: KINDS[change.news], data, link: pathTo('application', { id: application.id }) },
    dedupeKey: `application ${application.id} ${change.news} ${change.factId}`,
  }));
}

function toldOf(news: Changed['news'], isRenewal: boolean): Told[] {
  if (news === 'submitted') return [isRenewal ? 'certifiers' : 'place'];
  if (news === 'recommended') return ['certifiers', 'applicant'];
  if (news === 'answered') return ['certifiers'];
  if (news === 'objected') return ['certifiers', 'applicant'];
  return ['applicant'];
}
