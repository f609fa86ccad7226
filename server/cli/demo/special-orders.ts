import { addDays, dayOf } from '../../shared/days.ts';
import type { Wish } from './compose-order.ts';
import type { DemoStories } from './fact-stories.ts';
import { isOffered } from './goods.ts';
import type { Draft, DraftRefund, Market } from './market.ts';
import type { Fate, ParcelFate } from './order-fate.ts';
import { ABC, OWN, SPECIALS, type Special, type Stage } from './special-order-list.ts';
import { atMinute, hoursLater } from './world.ts';

const WELFARE_ORDERED_DAYS_AFTER_CHOICE = 3;

export function specialOrders(market: Market): Draft[] {
  const { world } = market;
  const drafts = SPECIALS.flatMap((special) => {
    const submittedAt = atMinute(addDays(world.today, -special.daysAgo), special.minute);
    return draftOf(market, special, submittedAt);
  });
  // Someone is at the pay page just now; the order ends by itself when it is not paid.
  const atPayPage: Special = {
    ...OWN,
    daysAgo: 0,
    minute: 0,
    stage: 'submitted',
    lines: [['lianghe-white-tea-125', 1]],
  };
  return [...drafts, ...welfareOrders(market), ...draftOf(market, atPayPage, hoursLater(world.now, -3 / 60))];
}

/** What a closed welfare run's claims came to, one order per supplier (rule 29). */
function welfareOrders(market: Market): Draft[] {
  const { world } = market;
  return world.facts.stories.welfareRuns
    .filter((run) => run.state === 'closed')
    .flatMap((run) => {
      const many = (at: number) => Math.ceil((run.headcount - at) / run.packages.length);
      const lines = run.packages.flatMap(({ items }, at) =>
        items.map((item): [string, number] => [item.product, many(at) * item.quantity]),
      );
      const day = addDays(run.chooseUntilDaysAgo, WELFARE_ORDERED_DAYS_AFTER_CHOICE);
      const special: Special = {
        ...ABC,
        unit: run.unit,
        funding: 'union_funds',
        daysAgo: 0,
        minute: 0,
        stage: 'received',
        lines,
        note: run.name,
      };
      return suppliersOf(market, special).flatMap((one, at) =>
        draftOf(market, { ...one, refund: unclaimedOf(run, one) }, atMinute(day, 560 + at)),
      );
    });
}

/** What the last of the roster did not fetch, of an order's first line. */
function unclaimedOf(run: DemoStories['welfareRuns'][number], { lines: [line] }: Special): DraftRefund | undefined {
  const { headcount, unclaimed, packages } = run;
  const last = Array.from({ length: unclaimed }, (_, at) => packages[(headcount - unclaimed + at) % packages.length]);
  const items = last.flatMap((one) => one?.items.filter(({ product }) => product === line?.[0]) ?? []);
  const quantity = items.reduce((sum, item) => sum + item.quantity, 0);
  if (quantity === 0) return undefined;
  return {
    quantity,
    state: 'requested',
    reason: '无人领取（演示）',
    answer: null,
    hoursAfterReceipt: 24 * 14,
  };
}

function suppliersOf({ goods }: Market, special: Special): Special[] {
  const supplierOf = (code: string) => goods.find((good) => good.spec.code === code)?.supplierId;
  const suppliers = new Set(special.lines.map(([code]) => supplierOf(code)));
  return [...suppliers].map((supplier) => ({
    ...special,
    lines: special.lines.filter(([code]) => supplierOf(code) === supplier),
  }));
}

function draftOf(market: Market, special: Special, submittedAt: Date): Draft[] {
  const { world, people, goods } = market;
  const { unit, funding, stage } = special;
  const unitId = world.id('unit', unit);
  const day = dayOf(submittedAt);
  const wishes = special.lines.flatMap(([code, quantity]): Wish[] => {
    const good = goods.find((candidate) => candidate.spec.code === code);
    return good && isOffered(good, day) && !good.spec.soldOut ? [{ good, quantity }] : [];
  });
  if (wishes.length === 0 || submittedAt < atMinute(world.firstDay, 0)) return [];
  const staff = people.employees(unitId);
  const someone = staff[Math.min(special.minute % staff.length, staff.length - 1)] ?? people.employee;
  const buyerId =
    funding !== 'individual' ? people.buyer(unitId) : special.buyer === 'employee' ? people.employee : someone;
  const own = funding === 'individual';
  const totalFen = wishes.reduce((sum, { good, quantity }) => sum + good.spec.priceFen * quantity, 0);
  const needsApproval = !own && (stage === 'submitted' || totalFen > market.thresholdOf(unitId, funding));
  return [
    {
      buyerId,
      unitId,
      funding,
      way: own ? 'stripe' : 'on_account',
      channel: 'market',
      zoneId: null,
      campaignId: null,
      agreementId: null,
      wishes,
      submittedAt,
      fate: fateAt(stage, submittedAt, {
        now: world.now,
        own,
        needsApproval,
        parcels: new Set(wishes.map((wish) => wish.good.supplierId)).size,
      }),
      to: own ? people.home(buyerId) : people.canteen(unitId),
      note: special.note ?? null,
      refund: special.refund,
    },
  ];
}

const STAGES: Stage[] = ['submitted', 'placed', 'confirmed', 'shipped', 'received'];

function fateAt(
  stage: Stage,
  submittedAt: Date,
  { now, own, needsApproval, parcels }: { now: Date; own: boolean; needsApproval: boolean; parcels: number },
): Fate {
  const later = hoursLater(now, 24 * 40);
  // Close together, because every step must lie before the present even when it is early in the morning.
  const when = (step: Stage, hours: number) => {
    if (STAGES.indexOf(step) > STAGES.indexOf(stage)) return later;
    const exact = hoursLater(submittedAt, hours);
    return exact < now ? exact : now;
  };
  const placedAt = when('placed', own ? 0.04 : needsApproval ? 0.6 : 0);
  const parcel: ParcelFate = {
    confirmedAt: when('confirmed', 1.1),
    shippedAt: when('shipped', 22),
    receivedAt: when('received', 70),
    byBuyer: true,
    reviewedAt: stage === 'received' && own ? when('received', 75) : null,
    rating: 5,
    missing: null,
  };
  return {
    decidedAt: needsApproval ? placedAt : null,
    placedAt,
    end: 'delivered',
    endedAt: later,
    parcels: Array.from({ length: parcels }, () => parcel),
  };
}
