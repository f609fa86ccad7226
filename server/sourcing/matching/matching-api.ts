import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import { id, quantity } from '../../cart/cart-schemas.ts';
import { fast } from '../../db/client.ts';
import { orderJson, toOrderJson } from '../../orders/order-json.ts';
import { findOrder } from '../../orders/order-queries.ts';
import type { PaymentDeps } from '../../payments/start-payment.ts';
import { startPayment } from '../../payments/start-payment.ts';
import { countsOfOrder } from '../../quotas/tally/order-counts.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { BadInput } from '../../shared/errors.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { agreedOrderShape, agreedOrderTerms, hasOneAddress } from '../agreed-order-terms.ts';
import { callOff } from './call-off.ts';
import { calledOffFen } from './called-off.ts';
import { decideAgreement } from './decide-agreement.ts';
import { eventResults, sumOfResults } from './event-results.ts';
import {
  findAgreement,
  findEvent,
  lastDayFor,
  listEvents,
  type ShownEvent,
  type WholeAgreement,
} from './matching-queries.ts';
import { agreementBody, intentionBody, matchingParams } from './matching-schemas.ts';
import { proposeAgreement } from './propose-agreement.ts';
import { stateIntention } from './state-intention.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

const MOST_EVENTS = 50;

const eventJson = z.object({
  ...{ id: z.int(), name: z.string(), state: z.string(), heldOn: z.string(), intentionsUntil: z.string() },
  ...{ venue: z.string(), summary: z.string(), placeId: z.int().nullable() },
});
const resultsJson = eventJson.extend({
  results: z.object({
    ...{ intendedFen: z.int(), agreedFen: z.int(), calledOffFen: z.int(), acceptedFen: z.int() },
  }),
});
const agreementJson = z.object({
  ...{ id: z.int(), number: z.string(), state: z.string(), unit: z.string(), supplierId: z.int(), terms: z.string() },
  ...{ startsOn: z.string(), endsOn: z.string(), amountFen: z.int(), calledOffFen: z.int() },
  prices: z.array(z.object({ productId: z.int(), unitPriceFen: z.int() })),
});
const decisionBody = z.strictObject({
  decision: z.enum(['sign', 'decline']),
  reason: z.string().trim().min(1, 'reasonNeeded').max(500).optional(),
});
const callOffBody = z
  .strictObject({
    ...agreedOrderShape,
    lines: z
      .array(z.strictObject({ productId: id, quantity }))
      .min(1, 'quoteNeedsLines')
      .max(100),
    fundingSource: z.enum(['canteen_budget', 'union_funds']),
  })
  .refine(hasOneAddress, { path: ['address'], message: 'oneAddress' });

function toEventJson(event: ShownEvent): z.infer<typeof eventJson> {
  const { name, state, venue, summary, placeId } = event;
  return {
    ...{ id: event.id, name, state, venue, summary, placeId },
    ...{ heldOn: dayFromColumn(event.heldOn), intentionsUntil: lastDayFor(event) },
  };
}

function toAgreementJson(agreement: WholeAgreement, calledOff: number): z.infer<typeof agreementJson> {
  const { number, state, unit, supplierId, terms, prices } = agreement;
  return {
    ...{ id: agreement.id, number, state, unit: unit.code, supplierId, terms, prices, calledOffFen: calledOff },
    ...{ startsOn: dayFromColumn(agreement.startsOn), endsOn: dayFromColumn(agreement.endsOn) },
    amountFen: Number(agreement.amountFen),
  };
}

/** Matching events and their results; intentions, framework agreements and the orders called off from them. */
export function matchingEndpoints(parts: Parts): Endpoint[] {
  const { db, clock } = parts;
  const common = { tag: 'matching', scope: 'orders' } as const;
  const act = { ...common, access: 'signed_in', method: 'post', params: matchingParams, idempotent: true } as const;
  const agreementOf = async (req: Parameters<typeof actorOf>[0], agreementId: number) =>
    toAgreementJson(await findAgreement(db, actorOf(req), agreementId), await calledOffFen(fast(db), agreementId));
  return [
    endpoint({
      ...common,
      access: 'any',
      method: 'get',
      path: '/matching-events',
      summary: 'Matching events, the latest first',
      response: z.object({ items: z.array(eventJson) }),
      handle: async () => ({ items: (await listEvents(db, null, MOST_EVENTS)).map(toEventJson) }),
    }),
    endpoint({
      ...common,
      access: 'any',
      method: 'get',
      path: '/matching-events/:id',
      summary: 'An event with what came of it: intended, agreed, ordered and accepted',
      params: matchingParams,
      response: resultsJson,
      handle: async ({ params }) => {
        const event = await findEvent(db, params.id);
        return { ...toEventJson(event), results: sumOfResults(await eventResults(db, event.id)) };
      },
    }),
    endpoint({
      ...act,
      path: '/matching-events/:id/intentions',
      summary: 'States what a unit wants of a supplier; it binds nobody',
      body: intentionBody,
      status: 201,
      response: z.object({ id: z.int() }),
      handle: async ({ req, params, body }) => ({
        id: await stateIntention(db, actorOf(req), params.id, body, clock()),
      }),
    }),
    endpoint({
      ...act,
      path: '/intentions/:id/agreements',
      summary: 'The supplier proposes a framework agreement on an intention; it takes the place of an earlier proposal',
      body: agreementBody,
      status: 201,
      response: agreementJson,
      handle: async ({ req, params, body }) =>
        agreementOf(req, await proposeAgreement(db, actorOf(req), params.id, body, clock())),
    }),
    endpoint({
      ...common,
      access: 'signed_in',
      method: 'get',
      path: '/agreements/:id',
      summary: 'A framework agreement of the own unit or supplier, with what was called off',
      params: matchingParams,
      response: agreementJson,
      handle: ({ req, params }) => agreementOf(req, params.id),
    }),
    endpoint({
      ...act,
      path: '/agreements/:id/decision',
      summary: 'An approver of the unit signs a proposal, or declines it with a reason',
      body: decisionBody,
      response: agreementJson,
      handle: async ({ req, params, body }) => {
        const { decision, reason = null } = body;
        if (decision === 'decline' && reason === null) throw new BadInput([{ path: 'reason', code: 'reasonNeeded' }]);
        await decideAgreement(db, actorOf(req), params.id, decision === 'sign' ? null : reason, clock());
        return agreementOf(req, params.id);
      },
    }),
    endpoint({
      ...act,
      path: '/agreements/:id/orders',
      summary: 'Calls goods off an agreement: a unit order at the agreed prices, within its term and amount',
      body: callOffBody,
      status: 201,
      response: orderJson,
      handle: async ({ req, params, body }) => {
        const actor = actorOf(req);
        const { lines, ...rest } = body;
        const { unitId } = await findAgreement(db, actor, params.id);
        const { unitId: _, ...terms } = await agreedOrderTerms(db, req, { ...rest, unitId });
        const orderId = await callOff(db, actor, params.id, lines, terms, clock());
        const [order, counts] = await Promise.all([findOrder(db, actor, orderId), countsOfOrder(db, orderId)]);
        const url = order.state === 'awaiting_payment' ? await startPayment(parts, orderId, clock()) : undefined;
        return toOrderJson(order, counts, url);
      },
    }),
  ];
}
