import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noteChangedProducts } from '../../server/catalog/product-changed.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { createEmbeddedEngine } from '../../server/search/embedded/embedded-engine.ts';
import type { SearchEngine } from '../../server/search/engine.ts';
import { productDocuments } from '../../server/search/index-products.ts';
import { askForReindex, catchUp, searchHandlers } from '../../server/search/search-changes.ts';
import { testDatabase } from '../setup/database.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const log = pino({ level: 'silent' });
const now = new Date('2026-06-15T04:00:00Z');
let db: PrismaClient;
let world: World;
let search: SearchEngine;
let clock: () => Date;

beforeAll(async () => {
  db = connect(await testDatabase(), { pool: 4 });
  world = await makeWorld(db, { now });
});
afterAll(() => db.$disconnect());
beforeEach(() => {
  search = createEmbeddedEngine();
  clock = () => now;
});

const parts = () => ({ db, search, clock: () => clock(), log });
const idsFor = async (q: string) => (await search.search({ q })).ids;

async function tell(...products: { id: number }[]): Promise<void> {
  await db.$transaction((tx) =>
    noteChangedProducts(
      tx,
      products.map(({ id }) => id),
    ),
  );
  while ((await drainOutbox(db, searchHandlers(parts()), log)) > 0);
}

describe('the documents', () => {
  it('are those of the shelf, with the codes of every level above', async () => {
    const documents = [];
    for await (const page of productDocuments(db, '2026-06-15')) documents.push(...page);
    const { rice, uncertified } = world.products;
    expect(documents.map(({ id }) => id)).not.toContain(uncertified.id);
    expect(documents.find(({ id }) => id === rice.id)).toMatchObject({
      categoryCodes: ['grain-oil', 'rice'],
      placeCodes: ['xiushan', 'yongdong', 'chuanhe'],
      supplierCode: 'chuanhe',
      certifications: ['certified'],
      priceFen: 6000,
      inStock: true,
      categoryWords: expect.arrayContaining(['大米']),
    });
  });
});

describe('an embedded index', () => {
  it('takes in new, changed and withdrawn products that the outbox told of', async () => {
    let seen = await catchUp(parts(), null);
    expect(search.ready()).toBe(true);
    const honey = await aProduct(db, { name: '百花中蜂蜜' });
    expect(await idsFor('百花中蜂蜜')).not.toContain(honey.id);
    await tell(honey);
    seen = await catchUp(parts(), seen);
    expect(await idsFor('百花中蜂蜜')).toContain(honey.id);
    await db.product.update({ where: { id: honey.id }, data: { state: 'off_sale' } });
    await tell(honey);
    await catchUp(parts(), seen);
    expect(await idsFor('百花中蜂蜜')).not.toContain(honey.id);
  });

  it('rebuilds when more was told than it can look up', async () => {
    const seen = await catchUp(parts(), null);
    const late = await aProduct(db, { name: '火炕老腊肉' });
    for (let told = 0; told <= 64; told += 1) await tell(told === 0 ? late : world.products.tea);
    await catchUp(parts(), seen);
    expect(await idsFor('火炕老腊肉')).toContain(late.id);
  });

  it('rebuilds when asked to, and on a new day, when certifications end by themselves', async () => {
    const seen = await catchUp(parts(), null);
    const silent = await aProduct(db, { name: '核桃', certified: ['2026-01-01', '2026-06-15'] });
    await askForReindex(db);
    const after = await catchUp(parts(), seen);
    expect(await idsFor('核桃')).toContain(silent.id);
    clock = () => new Date('2026-06-15T16:00:00Z');
    await catchUp(parts(), after);
    expect(await idsFor('核桃')).not.toContain(silent.id);
  });

  it('leaves things as they are when nothing happened', async () => {
    const seen = await catchUp(parts(), null);
    search.rebuild = () => Promise.reject(new Error('must not rebuild'));
    expect(await catchUp(parts(), seen)).toBe(seen);
  });
});
