import { type Actor, suppliersServedBy, unitsApprovedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayFromColumn, dayToColumn } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { idsBelow } from '../../shared/tree.ts';
import { certificationHeldBy } from '../../suppliers/certification-held.ts';
import { placeTree } from '../../units/place-tree.ts';

const MOST_SUPPLIERS = 200;
const MOST_PRODUCTS = 200;
const sides = {
  unit: { select: { id: true, code: true, name: true, nameEn: true } },
  supplier: { select: { id: true, name: true, nameEn: true } },
} satisfies Prisma.MatchingIntentionInclude;

const wholeEvent = {
  place: { select: { id: true, path: true, name: true, nameEn: true } },
  group: { select: { name: true, nameEn: true } },
} satisfies Prisma.MatchingEventInclude;

export type ShownEvent = Prisma.MatchingEventGetPayload<{ include: typeof wholeEvent }>;

/** Where a page of events begins: after this day and id. */
export interface EventKey {
  heldOn: Day;
  id: number;
}

/** Matching events, the latest first, beyond a key. */
export function listEvents(db: Db, before: EventKey | null, take: number) {
  const key = before && dayToColumn(before.heldOn);
  return db.matchingEvent.findMany({
    where: key && before ? { OR: [{ heldOn: { lt: key } }, { heldOn: key, id: { lt: before.id } }] } : {},
    orderBy: [{ heldOn: 'desc' }, { id: 'desc' }],
    take,
    include: wholeEvent,
  });
}

/** An event, which anybody may read. Throws NotFound. */
export async function findEvent(db: Db, id: number): Promise<ShownEvent> {
  const event = await db.matchingEvent.findUnique({ where: { id }, include: wholeEvent });
  if (!event) throw new NotFound();
  return event;
}

export interface SupplierAtEvent {
  id: number;
  name: string;
  nameEn: string;
  goods: number;
}

/**
 * Active suppliers of the event's place, or of every place, that are certified on its day, and after it until today too, with how many
 * products they have on sale; those with most goods first (rules 1, 22).
 */
export async function suppliersAt(
  db: PrismaClient,
  event: { placeId: number | null; heldOn: Date },
  today: Day,
): Promise<SupplierAtEvent[]> {
  const rows = await db.$queryRaw<(Omit<SupplierAtEvent, 'goods'> & { goods: number | bigint })[]>`
    SELECT s.id, s.name, s.nameEn, COUNT(p.id) AS goods
    FROM supplier s LEFT JOIN product p ON p.supplierId = s.id AND p.state = 'on_sale'
    WHERE ${await takesPart(db, event, today)}
    GROUP BY s.id, s.name, s.nameEn ORDER BY goods DESC, s.id LIMIT ${MOST_SUPPLIERS}`;
  return rows.map((row) => ({ ...row, goods: Number(row.goods) }));
}

/** The same, all of them, by id alone: whom to tell. */
export async function supplierIdsAt(
  db: PrismaClient,
  event: { placeId: number | null; heldOn: Date },
  today: Day,
): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT s.id FROM supplier s WHERE ${await takesPart(db, event, today)} ORDER BY s.id`;
  return rows.map(({ id }) => id);
}

async function takesPart(
  db: PrismaClient,
  { placeId, heldOn }: { placeId: number | null; heldOn: Date },
  today: Day,
): Promise<Prisma.Sql> {
  const places = placeId === null ? null : idsBelow(await placeTree(db), placeId);
  const day = dayFromColumn(heldOn);
  return Prisma.sql`s.state = 'active' ${places ? Prisma.sql`AND s.placeId IN (${Prisma.join(places)})` : Prisma.empty}
    AND ${certificationHeldBy('supplier', day)} IS NOT NULL
    ${today > day ? Prisma.sql`AND ${certificationHeldBy('supplier', today)} IS NOT NULL` : Prisma.empty}`;
}

/** Whose intentions and agreements the actor may see: of the units bought or approved for, and of the own suppliers. */
function ownSides(actor: Actor) {
  const units = [...new Set([...unitsBoughtFor(actor), ...unitsApprovedFor(actor)])];
  return { OR: [{ unitId: { in: units } }, { supplierId: { in: suppliersServedBy(actor) } }] };
}

const listedIntention = {
  ...sides,
  event: { select: { id: true, name: true } },
  agreements: { where: { state: 'proposed' }, select: { id: true } },
} satisfies Prisma.MatchingIntentionInclude;

export type ListedIntention = Prisma.MatchingIntentionGetPayload<{ include: typeof listedIntention }>;

/** The actor's intentions that wait for an agreement, the latest first. */
export function openIntentions(db: Db, actor: Actor, take: number) {
  return db.matchingIntention.findMany({
    where: { ...ownSides(actor), state: 'open' },
    orderBy: { id: 'desc' },
    take,
    include: listedIntention,
  });
}

/** An intention of the own unit or supplier. Throws NotFound. */
export async function findIntention(db: Db, actor: Actor, id: number): Promise<ListedIntention> {
  const intention = await db.matchingIntention.findFirst({
    where: { ...ownSides(actor), id },
    include: listedIntention,
  });
  if (!intention) throw new NotFound();
  return intention;
}

const wholeAgreement = {
  ...sides,
  intention: { select: { id: true, goods: true, event: { select: { id: true, name: true } } } },
  prices: { select: { productId: true, unitPriceFen: true } },
} satisfies Prisma.FrameworkAgreementInclude;

export type WholeAgreement = Prisma.FrameworkAgreementGetPayload<{ include: typeof wholeAgreement }>;

/** The actor's framework agreements, the latest first, beyond the key of the last one seen. */
export function listAgreements(db: Db, actor: Actor, beforeId: number | null, take: number) {
  return db.frameworkAgreement.findMany({
    where: { ...ownSides(actor), ...(beforeId ? { id: { lt: beforeId } } : {}) },
    orderBy: { id: 'desc' },
    take,
    include: wholeAgreement,
  });
}

/** An agreement of the own unit or supplier. Throws NotFound. */
export async function findAgreement(db: Db, actor: Actor, id: number): Promise<WholeAgreement> {
  const agreement = await db.frameworkAgreement.findFirst({
    where: { ...ownSides(actor), id },
    include: wholeAgreement,
  });
  if (!agreement) throw new NotFound();
  return agreement;
}

/** The products that a supplier has on sale, or that an agreement names. */
export function goodsOf(db: Db, supplierId: number, named: readonly number[] = []) {
  return db.product.findMany({
    where: { supplierId, OR: [{ state: 'on_sale' }, { id: { in: [...named] } }] },
    orderBy: { id: 'asc' },
    take: MOST_PRODUCTS,
    select: {
      ...{ id: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true, priceFen: true, state: true },
      family: { select: { name: true, nameEn: true } },
    },
  });
}

export type GoodToAgree = Awaited<ReturnType<typeof goodsOf>>[number];

/** Orders called off from an agreement, the latest first. */
export function callOffsOf(db: Db, agreementId: number, take: number) {
  return db.order.findMany({
    where: { agreementId },
    orderBy: { id: 'desc' },
    take,
    select: {
      ...{ id: true, state: true, submittedAt: true },
      lines: { select: { payableFen: true, refundedFen: true, acceptedFen: true } },
    },
  });
}

export const lastDayFor = (event: { intentionsUntil: Date | null; heldOn: Date }): Day =>
  dayFromColumn(event.intentionsUntil ?? event.heldOn);
