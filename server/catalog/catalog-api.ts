import { z } from 'zod';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { placeTree } from '../units/place-tree.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import {
  benefitJson,
  certificationJson,
  inspectionJson,
  jsonOfCard,
  markJson,
  productJson,
  supplierJson,
  tierJson,
} from './catalog-json.ts';
import { categoryTree } from './category-tree.ts';
import { findProductPage } from './product-queries.ts';
import { findTrace } from './trace-queries.ts';
import { zoneList } from './zone-list.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const batchJson = z.object({
  code: z.string(),
  producedOn: z.iso.date(),
  expiresOn: z.iso.date().nullable(),
  conformityNumber: z.string().nullable(),
  isRecalled: z.boolean(),
  inspections: z.array(inspectionJson),
});

const productPageJson = productJson.extend({
  description: z.string(),
  descriptionEn: z.string(),
  storage: z.string(),
  storageEn: z.string(),
  caseQuantity: z.int(),
  toleranceBp: z.int(),
  shelfLifeDays: z.int().nullable(),
  seasonFrom: z.int().nullable(),
  seasonTo: z.int().nullable(),
  onShelf: z.boolean(),
  offShelfReason: z.enum(['withdrawn', 'supplier', 'season', 'certification']).nullable(),
  zones: z.array(z.string()),
  certifications: z.array(certificationJson),
  marks: z.array(markJson),
  benefits: z.array(benefitJson),
  batches: z.array(batchJson),
  priceHistory: z.array(
    z.object({
      since: z.iso.date(),
      priceFen: z.int(),
      tiers: z.array(z.object({ fromQuantity: z.int(), priceFen: z.int() })),
    }),
  ),
  specifications: z.array(
    z.object({
      id: z.int(),
      code: z.string(),
      spec: z.string(),
      specEn: z.string(),
      netGrams: z.int(),
      priceFen: z.int(),
      tiers: z.array(tierJson),
      onShelf: z.boolean(),
    }),
  ),
});

const traceJson = z.object({
  code: z.string(),
  producedOn: z.iso.date(),
  expiresOn: z.iso.date().nullable(),
  quantity: z.int(),
  conformityNumber: z.string().nullable(),
  recall: z.object({ on: z.iso.date(), reason: z.string().nullable() }).nullable(),
  place: z.object({ code: z.string(), name: z.string(), nameEn: z.string() }).nullable(),
  product: z.object({
    id: z.int(),
    code: z.string(),
    name: z.string(),
    nameEn: z.string(),
    spec: z.string(),
    specEn: z.string(),
    netGrams: z.int(),
  }),
  supplier: supplierJson.extend({ place: z.string().nullable() }),
  certifications: z.array(certificationJson),
  marks: z.array(markJson),
  inspections: z.array(inspectionJson),
  benefits: z.array(benefitJson),
});

const id = z.coerce.number().int().min(1).max(2_147_483_647);

/** GET /categories, /products/{id}, /trace/{code}. */
export function catalogEndpoints(parts: Parts): Endpoint[] {
  return [categoriesEndpoint(parts), productEndpoint(parts), traceEndpoint(parts)];
}

function categoriesEndpoint({ db }: Parts): Endpoint {
  const category = z.object({
    code: z.string(),
    name: z.string(),
    nameEn: z.string(),
    parent: z.string().nullable(),
    edible: z.boolean(),
  });
  return endpoint({
    method: 'get',
    path: '/categories',
    summary: 'Categories in their order; `parent` makes the tree',
    tag: 'catalog',
    access: 'any',
    response: z.object({ items: z.array(category), total: z.int(), nextCursor: z.null() }),
    handle: async () => {
      const tree = await categoryTree(db);
      const items = [...tree.byId.values()]
        .filter(({ isRetired }) => !isRetired)
        .map(({ code, name, nameEn, parentId, edible }) => ({
          code,
          name,
          nameEn,
          parent: parentId === null ? null : (tree.byId.get(parentId)?.code ?? null),
          edible,
        }));
      return { items, total: items.length, nextCursor: null };
    },
  });
}

function productEndpoint({ db, clock }: Parts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/products/:id',
    summary: 'A product with tiers, quantities, stock, certifications, batches and price history',
    tag: 'catalog',
    access: 'any',
    params: z.object({ id }),
    response: productPageJson,
    handle: async ({ params }) => {
      const [page, categories, places, zones] = await Promise.all([
        findProductPage(db, params.id, dayOf(clock())),
        categoryTree(db),
        placeTree(db),
        zoneList(db),
      ]);
      const { product, specifications, certifications, marks, benefits, batches, priceHistory } = page;
      const {
        description,
        descriptionEn,
        storage,
        storageEn,
        caseQuantity,
        toleranceBp,
        shelfLifeDays,
        seasonFrom,
        seasonTo,
        offShelf,
      } = product;
      return {
        ...jsonOfCard(product, categories, places),
        ...{
          description,
          descriptionEn,
          storage,
          storageEn,
          caseQuantity,
          toleranceBp,
          shelfLifeDays,
          seasonFrom,
          seasonTo,
        },
        onShelf: offShelf === null,
        offShelfReason: offShelf,
        zones: zones.filter((zone) => product.zoneIds.includes(zone.id)).map(({ code }) => code),
        certifications,
        marks: marks.map(({ familyId: _, ...mark }) => mark),
        benefits,
        batches: batches.map(({ recalledAt, ...batch }) => ({ ...batch, isRecalled: recalledAt !== null })),
        priceHistory,
        specifications: specifications.map(({ offShelf: reason, ...one }) => ({
          ...{
            id: one.id,
            code: one.code,
            spec: one.spec,
            specEn: one.specEn,
            netGrams: one.netGrams,
            priceFen: one.priceFen,
            tiers: one.tiers,
          },
          onShelf: reason === null,
        })),
      };
    },
  });
}

function traceEndpoint({ db, clock }: Parts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/trace/:code',
    summary: 'A batch by the code on the package: place, supplier, certificates, inspection',
    tag: 'catalog',
    access: 'any',
    params: z.object({ code: z.string().max(64) }),
    response: traceJson,
    handle: async ({ params }) => {
      const [trace, places] = await Promise.all([findTrace(db, params.code, dayOf(clock())), placeTree(db)]);
      const {
        code,
        producedOn,
        expiresOn,
        quantity,
        conformityNumber,
        recall,
        product,
        supplier,
        certifications,
        marks,
        inspections,
        benefits,
      } = trace;
      const { placeId, categoryId: _, saleUnit, saleUnitEn, isMadeUp, ...told } = product;
      const place = places.byId.get(placeId);
      const { placeId: supplierPlaceId, ...seller } = supplier;
      return {
        ...{ code, producedOn, expiresOn, quantity, conformityNumber },
        recall: recall && { on: recall.on, reason: recall.reason },
        place: place ? { code: place.code, name: place.name, nameEn: place.nameEn } : null,
        product: told,
        supplier: { ...seller, place: places.byId.get(supplierPlaceId)?.code ?? null },
        certifications,
        marks: marks.map(({ familyId: _family, ...mark }) => mark),
        inspections: inspections.map(({ fileId: _file, ...inspection }) => inspection),
        benefits,
      };
    },
  });
}
