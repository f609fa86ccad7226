import { z } from 'zod';
import type { Actor } from '../../accounts/actor.ts';
import { suppliersServedBy, unitsApprovedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { orderJson, toOrderJson } from '../../orders/order-json.ts';
import { findOrder } from '../../orders/order-queries.ts';
import { countsOfOrder } from '../../quotas/tally/order-counts.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { agreedOrderTerms } from '../agreed-order-terms.ts';
import { acceptOffers } from './accept-offers.ts';
import { askForQuotes } from './ask-for-quotes.ts';
import { declineRequest } from './decline-request.ts';
import { makeOffer } from './make-offer.ts';
import { findRequest, findRequestForSupplier, type WholeRequest } from './quote-queries.ts';
import { acceptanceBody, declineBody, offerBody, quoteParams, requestBody } from './quote-schemas.ts';
import { withdrawRequest } from './withdraw-request.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

export const requestJson = z.object({
  id: z.int(),
  state: z.string(),
  unit: z.string(),
  neededOn: z.string().nullable(),
  answerBy: z.date(),
  note: z.string().nullable(),
  lines: z.array(
    z.object({
      ...{ id: z.int(), productId: z.int(), name: z.string(), quantity: z.int(), note: z.string().nullable() },
      awardedOfferLineId: z.int().nullable(),
    }),
  ),
  suppliers: z.array(
    z.object({ id: z.int(), name: z.string(), declinedAt: z.date().nullable(), reason: z.string().nullable() }),
  ),
  offers: z.array(
    z.object({
      ...{ id: z.int(), supplierId: z.int(), state: z.string(), freightFen: z.int(), deliverOn: z.string() },
      ...{ validUntil: z.date(), wholeOnly: z.boolean(), note: z.string().nullable() },
      lines: z.array(
        z.object({
          ...{ id: z.int(), requestLineId: z.int(), productId: z.int(), quantity: z.int(), unitPriceFen: z.int() },
          ...{ pricePerKgFen: z.int().nullable(), orderId: z.int().nullable() },
        }),
      ),
    }),
  ),
});

function toJson(request: WholeRequest): z.infer<typeof requestJson> {
  const { id, state, answerBy, note } = request;
  return {
    ...{ id, state, answerBy, note, unit: request.unit.code },
    neededOn: request.neededOn ? dayFromColumn(request.neededOn) : null,
    lines: request.lines.map((line) => ({
      ...{ id: line.id, productId: line.productId, name: line.product.family.name, quantity: line.quantity },
      ...{ note: line.note, awardedOfferLineId: line.awardedLineId },
    })),
    suppliers: request.invitations.map(({ supplier, declinedAt, declineReason }) => ({
      ...{ id: supplier.id, name: supplier.name, declinedAt, reason: declineReason },
    })),
    offers: request.offers.map((offer) => ({
      ...{ id: offer.id, supplierId: offer.supplierId, state: offer.state, freightFen: offer.freightFen },
      deliverOn: dayFromColumn(offer.deliverOn),
      ...{ validUntil: offer.validUntil, wholeOnly: offer.wholeOnly, note: offer.note },
      lines: offer.lines.map(
        ({ id: lineId, requestLineId, productId, quantity, unitPriceFen, pricePerKgFen, orderId }) => ({
          ...{ id: lineId, requestLineId, productId, quantity, unitPriceFen, pricePerKgFen, orderId },
        }),
      ),
    })),
  };
}

/** As its unit sees it, or, for a supplier, without the others. */
async function seen(db: PrismaClient, actor: Actor, id: number): Promise<z.infer<typeof requestJson>> {
  const ofUnit = unitsBoughtFor(actor).length + unitsApprovedFor(actor).length > 0;
  if (!ofUnit && suppliersServedBy(actor).length > 0) return toJson(await findRequestForSupplier(db, actor, id));
  return toJson(await findRequest(db, actor, id));
}

/** Requests for quotation and binding offers. */
export function quoteEndpoints({ db, clock }: Parts): Endpoint[] {
  const common = { tag: 'quotes', access: 'signed_in', scope: 'orders' } as const;
  const act = { ...common, method: 'post', params: quoteParams, response: requestJson, idempotent: true } as const;
  return [
    endpoint({
      ...common,
      method: 'post',
      path: '/quote-requests',
      summary: 'Asks suppliers for binding offers in the name of a unit that the caller buys for',
      body: requestBody,
      status: 201,
      response: requestJson,
      idempotent: true,
      handle: async ({ req, body }) => {
        const id = await askForQuotes(db, actorOf(req), body, clock());
        return seen(db, actorOf(req), id);
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/quote-requests/:id',
      summary: 'A request with its offers; a supplier sees its own alone',
      params: quoteParams,
      response: requestJson,
      handle: ({ req, params }) => seen(db, actorOf(req), params.id),
    }),
    endpoint({
      ...act,
      path: '/quote-requests/:id/withdrawal',
      summary: 'Ends a request; its open offers no longer bind',
      handle: async ({ req, params }) => {
        await withdrawRequest(db, actorOf(req), params.id, clock());
        return seen(db, actorOf(req), params.id);
      },
    }),
    endpoint({
      ...act,
      path: '/quote-requests/:id/offers',
      summary: 'A supplier’s binding offer; a further one takes its place only where it is no worse',
      body: offerBody,
      status: 201,
      handle: async ({ req, params, body }) => {
        await makeOffer(db, actorOf(req), params.id, body, clock());
        return toJson(await findRequestForSupplier(db, actorOf(req), params.id));
      },
    }),
    endpoint({
      ...act,
      path: '/quote-requests/:id/declination',
      summary: 'A supplier says that it will not offer, and why',
      body: declineBody,
      handle: async ({ req, params, body }) => {
        await declineRequest(db, actorOf(req), { ...body, requestId: params.id }, clock());
        return toJson(await findRequestForSupplier(db, actorOf(req), params.id));
      },
    }),
    endpoint({
      ...act,
      path: '/quote-requests/:id/acceptance',
      summary: 'Accepts offers line by line into one order at exactly the offered prices; each offer once',
      body: acceptanceBody,
      status: 201,
      response: orderJson,
      handle: async ({ req, params, body }) => {
        const actor = actorOf(req);
        const { lines, ...rest } = body;
        const { unitId } = await findRequest(db, actor, params.id);
        const { unitId: _, ...terms } = await agreedOrderTerms(db, req, { ...rest, unitId });
        const orderId = await acceptOffers(db, actor, params.id, lines, terms, clock());
        return toOrderJson(await findOrder(db, actor, orderId), await countsOfOrder(db, orderId));
      },
    }),
  ];
}
