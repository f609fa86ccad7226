import { fast, type PrismaClient } from '../db/client.ts';
import type { ProductState, SupplierState } from '../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { groupBy } from '../shared/group-by.ts';
import { certificationHeldBy } from '../suppliers/certification-held.ts';
import { type Benefit, findBenefits, findMarks, type Mark } from '../suppliers/supplier-queries.ts';
import { browseProducts } from './browse-products.ts';
import { type Photo, photosText, readPhotos } from './photos.ts';
import { type CardRow, cardColumns, cardOf, cardTables, type ProductCard } from './product-cards.ts';
import { findHistory, type ProductHistory } from './product-history.ts';
import { inSeason } from './shelf.ts';

const MOST_BATCHES = 8;
const MOST_RELATED = 4;

/** A specification with all that its page tells of the goods and of who sells them. */
interface PageRow extends ProductCard {
  description: string;
  descriptionEn: string;
  storage: string;
  storageEn: string;
  brandName: string | null;
  brandNameEn: string | null;
  caseQuantity: number;
  toleranceBp: number;
  shelfLifeDays: number | null;
  seasonFrom: number | null;
  seasonTo: number | null;
  isMadeUp: boolean;
  state: ProductState;
  supplierState: SupplierState;
  supplierPlaceId: number;
  season: number | bigint;
  /** "3,7" */
  zoneIds: string | null;
  photosText: unknown;
  productCertificationId: number | null;
  supplierCertificationId: number | null;
  productNumber: string | null;
  productIssuer: string | null;
  productFrom: Date | null;
  productUntil: Date | null;
  supplierNumber: string | null;
  supplierIssuer: string | null;
  supplierFrom: Date | null;
  supplierUntil: Date | null;
}

export interface HeldCertification {
  of: 'product' | 'supplier';
  number: string;
  issuer: string;
  validFrom: Day;
  validUntil: Day;
}

export interface Inspection {
  lab: string;
  number: string;
  issuedOn: Day;
  passed: boolean;
  summary: string;
}

export interface ShownBatch {
  code: string;
  producedOn: Day;
  expiresOn: Day | null;
  conformityNumber: string | null;
  recalledAt: Date | null;
  inspections: Inspection[];
}

/** Why a product cannot be bought today; null: it is on the shelf. */
export type OffShelfReason = 'withdrawn' | 'supplier' | 'season' | 'certification' | null;

export type PageProduct = Omit<PageRow, 'season' | 'zoneIds' | 'photosText'> & {
  zoneIds: number[];
  photos: Photo[];
  offShelf: OffShelfReason;
};

export interface ProductPage extends ProductHistory {
  product: PageProduct;
  /** every specification of the family that is on the shelf, and this one */
  specifications: PageProduct[];
  certifications: HeldCertification[];
  marks: Mark[];
  benefits: Benefit[];
  batches: ShownBatch[];
  related: ProductCard[];
}

/**
 * All that the page of a product shows, in six statements. A product that left the shelf still has its page, which says why; a draft
 * has none (NotFound).
 */
export async function findProductPage(db: PrismaClient, id: number, today: Day): Promise<ProductPage> {
  const family = await findFamily(db, id, today);
  const product = family.find((one) => one.id === id);
  if (!product || product.state === 'draft') throw new NotFound();
  const [batches, { priceHistory, reviews, rating }, benefits, marks, related] = await Promise.all([
    findBatches(db, id),
    findHistory(db, id),
    findBenefits(db, product.supplierId),
    findMarks(db, product.supplierId, product.familyId, today),
    findRelated(db, product, today),
  ]);
  return {
    product,
    specifications: family.filter((one) => one.id === id || one.offShelf === null),
    certifications: certificationsOf(product),
    marks,
    benefits,
    batches,
    ...{ priceHistory, reviews, rating },
    related,
  };
}

async function findFamily(db: PrismaClient, id: number, today: Day): Promise<PageProduct[]> {
  const rows = await fast(db).$queryRaw<CardRow<PageRow>[]>`
    SELECT ${cardColumns(today)}, f.description, f.descriptionEn, f.storage, f.storageEn, br.name AS brandName, br.nameEn AS brandNameEn,
      p.caseQuantity, p.toleranceBp, p.shelfLifeDays, p.seasonFrom, p.seasonTo, f.isMadeUp, p.state, s.state AS supplierState,
      s.placeId AS supplierPlaceId, ${inSeason(today)} AS season,
      (SELECT GROUP_CONCAT(zp.zoneId) FROM zone_product zp WHERE zp.productId = p.id) AS zoneIds,
      ${photosText} AS photosText,
      pc.id AS productCertificationId, pc.number AS productNumber, pc.issuer AS productIssuer, pc.validFrom AS productFrom, pc.validUntil AS productUntil,
      sc.id AS supplierCertificationId, sc.number AS supplierNumber, sc.issuer AS supplierIssuer, sc.validFrom AS supplierFrom, sc.validUntil AS supplierUntil
    FROM ${cardTables}
    LEFT JOIN certification pc ON pc.id = ${certificationHeldBy('product', today)}
    LEFT JOIN certification sc ON sc.id = ${certificationHeldBy('supplier', today)}
    WHERE p.familyId = (SELECT familyId FROM product WHERE id = ${id})
    ORDER BY p.netGrams, p.priceFen, p.id`;
  return rows.map((row) => {
    const { season, zoneIds, photosText: photos, ...product } = cardOf<PageRow>(row, today);
    return {
      ...product,
      isMadeUp: Boolean(product.isMadeUp),
      photos: readPhotos(photos),
      zoneIds: (zoneIds ?? '').split(',').filter(Boolean).map(Number),
      offShelf: offShelfReason(product, Number(season) === 1),
    };
  });
}

function offShelfReason(
  product: Omit<PageRow, 'season' | 'zoneIds' | 'photosText'>,
  isInSeason: boolean,
): OffShelfReason {
  if (product.state !== 'on_sale') return 'withdrawn';
  if (product.supplierState !== 'active') return 'supplier';
  if (product.productCertificationId === null || product.supplierCertificationId === null) return 'certification';
  return isInSeason ? null : 'season';
}

function certificationsOf(product: PageProduct): HeldCertification[] {
  const {
    productNumber,
    productIssuer,
    productFrom,
    productUntil,
    supplierNumber,
    supplierIssuer,
    supplierFrom,
    supplierUntil,
  } = product;
  const held = (
    of: 'product' | 'supplier',
    number: string | null,
    issuer: string | null,
    from: Date | null,
    until: Date | null,
  ) =>
    from && until
      ? [
          {
            of,
            number: number ?? '',
            issuer: issuer ?? '',
            validFrom: dayFromColumn(from),
            validUntil: dayFromColumn(until),
          },
        ]
      : [];
  return [
    ...held('product', productNumber, productIssuer, productFrom, productUntil),
    ...held('supplier', supplierNumber, supplierIssuer, supplierFrom, supplierUntil),
  ];
}

interface BatchRow {
  traceCode: string;
  producedOn: Date;
  expiresOn: Date | null;
  conformityNumber: string | null;
  recalledAt: Date | null;
  lab: string | null;
  number: string | null;
  issuedOn: Date | null;
  passed: number | boolean | null;
  summary: string | null;
}

/** The newest batches with their inspection reports, one statement. */
async function findBatches(db: PrismaClient, productId: number): Promise<ShownBatch[]> {
  const rows = await fast(db).$queryRaw<BatchRow[]>`
    SELECT b.traceCode, b.producedOn, b.expiresOn, b.conformityNumber, b.recalledAt, i.lab, i.number, i.issuedOn, i.passed, i.summary
    FROM (SELECT * FROM batch WHERE productId = ${productId} AND NOT coming ORDER BY producedOn DESC, id DESC LIMIT ${MOST_BATCHES}) b
    LEFT JOIN inspection_report i ON i.batchId = b.id
    ORDER BY b.producedOn DESC, b.id DESC, i.issuedOn DESC, i.id DESC`;
  return [...groupBy(rows, (row) => row.traceCode)].flatMap(([code, [first, ...rest]]) =>
    first
      ? {
          code,
          producedOn: dayFromColumn(first.producedOn),
          expiresOn: first.expiresOn && dayFromColumn(first.expiresOn),
          conformityNumber: first.conformityNumber,
          recalledAt: first.recalledAt,
          inspections: [first, ...rest].flatMap(inspectionOf),
        }
      : [],
  );
}

function inspectionOf({ lab, number, issuedOn, passed, summary }: BatchRow): Inspection[] {
  if (number === null || issuedOn === null) return [];
  return [
    { lab: lab ?? '', number, issuedOn: dayFromColumn(issuedOn), passed: Boolean(passed), summary: summary ?? '' },
  ];
}

/** What else is on the shelf from the same place, bestsellers first, one of each family. */
async function findRelated(db: PrismaClient, product: PageProduct, today: Day): Promise<ProductCard[]> {
  const cards = await browseProducts(
    db,
    { placeIds: [product.placeId], order: 'sales', limit: 3 * MOST_RELATED },
    today,
  );
  const families = groupBy(cards, (card) => card.familyId);
  families.delete(product.familyId);
  return [...families.values()].flatMap((specifications) => specifications.slice(0, 1)).slice(0, MOST_RELATED);
}
