import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { dayFromColumn } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import type { MatchingChanged } from '../sourcing/matching/matching-changed.ts';
import { type Notice, notify } from './notify.ts';

/** Tells suppliers of intentions and signatures, and units of answers and proposals; each fact once. */
export async function tellOfMatching(db: PrismaClient, changes: readonly MatchingChanged[]): Promise<void> {
  for (const change of changes)
    await notify(db, await ('intentionId' in change ? ofIntention(db, change) : ofAgreement(db, change)));
}

const name = { select: { name: true, nameEn: true } };
const people = (role: 'supplier' | 'approver') => ({
  select: { name: true, nameEn: true, grants: { where: { role }, select: { userId: true } } },
});

async function ofIntention(
  db: PrismaClient,
  { what, intentionId }: Extract<MatchingChanged, { intentionId: number }>,
): Promise<Notice[]> {
  const intention = await db.matchingIntention.findUnique({
    where: { id: intentionId },
    include: { unit: name, supplier: people('supplier') },
  });
  if (!intention) return [];
  const { unit, supplier, goods, reason, byId } = intention;
  const to = what === 'intended' ? supplier.grants.map(({ userId }) => userId) : byId === null ? [] : [byId];
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
): Promise<Notice[]> {
  const agreement = await db.frameworkAgreement.findUnique({
    where: { id: agreementId },
    include: { unit: people('approver'), supplier: people('supplier'), intention: { select: { byId: true } } },
  });
  if (!agreement) return [];
  const { unit, supplier, number, reason, intention } = agreement;
  const ofUnit = [...unit.grants.map(({ userId }) => userId), ...(intention?.byId ? [intention.byId] : [])];
  const ofSupplier = supplier.grants.map(({ userId }) => userId);
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
