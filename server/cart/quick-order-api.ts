import { z } from 'zod';
import { actorOf } from '../accounts/who-acts.ts';
import type { BuyableProduct } from '../catalog/shelf-products.ts';
import type { PrismaClient } from '../db/client.ts';
import type { SearchEngine } from '../search/engine.ts';
import type { Clock } from '../shared/clock.ts';
import { BadInput } from '../shared/errors.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { unitOfCart } from './cart-api.ts';
import { faultText, type Reader } from './cart-presenter.ts';
import { cartQuery, id } from './cart-schemas.ts';
import { type CheckedRow, checkQuickOrder, PUT_MODES } from './quick-order.ts';
import { checkedRows, MOST_ROWS } from './quick-order-form.ts';
import { rowsOfText } from './quick-order-text.ts';

interface Parts {
  db: PrismaClient;
  search: SearchEngine;
  clock: Clock;
}

const rowBody = z.strictObject({
  product: z.string().trim().max(200),
  quantity: z.union([z.int().transform(String), z.string().trim().max(20)]),
  note: z.string().trim().max(255).default(''),
  /** of the candidates of an earlier check */
  productId: id.optional(),
});

const checkBody = z.strictObject({
  /** as a canteen pastes it, a line each; or the rows themselves */
  text: z.string().max(60_000).optional(),
  rows: z.array(rowBody).max(MOST_ROWS).optional(),
  mode: z.enum(PUT_MODES).default('add'),
});

const goodsJson = z.object({
  productId: z.int(),
  code: z.string(),
  name: z.string(),
  spec: z.string(),
  saleUnit: z.string(),
  supplier: z.string(),
});

const checkJson = z.object({
  rows: z.array(
    z.object({
      line: z.int(),
      typed: z.object({ product: z.string(), quantity: z.string(), note: z.string() }),
      match: z.enum(['found', 'several', 'near', 'none']),
      product: goodsJson.nullable(),
      /** to choose from, nearest first */
      candidates: z.array(goodsJson),
      /** units of sale; null where it cannot be said */
      quantity: z.int().nullable(),
      /** units of sale in each of what was typed, as of a case; null where that is one */
      unitsEach: z.number().nullable(),
      unitPriceFen: z.int().nullable(),
      /** the nearest quantity that could be ordered, where this one cannot */
      roundedQuantity: z.int().nullable(),
      problems: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
    }),
  ),
  /** of what the cart would hold */
  totalFen: z.int(),
});

/** Matches a typed list to products, and tells what keeps each line from being ordered; writes nothing. */
export function quickCheckEndpoint(parts: Parts): Endpoint {
  return endpoint({
    ...({ tag: 'purchase lists', access: 'signed_in', scope: 'cart' } as const),
    method: 'post',
    path: '/quick-order/check',
    summary: 'Matches a list of names, codes and quantities to products at today’s prices; puts nothing into the cart',
    query: cartQuery,
    body: checkBody,
    response: checkJson,
    handle: async ({ req, query, body }) => {
      const actor = actorOf(req);
      const unitId = unitOfCart(actor, query.unit);
      const { rows, quoted } = await checkQuickOrder(parts, actor, unitId, askedRows(body), body.mode);
      return { rows: rows.map((row) => toJson(req, row)), totalFen: quoted.totalFen };
    },
  });
}

function askedRows({ text, rows }: z.output<typeof checkBody>) {
  if ((text === undefined) === (rows === undefined)) throw new BadInput([{ path: 'text', code: 'textOrRows' }]);
  if (text !== undefined) return checkedRows(rowsOfText(text));
  const chosen = rows ?? [];
  const asked = checkedRows(chosen.map(({ productId: _, ...row }, index) => ({ ...row, line: index + 1 })));
  return asked.map((row, index) => ({ ...row, chosenId: chosen[index]?.productId ?? null }));
}

function toJson(reader: Reader, row: CheckedRow): z.output<typeof checkJson>['rows'][number] {
  const { asked, match, product, count, each, quoted, rounded, faults } = row;
  return {
    line: asked.line,
    typed: { product: asked.product, quantity: asked.quantity, note: asked.note },
    match: product && match.kind !== 'found' ? 'found' : match.kind,
    product: product && toGoods(product),
    candidates: match.candidates.map(toGoods),
    quantity: count,
    unitsEach: each?.units ?? null,
    unitPriceFen: quoted?.unitPriceFen ?? product?.priceFen ?? null,
    roundedQuantity: rounded,
    problems: faults.map((fault) => ({
      ...{ path: fault.path, code: fault.code },
      message: faultText(reader, fault, product ?? undefined),
    })),
  };
}

function toGoods({ id: productId, code, familyName: name, spec, saleUnit, supplierName: supplier }: BuyableProduct) {
  return { productId, code, name, spec, saleUnit, supplier };
}
