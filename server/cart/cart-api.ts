import { z } from 'zod';
import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound } from '../shared/errors.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { faultMessages } from '../web/fault-messages.ts';
import type { Translate } from '../web/i18n.ts';
import { cartWishes, removeFromCart, setCartLine } from './cart-lines.ts';
import { pricedCart } from './cart-page.ts';
import { cartBody, cartLineBody, cartQuery, idText } from './cart-schemas.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const cartJson = z.object({
  lines: z.array(
    z.object({
      productId: z.int(),
      name: z.string(),
      spec: z.string(),
      quantity: z.int(),
      unitPriceFen: z.int(),
      goodsFen: z.int(),
      discountFen: z.int(),
      payableFen: z.int(),
      grams: z.int(),
    }),
  ),
  parcels: z.array(
    z.object({ supplier: z.string(), goodsFen: z.int(), freightFen: z.int(), belowMinimumFen: z.int() }),
  ),
  totals: z.object({ goodsFen: z.int(), discountFen: z.int(), freightFen: z.int(), totalFen: z.int(), grams: z.int() }),
  problems: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
});

/** The unit of `?unit=` among those that the actor buys for; null for the own cart. Throws NotFound. */
export function unitOfCart(actor: Actor, code: string | undefined): number | null {
  if (!code) return null;
  const grant = actor.grants.find((candidate) => candidate.role === 'buyer' && candidate.unitCode === code);
  if (!grant?.unitId || !unitsBoughtFor(actor).includes(grant.unitId)) throw new NotFound('noSuchUnit');
  return grant.unitId;
}

async function cartOf(
  { db, clock }: Parts,
  t: Translate,
  actor: Actor,
  unitId: number | null,
): Promise<z.infer<typeof cartJson>> {
  const { quoted } = await pricedCart(db, actor, unitId, clock());
  return {
    lines: quoted.parcels.flatMap((parcel) =>
      parcel.lines.map(({ productId, product, quantity, unitPriceFen, goodsFen, discountFen, payableFen, grams }) => ({
        productId,
        name: product.familyName,
        spec: product.spec,
        quantity,
        unitPriceFen,
        goodsFen,
        discountFen,
        payableFen,
        grams,
      })),
    ),
    parcels: quoted.parcels.map(({ supplierName, goodsFen, freightFen, belowMinimumFen }) => ({
      supplier: supplierName,
      goodsFen,
      freightFen,
      belowMinimumFen,
    })),
    totals: {
      goodsFen: quoted.goodsFen,
      discountFen: quoted.discountFen,
      freightFen: quoted.freightFen,
      totalFen: quoted.totalFen,
      grams: quoted.grams,
    },
    problems: faultMessages(t, quoted.faults),
  };
}

/** The cart, alone or for a unit: read, replaced, and line by line. */
export function cartEndpoints(parts: Parts): Endpoint[] {
  const { db } = parts;
  const common = { tag: 'cart', access: 'signed_in', scope: 'cart', query: cartQuery, response: cartJson } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/cart',
      summary: 'The cart with today’s prices and everything that keeps it from being ordered',
      handle: async ({ req, query }) => cartOf(parts, req.t, actorOf(req), unitOfCart(actorOf(req), query.unit)),
    }),
    endpoint({
      ...common,
      method: 'put',
      path: '/cart',
      summary: 'Replaces the whole cart',
      body: cartBody,
      handle: async ({ req, query, body }) => {
        const actor = actorOf(req);
        const unitId = unitOfCart(actor, query.unit);
        const wanted = new Set(body.lines.map((line) => line.productId));
        for (const line of body.lines) await setCartLine(db, actor, unitId, line);
        for (const held of await cartWishes(db, actor, unitId))
          if (!wanted.has(held.productId)) await removeFromCart(db, actor, unitId, held.productId);
        return cartOf(parts, req.t, actor, unitId);
      },
    }),
    endpoint({
      ...common,
      method: 'put',
      path: '/cart/lines/:productId',
      summary: 'Sets how much of a product the cart holds; 0 takes it out',
      params: z.object({ productId: idText }),
      body: cartLineBody,
      handle: async ({ req, params, query, body }) => {
        const unitId = unitOfCart(actorOf(req), query.unit);
        await setCartLine(db, actorOf(req), unitId, { productId: params.productId, quantity: body.quantity });
        return cartOf(parts, req.t, actorOf(req), unitId);
      },
    }),
    endpoint({
      ...common,
      method: 'delete',
      path: '/cart/lines/:productId',
      summary: 'Takes a product out of the cart',
      params: z.object({ productId: idText }),
      handle: async ({ req, params, query }) => {
        const unitId = unitOfCart(actorOf(req), query.unit);
        await removeFromCart(db, actorOf(req), unitId, params.productId);
        return cartOf(parts, req.t, actorOf(req), unitId);
      },
    }),
  ];
}
