import { afterAll, beforeAll, expect, it } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { addDays } from '../../server/shared/days.ts';
import { announceHarvest } from '../../server/sourcing/harvests/announce-harvest.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';
import { certify } from '../world/suppliers.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';
import {
  actorNamed,
  applyForProduct,
  begin,
  certifyCase,
  creditCode,
  productFiles,
  publish,
  recommend,
  submitDraft,
  supplierFiles,
  supplierForm,
} from './application-story.ts';

let now = new Date('2026-06-15T04:00:00Z');
let market: TestApp;
let world: World;
let workTeam: Person;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
  workTeam = await personOf(market, 'workteam');
});
afterAll(() => market.close());

const applicationOf = (id: number) => market.db.certificationApplication.findUniqueOrThrow({ where: { id } });
const applied = async (certificationId: number | null) =>
  market.db.auditLine.findFirstOrThrow({
    where: { action: 'certification.apply', subjectId: certificationId ?? 0 },
  });

it('a work team applies for a product of its village, which the audit trail says (rule 34)', async () => {
  const { lianghe } = world.suppliers;
  const product = await aProduct(market.db, { supplier: lianghe, certified: false });
  const id = await applyForProduct(workTeam, product.code);
  const application = await applicationOf(id);
  expect(application).toMatchObject({ supplierId: lianghe.id, productId: product.id, onBehalf: true });
  expect(await applied(application.certificationId)).toMatchObject({
    ...{ actorId: world.users.workTeam.id, onBehalfOf: lianghe.name },
  });
});

it('and renews what ends', async () => {
  const { lianghe } = world.suppliers;
  const product = await aProduct(market.db, { supplier: lianghe, certified: false });
  const { id: renewsId } = await certify(market.db, { product }, ['2025-07-01', '2026-06-30']);
  const id = await begin(workTeam, { subject: 'product', renewsId: String(renewsId) });
  const fields = { product: product.code, standard: 'GB/T 1354', output: '5000', note: '' };
  expect((await submitDraft(workTeam, id, fields, productFiles)).status).toBe(303);
  const { onBehalf, certificationId } = await applicationOf(id);
  expect(onBehalf).toBe(true);
  expect((await applied(certificationId)).onBehalfOf).toBe(lianghe.name);
});

it('but does not become the supplier that it applied for', async () => {
  await aUser(market.db, {
    ...{ login: 'township', grants: [{ role: 'work_team', place: world.places.yongdong }] },
  });
  const id = await begin(workTeam, { subject: 'supplier', onBehalf: 'on' });
  const form = supplierForm({ creditCode: creditCode(901), name: '没有账号的合作社' });
  expect((await submitDraft(workTeam, id, form, supplierFiles)).status).toBe(303);
  await recommend(await personOf(market, 'township'), id);
  await publish(await personOf(market, 'certifier'), id, 'supplier');
  now = new Date(`${addDays('2026-06-15', 9)}T04:00:00Z`);
  await certifyCase(await personOf(market, 'certifier'), id);
  const { supplierId } = await applicationOf(id);
  expect(await market.db.supplier.findUniqueOrThrow({ where: { id: supplierId ?? 0 } })).toMatchObject({
    state: 'active',
  });
  expect(await market.db.roleGrant.count({ where: { supplierId, role: 'supplier' } })).toBe(0);
  const actor = await actorNamed(market.db, 'workteam', now);
  expect(actor.servedSuppliers).toContain(supplierId);
});

it('a work team sees its villages’ requests, harvests, agreements, refunds, disputes and unsold goods', async () => {
  const team = await personOf(market, 'workteam');
  for (const page of ['supplierQuotes', 'supplierHarvests', 'agreements', 'refunds', 'disputes', 'unsold'] as const)
    await team.open(pathTo(page));
  const actor = await actorNamed(market.db, 'workteam', now);
  const wish = { productId: world.products.tea.id, expectedQuantity: 100, priceFen: 9900, minimumQuantity: 0 };
  const days = { expectedOn: '2026-08-01', closesOn: '2026-07-20', note: null };
  const id = await announceHarvest(market.db, actor, { ...wish, ...days }, now);
  expect((await team.open(pathTo('supplierHarvest', { id }))).status).toBe(200);
  expect(
    await market.db.auditLine.findFirstOrThrow({ where: { action: 'harvest.announce', subjectId: id } }),
  ).toMatchObject({ onBehalfOf: world.suppliers.lianghe.name });
});
