import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listCards } from '../../server/catalog/product-cards.ts';
import { findBuyableProducts, priceFor, quantityFaults } from '../../server/catalog/shelf-products.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { testDatabase } from '../setup/database.ts';
import { aBatch, aProduct } from '../world/products.ts';
import { aSupplier, certify, interrupt } from '../world/suppliers.ts';

const today = '2026-06-15';
let db: PrismaClient;
const statements: string[] = [];

beforeAll(async () => {
  db = connect(await testDatabase(), { pool: 4, onQuery: (sql) => statements.push(sql) });
});
afterAll(() => db.$disconnect());

async function isOnShelf(product: { id: number }, day = today): Promise<boolean> {
  const buyable = (await findBuyableProducts(db, [product.id], day)).get(product.id);
  const cards = await listCards(db, [product.id], day);
  expect(cards.length).toBe(buyable?.onShelf ? 1 : 0);
  return buyable?.onShelf ?? false;
}

describe('the shelf', () => {
  it('holds what is certified, and whose supplier is, to the last day of both', async () => {
    const supplier = await aSupplier(db, { certified: ['2026-01-01', '2026-12-31'] });
    const product = await aProduct(db, { supplier, certified: ['2026-03-01', '2026-06-15'] });
    expect(await isOnShelf(product)).toBe(true);
    expect(await isOnShelf(product, '2026-06-16')).toBe(false);
    expect(await isOnShelf(product, '2026-02-28')).toBe(false);
    const outlasting = await aProduct(db, { supplier });
    expect(await isOnShelf(outlasting, '2026-12-31')).toBe(true);
    expect(await isOnShelf(outlasting, '2027-01-01')).toBe(false);
  });

  it('leaves out what was never certified, drafts, and what was withdrawn', async () => {
    expect(await isOnShelf(await aProduct(db, { certified: false }))).toBe(false);
    expect(await isOnShelf(await aProduct(db, { supplier: await aSupplier(db, { certified: false }) }))).toBe(false);
    expect(await isOnShelf(await aProduct(db, { state: 'draft' }))).toBe(false);
    expect(await isOnShelf(await aProduct(db, { state: 'off_sale' }))).toBe(false);
    expect(await isOnShelf(await aProduct(db, { supplier: await aSupplier(db, { state: 'suspended' }) }))).toBe(false);
  });

  it('loses a revoked product at once, and a suspended one for its days', async () => {
    const revoked = await aProduct(db, { certified: false });
    await interrupt(db, await certify(db, { product: revoked }), 'revocation', today);
    expect(await isOnShelf(revoked, '2026-06-14')).toBe(true);
    expect(await isOnShelf(revoked)).toBe(false);
    const suspended = await aProduct(db, { certified: false });
    await interrupt(db, await certify(db, { product: suspended }), 'suspension', '2026-06-10', '2026-06-20');
    expect(await isOnShelf(suspended, '2026-06-19')).toBe(false);
    expect(await isOnShelf(suspended, '2026-06-20')).toBe(true);
  });

  it('believes a certification that is marked suspended even where nobody wrote the days', async () => {
    const product = await aProduct(db, { certified: false });
    const { id } = await certify(db, { product });
    await db.certification.update({ where: { id }, data: { state: 'suspended' } });
    expect(await isOnShelf(product)).toBe(false);
  });

  it('keeps to the season, also over the turn of the year', async () => {
    const plums = await aProduct(db);
    await db.product.update({ where: { id: plums.id }, data: { seasonFrom: 7, seasonTo: 8 } });
    expect(await isOnShelf(plums)).toBe(false);
    expect(await isOnShelf(plums, '2026-08-31')).toBe(true);
    const bamboo = await aProduct(db);
    await db.product.update({ where: { id: bamboo.id }, data: { seasonFrom: 11, seasonTo: 2 } });
    expect(await isOnShelf(bamboo)).toBe(false);
    expect(await isOnShelf(bamboo, '2026-12-01')).toBe(true);
    expect(await isOnShelf(bamboo, '2027-02-28')).toBe(true);
    expect(await isOnShelf(bamboo, '2027-03-01')).toBe(false);
  });

  it('promises neither spoiled nor recalled batches, and still shows what is sold out', async () => {
    const product = await aProduct(db, { stock: [{ quantity: 5, expiresOn: today }, { quantity: 7 }] });
    await aBatch(db, product, { quantity: 11 }).then((batch) =>
      db.batch.update({ where: { id: batch.id }, data: { recalledAt: new Date('2026-06-01T00:00:00Z') } }),
    );
    expect((await findBuyableProducts(db, [product.id], today)).get(product.id)?.available).toBe(7);
    const soldOut = await aProduct(db, { stock: 0 });
    expect(await isOnShelf(soldOut)).toBe(true);
  });
});

describe('buyable products', () => {
  it('come with one statement however many they are, unknown ids left out', async () => {
    const made = [await aProduct(db), await aProduct(db), await aProduct(db)];
    statements.length = 0;
    const found = await findBuyableProducts(db, [...made.map(({ id }) => id), 2_000_000_000], today);
    expect(statements).toHaveLength(1);
    expect([...found.keys()].sort()).toEqual(made.map(({ id }) => id).sort());
    expect(await findBuyableProducts(db, [], today)).toEqual(new Map());
  });

  it('name the certifications that hold today', async () => {
    const supplier = await aSupplier(db, { certified: false });
    const old = await certify(db, { supplier }, ['2020-01-01', '2026-01-01']);
    const renewed = await certify(db, { supplier }, ['2026-01-01', '2026-12-31']);
    const product = await aProduct(db, { supplier, certified: false });
    const found = (day: string) => findBuyableProducts(db, [product.id], day).then((map) => map.get(product.id));
    expect(await found(today)).toMatchObject({
      supplierCertificationId: renewed.id,
      productCertificationId: null,
      onShelf: false,
    });
    expect((await found('2025-06-15'))?.supplierCertificationId).toBe(old.id);
  });

  it('cost what the tier reached says', async () => {
    const product = await aProduct(db, {
      priceFen: 6000,
      tiers: [
        [50, 5400],
        [10, 5700],
      ],
    });
    const found = (await findBuyableProducts(db, [product.id], today)).get(product.id);
    expect(found && [1, 9, 10, 49, 50, 5000].map((quantity) => priceFor(found, quantity))).toEqual([
      6000, 6000, 5700, 5700, 5400, 5400,
    ]);
  });

  it('name everything that is wrong with a quantity', () => {
    const product = { priceFen: 6000, tiers: [], minQuantity: 10, orderMultiple: 4, saleUnit: '袋', saleUnitEn: 'bag' };
    const codes = (quantity: number) => quantityFaults(product, quantity).map(({ code }) => code);
    expect(codes(12)).toEqual([]);
    expect(codes(9)).toEqual(['belowMinimum', 'notAMultiple']);
    expect(codes(8)).toEqual(['belowMinimum']);
    expect(codes(14)).toEqual(['notAMultiple']);
    expect(codes(0)).toEqual(['quantityAboveZero']);
    expect(codes(1.5)).toEqual(['notAQuantity']);
    expect(codes(Number.NaN)).toEqual(['notAQuantity']);
    expect(codes(400_000)).toEqual(['quantityTooLarge']);
    expect(quantityFaults(product, 9, 'lines.2.quantity')[0]).toEqual({
      path: 'lines.2.quantity',
      code: 'belowMinimum',
      values: { minimum: 10, unit: '袋', unitEn: 'bags' },
    });
  });
});
