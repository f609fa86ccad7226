import { peopleServingOne } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayFromColumn, dayToColumn } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import type { MatchingChanged } from '../sourcing/matching/matching-changed.ts';
import { type Notice, notify } from './notify.ts';
import { tellOfEvent } from './tell-of-events.ts';

/** Tells suppliers of intentions and signatures, units of answers and proposals, and both of events; each fact once. */
export async function tellOfMatching(db: PrismaClient, changes: readonly MatchingChanged[], today: Day): Promise<void> {
  for (const change of changes) {
    if ('eventId' in change) await tellOfEvent(db, change, today);
    else if ('intentionId' in change) await notify(db, await ofIntention(db, change, today));
    else await notify(db, await ofAgreement(db, change, today));
  }
}

const name = { select: { name: true, nameEn: true } };
const approversOn = (today: Day) => ({
  where: {
    ...{ role: 'approver' as const, since: { lte: dayToColumn(today) }, user: { disabledAt: null } },
    OR: [{ until: null }, { until: { gt: dayToColumn(today) } }],
  },
  select: { userId: true },
});

async function ofIntention(
  db: PrismaClient,
  { what, intentionId }: Extract<MatchingChanged, { intentionId: number }>,
  today: Day,
): Promise<Notice[]> {
  const intention = await db.matchingIntention.findUnique({
    where: { id: intentionId },
    include: { unit: name, supplier: name },
  });
  if (!intention) return [];
  const { unit, supplier, supplierId, goods, reason, byId } = intention;
  const to = what === 'intended' ? await peopleServingOne(db, supplierId, today) : byId === null ? [] : [byId];
  return [...new Set(to)].map((userId) => ({
    userId,
    kind: `matching_${what}`,
    data: {
      ...{ unit: unit.name, unitEn: unit.nameEn, supplier: supplier.name, supplierEn: supplier.nameEn },
      ...{ goods, reason: reason ?? '', amount: formatYuan(Number(intention.amountFen)) },
    },
    link: pathTo('intention', { id: intentionId }),
    dedupeKey: `matching.${what} ${intentionId}`,
  }));
}

async function ofAgreement(
  db: PrismaClient,
  { what, agreementId }: Extract<MatchingChanged, { agreementId: number }>,
  today: Day,
): Promise<Notice[]> {
  const agreement = await db.frameworkAgreement.findUnique({
    where: { id: agreementId },
    include: {
      unit: { select: { name: true, nameEn: true, grants: approversOn(today) } },
      ...{ supplier: name, intention: { select: { byId: true } } },
    },
  });
  if (!agreement) return [];
  const { unit, supplier, number, reason, intention } = agreement;
  const ofUnit = [...unit.grants.map(({ userId }) => userId), ...(intention?.byId ? [intention.byId] : [])];
  const ofSupplier = await peopleServingOne(db, agreement.supplierId, today);
  const to = what === 'proposed' ? ofUnit : what === 'ended' ? [...ofUnit, ...ofSupplier] : ofSupplier;
  return [...new Set(to)].map((userId) => ({
    userId,
    kind: `agreement_${what}`,
    data: {
      ...{ unit: unit.name, unitEn: unit.nameEn, supplier: supplier.name, supplierEn: supplier.nameEn, number },
      ...{
        amount: formatYuan(Number(agreement.amountFen)),
        day: dayFromColumn(agreement.endsOn),
        reason: reason ?? '',
      },
    },
    link: pathTo('agreement', { id: agreementId }),
    dedupeKey: `agreement.${what} ${agreementId}`,
  }));
}
