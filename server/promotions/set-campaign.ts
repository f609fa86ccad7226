import { randomBytes } from 'node:crypto';
import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import type { Campaign } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { addDays, type Day, dayOf, startOfDay } from '../shared/days.ts';
import { type Fault, NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import type { Fen } from '../shared/money.ts';

/** A threshold discount (满减) or gift (满赠) as an operator sets it: from the first day's beginning to the last day's end. */
export interface CampaignTerms {
  name: string;
  /** only for purchases of this unit; null: of everybody */
  unitCode: string | null;
  /** only for goods of this zone; null: all */
  zoneCode: string | null;
  thresholdFen: Fen;
  /** what it takes off; of a gift 0 */
  discountFen: Fen;
  /** what it adds; null: it takes off */
  gift: { productCode: string; quantity: number } | null;
  startsOn: Day;
  endsOn: Day;
  /** the most that it takes off in all; null: no limit, as of every gift */
  budgetFen: Fen | null;
}

/** Makes a threshold discount or gift. Refuses with faults by field. Returns its id. */
export function createCampaign(db: PrismaClient, actor: Actor, terms: CampaignTerms, at: Date): Promise<number> {
  return inTransaction(db, async (tx) => {
    const data = await dataOf(tx, terms, at);
    const code = `campaign-${randomBytes(5).toString('hex')}`;
    const { id } = await tx.campaign.create({
      data: { ...data, code },
      select: { id: true },
    });
    await note(tx, actor, 'create', id, at, { after: told(data) });
    return id;
  });
}

/** Changes a campaign that has not begun. Refuses with faults by field, and with 409 `campaignBegun`. */
export async function changeCampaign(
  db: PrismaClient,
  actor: Actor,
  id: number,
  terms: CampaignTerms,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const before = await lockCampaign(tx, id);
    if (before.startsAt <= at || before.stoppedAt) throw new StateConflict('campaignBegun');
    const data = await dataOf(tx, terms, at);
    await tx.campaign.update({ where: { id }, data, select: { id: true } });
    await note(tx, actor, 'change', id, at, { before: told(before), after: told(data) });
  });
}

/** Ends a campaign at once, with a reason; what was taken off stays. Refuses one that is over with 409 `campaignOver`. */
export async function stopCampaign(
  db: PrismaClient,
  actor: Actor,
  id: number,
  reason: string,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const campaign = await lockCampaign(tx, id);
    if (campaign.stoppedAt || campaign.endsAt <= at) throw new StateConflict('campaignOver');
    await tx.campaign.update({ where: { id }, data: { stoppedAt: at }, select: { id: true } });
    await note(tx, actor, 'stop', id, at, { reason });
  });
}

async function lockCampaign(tx: Tx, id: number): Promise<Campaign> {
  await tx.$queryRaw`SELECT id FROM campaign WHERE id = ${id} FOR UPDATE`;
  const campaign = await tx.campaign.findUnique({ where: { id } });
  if (campaign?.kind !== 'threshold_discount' && campaign?.kind !== 'threshold_gift') throw new NotFound();
  return campaign;
}

async function dataOf(tx: Tx, terms: CampaignTerms, at: Date) {
  const { name, unitCode, zoneCode, thresholdFen, discountFen, gift, startsOn, endsOn, budgetFen } = terms;
  const [unit, zone, product] = await Promise.all([
    unitCode === null ? null : tx.unit.findUnique({ where: { code: unitCode }, select: { id: true } }),
    zoneCode === null ? null : tx.zone.findUnique({ where: { code: zoneCode }, select: { id: true } }),
    gift === null ? null : tx.product.findUnique({ where: { code: gift.productCode }, select: { id: true } }),
  ]);
  const faults: (Fault | false)[] = [
    unitCode !== null && !unit && { path: 'unit', code: 'noSuchUnit' },
    zoneCode !== null && !zone && { path: 'zone', code: 'noSuchZone' },
    gift !== null && !product && { path: 'giftProduct', code: 'noSuchProduct' },
    gift !== null && budgetFen !== null && { path: 'budget', code: 'noBudgetForGifts' },
    gift === null && discountFen >= thresholdFen && { path: 'discount', code: 'discountTooLarge' },
    startsOn < dayOf(at) && { path: 'startsOn', code: 'inThePast' },
    endsOn < startsOn && { path: 'endsOn', code: 'endsBeforeStart' },
    budgetFen !== null && budgetFen < discountFen && { path: 'budget', code: 'budgetBelowDiscount' },
  ];
  const found = faults.filter((fault) => fault !== false);
  if (found.length > 0) throw new RuleRefusal('badInput', found);
  return {
    ...{ name, unitId: unit?.id ?? null, zoneId: zone?.id ?? null, budgetFen },
    ...(gift
      ? {
          kind: 'threshold_gift' as const,
          rule: { thresholdFen, giftProduct: gift.productCode, giftQuantity: gift.quantity },
        }
      : { kind: 'threshold_discount' as const, rule: { thresholdFen, discountFen } }),
    ...{ startsAt: startOfDay(startsOn), endsAt: startOfDay(addDays(endsOn, 1)) },
  };
}

function told({ name, unitId, zoneId, budgetFen, rule, startsAt, endsAt }: Told) {
  return {
    ...{ name, unitId, zoneId, budgetFen: budgetFen === null ? null : Number(budgetFen), rule: rule ?? {} },
    ...{ startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
  };
}

type Told = Pick<Campaign, 'name' | 'unitId' | 'zoneId' | 'rule' | 'startsAt' | 'endsAt'> & {
  budgetFen: bigint | number | null;
};
type Noted = Pick<Parameters<typeof audit>[1], 'before' | 'after' | 'reason'>;

function note(
  tx: Tx,
  actor: Actor,
  deed: 'create' | 'change' | 'stop',
  id: number,
  at: Date,
  noted: Noted,
): Promise<void> {
  return audit(tx, {
    at,
    actorId: actor.id,
    action: `campaign.${deed}`,
    subjectType: 'campaign',
    subjectId: id,
    ...noted,
  });
}
