import { z } from 'zod';
import { unitsBoughtFor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { findBuyableProducts, priceFor } from '../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import type { SearchEngine } from '../search/engine.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { BadInput, type Fault } from '../shared/errors.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { unitOfCart } from './cart-api.ts';
import { cartQuery, id, idText, quantity } from './cart-schemas.ts';
import { MOST_LIST_LINES, saveLines } from './change-list.ts';
import { createList } from './create-list.ts';
import { listName } from './list-form.ts';
import { findList, listsOf, pricedLines } from './list-queries.ts';
import { quickCheckEndpoint } from './quick-order-api.ts';
import type { Wish } from './quote.ts';

interface Parts {
  db: PrismaClient;
  search: SearchEngine;
  clock: Clock;
}

const params = z.object({ id: idText });
const linesBody = z
  .array(z.strictObject({ productId: id, quantity, note: z.string().trim().max(255).optional() }))
  .max(MOST_LIST_LINES);

const listJson = z.object({ id: z.int(), name: z.string(), version: z.int(), lineCount: z.int() });
const wholeListJson = z.object({
  ...{ id: z.int(), unit: z.string(), name: z.string(), version: z.int() },
  lines: z.array(
    z.object({
      ...{ productId: z.int(), code: z.string(), name: z.string(), spec: z.string(), saleUnit: z.string() },
      ...{ quantity: z.int(), note: z.string().nullable(), onShelf: z.boolean() },
      /** of one unit of sale at this quantity, as sold today */
      unitPriceFen: z.int(),
    }),
  ),
});

/** Purchase lists of a unit, and the check of a list before it is ordered. */
export function listEndpoints(parts: Parts): Endpoint[] {
  const { db, clock } = parts;
  const common = { tag: 'purchase lists', access: 'signed_in', scope: 'cart' } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/purchase-lists',
      summary: 'The purchase lists of the units that one buys for, or of one of them',
      query: cartQuery,
      response: z.object({ items: z.array(listJson), total: z.int(), nextCursor: z.null() }),
      handle: async ({ req, query }) => {
        const actor = actorOf(req);
        const unitId = unitOfCart(actor, query.unit);
        const lists = await listsOf(db, unitId === null ? unitsBoughtFor(actor) : [unitId]);
        const items = lists.map(({ _count, ...list }) => ({ ...pick(list), lineCount: _count.lines }));
        return { items, total: items.length, nextCursor: null };
      },
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/purchase-lists',
      summary: 'Makes a purchase list that all buyers of the unit share',
      body: z.strictObject({ unit: z.string().trim().min(1).max(64), name: listName, lines: linesBody.default([]) }),
      status: 201,
      idempotent: true,
      response: wholeListJson,
      handle: async ({ req, body }) => {
        const actor = actorOf(req);
        const unitId = unitOfCart(actor, body.unit) ?? 0;
        const lines = await knownLines(body.lines);
        return wholeOf(req, await createList(db, actor, { unitId, name: body.name, lines }, clock()));
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/purchase-lists/:id',
      summary: 'A purchase list with its lines at today’s prices',
      params,
      response: wholeListJson,
      handle: ({ req, params: { id: listId } }) => wholeOf(req, listId),
    }),
    endpoint({
      ...common,
      method: 'put',
      path: '/purchase-lists/:id/lines',
      summary: 'Replaces the lines of a list; with the version that was read, 409 where another buyer was faster',
      params,
      body: z.strictObject({ version: z.int().min(0).optional(), lines: linesBody }),
      response: wholeListJson,
      handle: async ({ req, params: { id: listId }, body }) => {
        const actor = actorOf(req);
        const list = await findList(db, actor, listId);
        const lines = await knownLines(body.lines);
        const gone = list.lines.filter((held) => !lines.some(({ productId }) => productId === held.productId));
        const change = { actor, listId, version: body.version ?? list.version, at: clock() };
        await saveLines(db, change, [...lines, ...gone.map(({ productId }) => ({ productId, quantity: 0 }))]);
        return wholeOf(req, listId);
      },
    }),
    quickCheckEndpoint(parts),
  ];

  async function wholeOf(req: Parameters<typeof actorOf>[0], listId: number): Promise<z.output<typeof wholeListJson>> {
    const list = await findList(db, actorOf(req), listId);
    const lines = await pricedLines(db, list.lines, dayOf(clock()));
    return {
      ...pick(list),
      unit: list.unit.code,
      lines: lines.map(({ productId, quantity: count, note = null, product }) => ({
        ...{ productId, quantity: count, note, onShelf: product.onShelf, unitPriceFen: priceFor(product, count) },
        ...{ code: product.code, name: product.familyName, spec: product.spec, saleUnit: product.saleUnit },
      })),
    };
  }

  /** Throws BadInput with every product that is named twice or does not exist. */
  async function knownLines(lines: z.output<typeof linesBody>): Promise<Wish[]> {
    const ids = lines.map(({ productId }) => productId);
    const products = await findBuyableProducts(fast(db), ids, dayOf(clock()));
    const faults = ids.flatMap((productId, index): Fault[] => {
      const path = `lines.${index}.productId`;
      if (!products.has(productId)) return [{ path, code: 'productUnknown' }];
      return ids.indexOf(productId) < index ? [{ path, code: 'repeatedProduct' }] : [];
    });
    if (faults.length > 0) throw new BadInput(faults);
    return lines;
  }
}

function pick({ id: listId, name, version }: { id: number; name: string; version: number }) {
  return { id: listId, name, version };
}
