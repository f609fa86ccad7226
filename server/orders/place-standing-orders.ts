import { type Actor, findActor } from '../accounts/actor.ts';
import { addressesFor } from '../accounts/address-queries.ts';
import type { Wish } from '../cart/quote.ts';
import { findBuyableProducts } from '../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import type { FundingSource, StandingOutcome } from '../db/generated/enums.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { type Day, dayFromColumn, dayOf, dayToColumn } from '../shared/days.ts';
import { type Fault, Refusal } from '../shared/errors.ts';
import { findOpenCanteen } from '../units/canteens/canteen-queries.ts';
import type { DeliveryAddress } from './create-order.ts';
import type { DeliveryWish } from './delivery/choose-window.ts';
import { holidaysFrom } from './holidays.ts';
import { nextDue, schedule } from './standing-order-schedule.ts';

/** The outbox topic of runs whose buyer must be told. */
export const STANDING_ORDER_RAN = 'standing_order.ran';

export interface StandingRequest extends DeliveryAddress, DeliveryWish {
  lines: Wish[];
  unitId: number;
  fundingSource: FundingSource;
  paymentWay: 'on_account';
  channel: 'market';
  zoneId: null;
  note: string;
  checkoutKey: string;
  expectedTotalFen: null;
}

/** Submits an order as the checkout does; the same `checkoutKey` again is the same order. Throws Refusal. */
export type Submit = (actor: Actor, request: StandingRequest) => Promise<number>;

/** Why a line was left out, or why nothing was ordered; the product's name where it is about one. */
export interface RunFault {
  code: string;
  values: Record<string, string | number>;
  name?: string;
  nameEn?: string;
  unit?: string;
  unitEn?: string;
}

interface Outcome {
  outcome: StandingOutcome;
  orderId: number | null;
  faults: RunFault[];
}

const due = {
  ...{ id: true, name: true, unitId: true, schedule: true, nextOn: true, createdById: true },
  ...{ fundingSource: true, addressId: true },
  list: { select: { canteenId: true, lines: { select: { productId: true, quantity: true, note: true } } } },
  lines: { select: { productId: true, quantity: true } },
} satisfies Prisma.StandingOrderSelect;

type DueOrder = Prisma.StandingOrderGetPayload<{ select: typeof due }>;

/**
 * Places the standing orders that are due, each at most once a day however many workers do it and whenever one dies: the order's
 * checkout key names the day, and the day moves on by compare-and-set. Returns how many were worked off.
 */
export async function placeStandingOrders(db: PrismaClient, submit: Submit, now: Date): Promise<number> {
  const today = dayOf(now);
  const orders = await db.standingOrder.findMany({
    where: { nextOn: { lte: dayToColumn(today) } },
    orderBy: [{ nextOn: 'asc' }, { id: 'asc' }],
    take: 100,
    select: due,
  });
  if (orders.length === 0) return 0;
  const holidays = await holidaysFrom(db, today);
  for (const order of orders) {
    if (!order.nextOn) continue;
    const dueOn = dayFromColumn(order.nextOn);
    const outcome: Outcome = holidays.has(dueOn)
      ? { outcome: 'holiday', orderId: null, faults: [] }
      : await place(db, submit, order, dueOn, now);
    await settle(db, order, dueOn, nextDue(schedule.parse(order.schedule), today, holidays), outcome, now);
  }
  return orders.length;
}

async function place(db: PrismaClient, submit: Submit, order: DueOrder, dueOn: Day, now: Date): Promise<Outcome> {
  const failed = (faults: RunFault[]): Outcome => ({ outcome: 'failed', orderId: null, faults });
  const actor = await findActor(db, order.createdById, dayOf(now));
  const address = actor && (await addressOf(db, actor, order));
  if (!actor || !address) return failed([{ code: actor ? 'chooseAddress' : 'notYourUnit', values: {} }]);
  const lines: Wish[] = order.list?.lines ?? order.lines;
  const request: StandingRequest = {
    ...address,
    ...{ lines, unitId: order.unitId, fundingSource: order.fundingSource, note: order.name },
    ...{ paymentWay: 'on_account', channel: 'market', zoneId: null, expectedTotalFen: null },
    checkoutKey: `standing-${order.id}-${dueOn}`,
  };
  const first = await tried(submit, actor, request);
  if ('orderId' in first) return { outcome: 'placed', orderId: first.orderId, faults: [] };
  const faulty = new Set(first.faults.map(lineOf).filter((index) => index !== null));
  const whole = await named(db, first.faults, lines, dayOf(now));
  const rest = lines.filter((_, index) => !faulty.has(index));
  if (faulty.size === 0 || rest.length === 0) return failed(whole);
  const second = await tried(submit, actor, { ...request, lines: rest });
  if ('orderId' in second) return { outcome: 'in_part', orderId: second.orderId, faults: whole };
  return failed([...whole, ...(await named(db, second.faults, rest, dayOf(now)))]);
}

async function tried(
  submit: Submit,
  actor: Actor,
  request: StandingRequest,
): Promise<{ orderId: number } | { faults: Fault[] }> {
  try {
    return { orderId: await submit(actor, request) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { faults, code, values } = error;
    return { faults: faults.length > 0 ? faults : [{ path: '', code, values }] };
  }
}

/** The canteen of its list, received on the earliest day; else the address that it was made with. */
async function addressOf(
  db: PrismaClient,
  actor: Actor,
  { unitId, addressId, list }: DueOrder,
): Promise<(DeliveryAddress & DeliveryWish) | null> {
  const canteen = list?.canteenId ? await findOpenCanteen(db, list.canteenId, unitId) : null;
  const found = canteen ?? (await keptAddress(db, actor, { unitId, addressId }));
  if (!found) return null;
  const { recipient, phone, region, detail } = found;
  return { recipient, phone, region, address: detail, canteenId: canteen?.id };
}

async function keptAddress(
  db: PrismaClient,
  actor: Actor,
  { unitId, addressId }: Pick<DueOrder, 'unitId' | 'addressId'>,
) {
  const own = (await addressesFor(db, actor)).filter((one) => one.unitId === unitId || one.unitId === null);
  const ofUnit = own.filter((one) => one.unitId === unitId);
  return own.find((one) => one.id === addressId) ?? ofUnit.find((one) => one.isDefault) ?? ofUnit[0] ?? null;
}

function lineOf({ path }: Fault): number | null {
  const index = /^lines\.(\d+)\./.exec(path)?.[1];
  return index === undefined ? null : Number(index);
}

/** The faults with the names of the products that they are about. */
async function named(
  db: PrismaClient,
  faults: readonly Fault[],
  lines: readonly Wish[],
  today: Day,
): Promise<RunFault[]> {
  const productOf = (fault: Fault) => lines[lineOf(fault) ?? -1]?.productId ?? 0;
  const products = await findBuyableProducts(fast(db), faults.map(productOf), today);
  return faults.map((fault) => {
    const product = products.get(productOf(fault));
    const goods = product && {
      ...{ name: product.familyName, nameEn: product.nameEn, unit: product.saleUnit, unitEn: product.saleUnitEn },
    };
    return { code: fault.code, values: fault.values ?? {}, ...goods };
  });
}

async function settle(
  db: PrismaClient,
  { id }: DueOrder,
  dueOn: Day,
  next: Day | null,
  { outcome, orderId, faults }: Outcome,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { count } = await tx.standingOrder.updateMany({
      where: { id, nextOn: dayToColumn(dueOn) },
      data: { nextOn: next && dayToColumn(next), pausedUntil: null },
    });
    if (count === 0) return;
    const run = await tx.standingOrderRun.create({
      data: {
        standingOrderId: id,
        dueOn: dayToColumn(dueOn),
        outcome,
        orderId,
        faults: faults as unknown as Prisma.InputJsonArray,
        at,
      },
      select: { id: true },
    });
    if (outcome !== 'holiday') await enqueue(tx, STANDING_ORDER_RAN, [{ runId: run.id }]);
  });
}
