import { type Actor, suppliersServedBy, unitsApprovedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { NotFound } from '../../shared/errors.ts';

const named = { select: { id: true, name: true, nameEn: true } } as const;
const product = {
  select: {
    ...{ id: true, code: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true, netGrams: true },
    ...{ categoryId: true, priceFen: true, family: { select: { name: true, nameEn: true } } },
  },
} as const;

const wholeRequest = {
  unit: { select: { id: true, code: true, name: true, nameEn: true } },
  lines: { orderBy: { id: 'asc' }, include: { product } },
  invitations: { orderBy: { supplierId: 'asc' }, include: { supplier: named } },
  offers: {
    orderBy: { id: 'asc' },
    where: { state: { not: 'replaced' } },
    include: { supplier: named, lines: { orderBy: { requestLineId: 'asc' }, include: { product } } },
  },
} satisfies Prisma.QuoteRequestInclude;

export type WholeRequest = Prisma.QuoteRequestGetPayload<{ include: typeof wholeRequest }>;

/** A request with all its offers, for the buyers and approvers of its unit; everybody else gets NotFound. */
export async function findRequest(db: Db, actor: Actor, id: number): Promise<WholeRequest> {
  const request = await db.quoteRequest.findUnique({ where: { id }, include: wholeRequest });
  const units = [...unitsBoughtFor(actor), ...unitsApprovedFor(actor)];
  if (!request || !units.includes(request.unitId)) throw new NotFound();
  return request;
}

/** A request as its invited suppliers may see it: without the others and what they offer. A stranger gets NotFound. */
export async function findRequestForSupplier(db: Db, actor: Actor, id: number): Promise<WholeRequest> {
  const own = { supplierId: { in: suppliersServedBy(actor) } };
  const request = await db.quoteRequest.findFirst({
    where: { id, invitations: { some: own } },
    include: {
      ...wholeRequest,
      invitations: { ...wholeRequest.invitations, where: own },
      offers: { ...wholeRequest.offers, where: { ...wholeRequest.offers.where, ...own } },
    },
  });
  if (!request) throw new NotFound();
  return request;
}

const listed = {
  unit: { select: { name: true, nameEn: true } },
  lines: { orderBy: { id: 'asc' }, take: 3, select: { quantity: true, product } },
  offers: { where: { state: { in: ['open', 'accepted'] } }, select: { state: true, supplierId: true } },
  invitations: { select: { supplierId: true, declinedAt: true } },
  _count: { select: { lines: true } },
} satisfies Prisma.QuoteRequestInclude;

export type ListedRequest = Prisma.QuoteRequestGetPayload<{ include: typeof listed }>;

/** Requests of units, newest first, beyond the key of the last one seen. */
export function listRequests(db: Db, unitIds: readonly number[], beforeId: number | null, take: number) {
  return db.quoteRequest.findMany({
    where: { unitId: { in: [...unitIds] }, ...(beforeId ? { id: { lt: beforeId } } : {}) },
    orderBy: { id: 'desc' },
    take,
    include: listed,
  });
}

/** Requests that are addressed to suppliers, newest first: the open ones, or all. */
export async function listInvitations(
  db: Db,
  supplierIds: readonly number[],
  { onlyOpen, beforeId, take }: { onlyOpen: boolean; beforeId: number | null; take: number },
): Promise<ListedRequest[]> {
  const own = { supplierId: { in: [...supplierIds] } };
  return db.quoteRequest.findMany({
    where: {
      ...(onlyOpen ? { state: 'open' } : {}),
      ...(beforeId ? { id: { lt: beforeId } } : {}),
      invitations: { some: own },
    },
    orderBy: { id: 'desc' },
    take,
    include: {
      ...listed,
      offers: { ...listed.offers, where: { ...listed.offers.where, ...own } },
      invitations: { ...listed.invitations, where: own },
    },
  });
}

/** Own goods on sale that a supplier can offer for the lines of a request: those of the same categories. */
export function goodsToOffer(db: Db, supplierId: number, request: WholeRequest) {
  const categories = [...new Set(request.lines.map((line) => line.product.categoryId))];
  return db.product.findMany({
    where: { supplierId, state: 'on_sale', categoryId: { in: categories } },
    orderBy: { id: 'asc' },
    take: 200,
    ...product,
  });
}

export type OfferableProduct = Awaited<ReturnType<typeof goodsToOffer>>[number];
