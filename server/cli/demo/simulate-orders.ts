import type { Channel, FundingSource } from '../../db/generated/enums.ts';
import { addDays, type Day, dayFromColumn, dayOf } from '../../shared/days.ts';
import { daysFrom, PREPAYING_UNIT } from './add-places-and-units.ts';
import { channelsOf } from './channels.ts';
import type { Composer, Wish } from './compose-order.ts';
import { priceOn } from './goods.ts';
import type { Draft, Market } from './market.ts';
import { type Fate, fateOf } from './order-fate.ts';
import { fallsDue, nextSize, type Stream } from './plan-demand.ts';
import { randomFrom } from './random.ts';
import { weightOf } from './seasons.ts';
import { specialOrders } from './special-orders.ts';
import { atMinute } from './world.ts';
import { writeOrder } from './write-order.ts';

/** Something that is bought at an instant; composed only when its turn comes, so that stock and caps are as they are then. */
interface Request {
  at: Date;
  draft(): { draft: Draft; stream: Stream | null } | null;
}

const OUTSIDE_ORDERS_A_DAY = 0.6;
const MOST_A_DAY = 12;
const PREPAYS_FOR_DAYS = 100;

/** Runs the twelve months day by day and writes every order in the order in which they were submitted. */
export function simulateOrders(market: Market, composer: Composer, streams: Stream[]): void {
  const { world } = market;
  const specials = specialOrders(market);
  const outside = randomFrom('outside');
  const channels = channelsOf(market);
  for (const day of daysFrom(world.firstDay, world.today)) {
    const requests: Request[] = [
      ...(day < world.today ? streams.flatMap((stream) => streamRequests(market, composer, stream, day)) : []),
      ...(day < world.today ? outsideRequests(market, composer, outside, day) : []),
      ...specials
        .filter((draft) => dayOf(draft.submittedAt) === day)
        .map((draft) => ({ at: draft.submittedAt, draft: () => ({ draft, stream: null }) })),
    ];
    requests.sort((a, b) => a.at.getTime() - b.at.getTime());
    for (const request of requests) {
      const made = request.draft();
      if (!made) continue;
      const { draft, stream } = made;
      if (draft.zoneId === null) Object.assign(draft, channels(draft, stream?.unit.code ?? null));
      const kept = writeOrder(market, draft);
      if (stream)
        stream.doneFen += kept.reduce((sum, line) => sum + (line.good.county === stream.county ? line.fen : 0), 0);
    }
  }
}

function streamRequests(market: Market, composer: Composer, stream: Stream, day: Day): Request[] {
  const requests: Request[] = [];
  const settled = stream.doneFen;
  for (let count = 0; count < MOST_A_DAY && fallsDue(stream, day, count === 0); count += 1) {
    const sizeFen = stream.nextFen;
    const at = submittedAt(stream, day);
    requests.push({ at, draft: () => streamDraft(market, composer, { stream, day, sizeFen, at }) });
    // Counted as done until the order itself is, so that the day's next one sees it.
    stream.doneFen += sizeFen;
    stream.nextFen = nextSize(stream);
  }
  stream.doneFen = settled;
  return requests;
}

function submittedAt({ random, funding }: Pick<Stream, 'random' | 'funding'>, day: Day): Date {
  return atMinute(
    day,
    funding === 'individual' ? random.between(7.2 * 60, 22.8 * 60) : random.between(8.4 * 60, 17.6 * 60),
  );
}

function streamDraft(
  market: Market,
  composer: Composer,
  { stream, day, sizeFen, at }: { stream: Stream; day: Day; sizeFen: number; at: Date },
): { draft: Draft; stream: Stream } | null {
  const { unitId, funding, random, county, category, except, unit } = stream;
  const { people, world } = market;
  const buyerId = funding === 'individual' ? random.pick(people.employees(unitId)) : people.buyer(unitId);
  const wishes = composer.compose(random, day, {
    funding,
    holder: { userId: buyerId, unitId },
    sizeFen,
    county,
    category,
    except,
  });
  if (wishes.length === 0) return null;
  const prepays =
    unit.code === PREPAYING_UNIT && funding === 'canteen_budget' && day > addDays(world.today, -PREPAYS_FOR_DAYS);
  const way = funding === 'individual' || prepays ? 'stripe' : 'on_account';
  const totalFen = wishes.reduce((sum, { good, quantity }) => sum + priceOn(good, day, quantity) * quantity, 0);
  const kind = funding === 'individual' ? 'individual' : prepays ? 'prepaid' : 'on_account';
  const fate = fateFor(market, stream, {
    wishes,
    at,
    kind,
    needsApproval: kind !== 'individual' && totalFen > market.thresholdOf(unitId, funding),
  });
  const to = funding === 'individual' ? people.home(buyerId) : people.canteen(unitId);
  const base = { buyerId, unitId, funding, way, wishes, submittedAt: at, fate, to, note: null } as const;
  return {
    stream,
    draft: {
      ...base,
      channel: 'market',
      zoneId: null,
      campaignId: null,
      agreementId: agreementFor(market, unitId, wishes, day),
    },
  };
}

function fateFor(
  market: Market,
  { random, unit }: Pick<Stream, 'random'> & { unit: { code: string } | null },
  facts: { wishes: Wish[]; at: Date; kind: 'individual' | 'prepaid' | 'on_account'; needsApproval: boolean },
): Fate {
  const { wishes, at, kind, needsApproval } = facts;
  const goods = wishes.map((wish) => wish.good);
  return fateOf(random, {
    submittedAt: at,
    kind,
    needsApproval,
    parcels: new Set(goods.map((good) => good.supplierId)).size,
    fresh: goods.some((good) => (good.spec.shelfLifeDays ?? 400) <= 10),
    countsByReview: unit?.code.startsWith('wl-') ?? false,
    binding: goods.some((good) => good.spec.soldOut || market.caps.isCapped(good)),
  });
}

/** A framework agreement that the order calls off from. */
function agreementFor({ world }: Market, unitId: number, wishes: Wish[], day: Day): number | null {
  const found = world.rows
    .of('frameworkAgreement')
    .find(
      (row) =>
        row.unitId === unitId &&
        wishes.every((wish) => wish.good.supplierId === row.supplierId) &&
        dayFromColumn(row.startsOn as Date) <= day &&
        day <= dayFromColumn(row.endsOn as Date),
    );
  return found?.id ?? null;
}

/** People of no unit, some of whom came by a unit's campaign link: what they buy is helped to sell (rule 16). */
function outsideRequests(market: Market, composer: Composer, random: Stream['random'], day: Day): Request[] {
  const funding: FundingSource = 'individual';
  const many = Math.floor(OUTSIDE_ORDERS_A_DAY * weightOf(day, funding) + random.real());
  return Array.from({ length: many }, () => {
    const at = submittedAt({ random, funding }, day);
    const draft = () => {
      const { people, world } = market;
      const buyerId = random.pick(people.outsiders);
      const campaigns = world.rows
        .of('campaign')
        .filter((row) => row.kind === 'link' && at >= new Date(row.startsAt) && at < new Date(row.endsAt));
      const campaign = campaigns.length > 0 && random.chance(0.4) ? random.pick(campaigns) : null;
      const sizeFen = Math.round(random.between(8_000, 32_000));
      const county = campaign ? 'xiushan' : null;
      const wishes = composer.compose(random, day, {
        funding,
        holder: { userId: buyerId, unitId: null },
        sizeFen,
        county,
        category: null,
        except: [],
      });
      if (wishes.length === 0) return null;
      const fate = fateFor(market, { random, unit: null }, { wishes, at, kind: 'individual', needsApproval: false });
      const zoneId = campaign?.zoneId ?? null;
      const channel: Channel = world.rows.of('zone')[(zoneId ?? 0) - 1]?.kind ?? 'market';
      const base = {
        buyerId,
        unitId: null,
        funding,
        way: 'stripe',
        wishes,
        submittedAt: at,
        fate,
        note: null,
      } as const;
      return {
        stream: null,
        draft: {
          ...base,
          to: people.home(buyerId),
          channel,
          zoneId,
          campaignId: campaign?.id ?? null,
          agreementId: null,
        },
      };
    };
    return { at, draft };
  });
}
