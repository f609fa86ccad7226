import { z } from 'zod';
import type { Actor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { dayFromColumn, dayOf } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../../shared/pagination.ts';
import { placeTree } from '../../units/place-tree.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { declareOfflinePurchase } from './declare-offline-purchase.ts';
import { readEvidence } from './offline-evidence.ts';
import { maySee, reachOf } from './offline-policy.ts';
import { findOfflinePurchase, listOfflinePurchases, unitsListed, type WholePurchase } from './offline-queries.ts';
import type { OfflineParts } from './offline-routes.ts';
import { DECLARED_STATES, offlineApiListQuery, offlineInput, purchaseParams, reasonBody } from './offline-schemas.ts';
import { returnOfflinePurchase } from './return-offline-purchase.ts';
import { verifyOfflinePurchase } from './verify-offline-purchase.ts';

const evidence = z.object({
  name: z.string().min(1).max(191),
  base64: z.base64().min(1),
  isVillagePaper: z.boolean().default(false),
});
const body = z.intersection(offlineInput, z.object({ evidence: z.array(evidence).max(6).default([]) }));

const purchaseJson = z.object({
  id: z.int(),
  status: z.enum(DECLARED_STATES),
  unit: z.string(),
  fundingSource: z.string(),
  isFromFarmer: z.boolean(),
  sellerName: z.string(),
  sellerTaxNumber: z.string().nullable(),
  invoiceNumber: z.string().nullable(),
  invoiceFen: z.int().nullable(),
  purchasedOn: z.string(),
  note: z.string().nullable(),
  lines: z.array(
    z.object({ category: z.string(), origin: z.string(), goods: z.string(), fen: z.int(), grams: z.int() }),
  ),
  evidence: z.array(z.object({ id: z.int(), name: z.string(), mime: z.string() })),
  declaredAt: z.date(),
  decidedAt: z.date().nullable(),
  reason: z.string().nullable(),
});

/** Offline purchases for units' and organizers' own systems (rule 14). */
export function offlineEndpoints(parts: OfflineParts): Endpoint[] {
  const { db, clock } = parts;
  const common = { tag: 'offline purchases', access: 'signed_in', scope: 'quotas' } as const;
  const decision = {
    ...common,
    method: 'post',
    params: purchaseParams,
    response: purchaseJson,
    idempotent: true,
  } as const;

  async function toJson(purchase: WholePurchase) {
    const places = await placeTree(db);
    return {
      ...{ id: purchase.id, status: purchase.state, unit: purchase.unit.code, fundingSource: purchase.fundingSource },
      ...{
        isFromFarmer: purchase.isFromFarmer,
        sellerName: purchase.sellerName,
        sellerTaxNumber: purchase.sellerTaxNumber,
      },
      ...{ invoiceNumber: purchase.invoiceNumber, invoiceFen: purchase.invoiceFen, note: purchase.note },
      purchasedOn: dayFromColumn(purchase.purchasedOn),
      lines: purchase.lines.map(({ category, originPlaceId, goods, fen, grams }) => ({
        category: category.code,
        origin: places.byId.get(originPlaceId)?.code ?? '',
        ...{ goods, fen, grams },
      })),
      evidence: purchase.evidence.map(({ file: { id, name, mime } }) => ({ id, name, mime })),
      ...{ declaredAt: purchase.declaredAt, decidedAt: purchase.decidedAt, reason: purchase.reason },
    };
  }

  async function found(actor: Actor, id: number) {
    const [purchase, reach] = await Promise.all([findOfflinePurchase(db, id), reachOf(db, actor, dayOf(clock()))]);
    if (!purchase || !maySee(reach, purchase)) throw new NotFound();
    return toJson(purchase);
  }

  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/offline-purchases',
      summary:
        'Purchases from elsewhere of the units that one declares or answers for; those that wait, the longest first',
      query: offlineApiListQuery,
      response: z.object({ items: z.array(purchaseJson), nextCursor: z.string().nullable() }),
      handle: async ({ req, query }) => {
        const reach = await reachOf(db, actorOf(req), dayOf(clock()));
        const unit = reach.units.find(({ code }) => code === query.unit);
        if (query.unit && !unit) throw new NotFound();
        const key = decodeCursor(query.cursor, 2);
        const rows = await listOfflinePurchases(db, {
          unitIds: unit ? [unit.id] : unitsListed(reach),
          state: query.status,
          after: key && { at: new Date(String(key[0])), id: Number(key[1]) },
          limit: query.limit,
        });
        const last = rows.length === query.limit ? rows.at(-1) : undefined;
        const nextCursor = last ? encodeCursor([last.declaredAt.toISOString(), last.id]) : null;
        return { items: await Promise.all(rows.map(toJson)), nextCursor };
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/offline-purchases/:id',
      summary: 'One purchase from elsewhere',
      params: purchaseParams,
      response: purchaseJson,
      handle: ({ req, params }) => found(actorOf(req), params.id),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/offline-purchases',
      summary:
        'Declares a purchase from elsewhere with its papers (base64; more can be added on its page): placed now, counted once verified',
      body,
      status: 201,
      response: purchaseJson,
      idempotent: true,
      handle: async ({ req, body: { evidence: papers, ...input } }) => {
        const actor = actorOf(req);
        const read = await Promise.all(
          papers.map(({ name, base64, isVillagePaper }, index) =>
            readEvidence([{ name, bytes: Buffer.from(base64, 'base64') }], `evidence.${index}`, isVillagePaper),
          ),
        );
        return found(actor, await declareOfflinePurchase(parts, actor, input, read.flat(), clock()));
      },
    }),
    endpoint({
      ...decision,
      path: '/offline-purchases/:id/verification',
      summary: 'The organizer of the unit’s group verifies it, never its declarer',
      handle: async ({ req, params }) => {
        await verifyOfflinePurchase(db, { actor: actorOf(req), purchaseId: params.id, at: clock() });
        return found(actorOf(req), params.id);
      },
    }),
    endpoint({
      ...decision,
      path: '/offline-purchases/:id/return',
      summary: 'The organizer sends it back with a reason; what it placed and counted is reversed',
      body: reasonBody,
      handle: async ({ req, params, body: { reason } }) => {
        await returnOfflinePurchase(db, { actor: actorOf(req), purchaseId: params.id, at: clock(), reason });
        return found(actorOf(req), params.id);
      },
    }),
  ];
}
