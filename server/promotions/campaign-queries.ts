import type { Db } from '../db/client.ts';
import type { CampaignKind } from '../db/generated/enums.ts';
import { NotFound } from '../shared/errors.ts';
import { thresholdRule } from './threshold-discounts.ts';

const shown = {
  unit: { select: { code: true, name: true, nameEn: true } },
  zone: { select: { code: true, name: true, nameEn: true } },
} as const;

/** Campaigns of some kinds, the newest first, beyond the id of the last one seen. */
export function listCampaigns(db: Db, kinds: CampaignKind[], beforeId: number | null, take: number) {
  return db.campaign.findMany({
    where: { kind: { in: kinds }, ...(beforeId ? { id: { lt: beforeId } } : {}) },
    orderBy: { id: 'desc' },
    take,
    include: shown,
  });
}

export type ListedCampaign = Awaited<ReturnType<typeof listCampaigns>>[number];

/** A threshold discount or gift with its rule. Throws NotFound. */
export async function findCampaign(db: Db, id: number) {
  const campaign = await db.campaign.findUnique({ where: { id }, include: shown });
  if (!campaign || (campaign.kind !== 'threshold_discount' && campaign.kind !== 'threshold_gift')) throw new NotFound();
  return campaign;
}

export type CampaignState = 'coming' | 'running' | 'spent' | 'stopped' | 'over';

/** How a campaign stands at an instant; `spent`: what is left of its budget is less than it gives to one order. */
export function campaignState(
  { startsAt, endsAt, stoppedAt, budgetFen, givenFen, rule }: Omit<ListedCampaign, 'unit' | 'zone'>,
  at: Date,
): CampaignState {
  if (stoppedAt) return 'stopped';
  if (endsAt <= at) return 'over';
  if (startsAt > at) return 'coming';
  const read = thresholdRule.safeParse(rule);
  if (budgetFen !== null && read.success && givenFen + BigInt(read.data.discountFen) > budgetFen) return 'spent';
  return 'running';
}
