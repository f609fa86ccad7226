import { z } from 'zod';
import type { Actor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../../shared/pagination.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import type { QuotaParts } from '../quota-api.ts';
import { decideReAttribution } from './decide-re-attribution.ts';
import { unitScopeOf } from './re-attribution-policy.ts';
import type { PurchaseKey } from './re-attribution-purchase.ts';
import { findMove, type ListedMove, listMoves } from './re-attribution-queries.ts';
import { approvalBody, moveBody, moveParams, moveStates, movesQuery, refusalBody } from './re-attribution-schemas.ts';
import { requestReAttribution } from './request-re-attribution.ts';

const moveJson = z.object({
  id: z.int(),
  state: moveStates,
  /** null: of an individual's purchase, which is its buyer's alone */
  orderId: z.int().nullable(),
  offlinePurchaseId: z.int().nullable(),
  externalPurchaseId: z.int().nullable(),
  fromUnit: z.string(),
  toUnit: z.string(),
  fundingSource: z.string(),
  fen: z.int(),
  placedOn: z.iso.date(),
  reason: z.string(),
  requestedAt: z.date(),
  decidedAt: z.date().nullable(),
  note: z.string().nullable(),
});

/** POST /re-attributions, /{id}/approval, /{id}/refusal and GET of the list and of one. */
export function reAttributionEndpoints({ db, clock }: QuotaParts): Endpoint[] {
  const common = { tag: 're-attributions', access: 'signed_in', scope: 'programmes' } as const;
  const scopeOf = (actor: Actor) => unitScopeOf(db, actor, dayOf(clock()));
  const one = async (actor: Actor, id: number) => {
    const move = await findMove(db, await scopeOf(actor), id);
    if (!move) throw new NotFound();
    return toJson(actor, move);
  };
  const decision = { ...common, method: 'post', params: moveParams, response: moveJson, idempotent: true } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/re-attributions',
      summary: 'Purchases that were or should be counted for another unit, newest first',
      query: movesQuery,
      response: z.object({ items: z.array(moveJson), nextCursor: z.string().nullable() }),
      handle: async ({ req, query: { state, cursor, limit } }) => {
        const actor = actorOf(req);
        const beforeId = Number(decodeCursor(cursor, 1)?.[0] ?? 0) || undefined;
        const rows = await listMoves(db, await scopeOf(actor), { state, beforeId, limit: limit + 1 });
        const shown = rows.slice(0, limit);
        const last = rows.length > limit ? shown.at(-1) : undefined;
        return { items: shown.map((row) => toJson(actor, row)), nextCursor: last ? encodeCursor([last.id]) : null };
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/re-attributions/:id',
      summary: 'One of them',
      params: moveParams,
      response: moveJson,
      handle: ({ req, params }) => one(actorOf(req), params.id),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/re-attributions',
      summary: 'Asks that a purchase count for another unit; name one of order, offline or external purchase',
      body: moveBody,
      status: 201,
      response: moveJson,
      idempotent: true,
      handle: async ({ req, body: { toUnit, reason, ...named } }) => {
        const actor = actorOf(req);
        return one(
          actor,
          await requestReAttribution(db, actor, { purchase: keyOf(named), toUnit, reason, at: clock() }),
        );
      },
    }),
    endpoint({
      ...decision,
      path: '/re-attributions/:id/approval',
      summary: 'Approves it: what stands moves to the new unit as of today; never by the one who asked',
      body: approvalBody,
      handle: async ({ req, params: { id }, body: { note } }) => {
        await decideReAttribution(db, actorOf(req), { id, approve: true, note: note || null, at: clock() });
        return one(actorOf(req), id);
      },
    }),
    endpoint({
      ...decision,
      path: '/re-attributions/:id/refusal',
      summary: 'Refuses it with a reason',
      body: refusalBody,
      handle: async ({ req, params: { id }, body: { reason } }) => {
        await decideReAttribution(db, actorOf(req), { id, approve: false, note: reason, at: clock() });
        return one(actorOf(req), id);
      },
    }),
  ];
}

function keyOf(named: { orderId?: number; offlinePurchaseId?: number; externalPurchaseId?: number }): PurchaseKey {
  if (named.orderId !== undefined) return { kind: 'order', id: named.orderId };
  if (named.offlinePurchaseId !== undefined) return { kind: 'offline', id: named.offlinePurchaseId };
  return { kind: 'external', id: Number(named.externalPurchaseId) };
}

/** Of an individual's order others see neither its number nor who bought (rule 31). */
function toJson(actor: Actor, move: ListedMove): z.infer<typeof moveJson> {
  const isHidden = move.fundingSource === 'individual' && move.requestedById !== actor.id;
  const { id, state, fundingSource, fen, placedOn, reason, requestedAt, decidedAt } = move;
  return {
    ...{ id, state, fundingSource, fen, placedOn, reason, requestedAt, decidedAt },
    orderId: isHidden ? null : move.orderId,
    offlinePurchaseId: move.offlineId,
    externalPurchaseId: move.externalId,
    fromUnit: move.fromCode,
    toUnit: move.toCode,
    note: move.decision,
  };
}
