import type { FundingSource } from '../../db/generated/enums.ts';
import { addCanteens } from './add-canteens.ts';
import { addDeclared } from './add-declared.ts';
import { addMoves } from './add-moves.ts';
import { addPaymentCases } from './add-payment-cases.ts';
import { addPeople, type People } from './add-people.ts';
import { addPickupPoints } from './add-pickup-points.ts';
import { addPlacesAndUnits, lineageFinder } from './add-places-and-units.ts';
import { addAssistanceCalls, addStories, linkWelfareOrders } from './add-stories.ts';
import { addCertifications, addPriceChanges, addSuppliers } from './add-suppliers.ts';
import { addTasks, addZonesAndCampaigns } from './add-tasks.ts';
import { addCampaignSales } from './campaign-sales.ts';
import { newCaps } from './caps.ts';
import { newComposer } from './compose-order.ts';
import type { Receipt } from './draw-receipts.ts';
import { addCategoriesAndBrands, addProducts, listGoods } from './goods.ts';
import { newLots } from './lots.ts';
import type { Market } from './market.ts';
import { planDemand } from './plan-demand.ts';
import { settleStatements } from './settle-statements.ts';
import { simulateOrders } from './simulate-orders.ts';
import { newTally } from './tally.ts';
import { newUnionCaps } from './union-caps.ts';
import type { World } from './world.ts';

/** Makes every row of the demonstration as it stands at the world's `now`; the same instant and hashes always make the same rows. */
export function makeDemonstration(
  world: World,
  hashes: ReadonlyMap<string, string>,
  receipts: readonly Receipt[] = [],
): void {
  addPlacesAndUnits(world);
  addCategoriesAndBrands(world);
  addSuppliers(world);
  addProducts(world);
  const people = addPeople(world, hashes);
  addCertifications(world, people);
  addPriceChanges(world, people);
  addTasks(world, people);
  addZonesAndCampaigns(world);
  addStories(world, people);
  const market = openMarket(world, people);
  const { tally, lots, caps, lineageOf, goods } = market;
  const told = addDeclared({ world, people, tally, lineageOf, receipts });
  const pathOf = (category: string) => world.rows.of('category')[world.id('category', category) - 1]?.path ?? '';
  simulateOrders(market, newComposer(goods, pathOf, lots, caps), planDemand(world, told));
  settleStatements(market);
  addPaymentCases(market);
  addMoves(world, people);
  addCampaignSales(world);
  addPickupPoints(world, people);
  addCanteens(world);
  linkWelfareOrders(world);
  lots.finish();
  caps.finish();
  market.unionCaps.finish();
  tally.finish();
  for (const [productId, sold] of market.sold) Object.assign(world.rows.of('product')[productId - 1] ?? {}, { sold });
  addAssistanceCalls(world, people);
  world.rows.of('auditLine').sort((a, b) => new Date(a.at).getTime() - new Date(b.at).getTime());
  for (const [at, line] of world.rows.of('auditLine').entries()) line.id = at + 1;
}

function openMarket(world: World, people: People): Market {
  const goods = listGoods(world);
  const payers = new Map(world.rows.of('unitPayer').map((row) => [`${row.unitId} ${row.fundingSource}`, row]));
  const payerOf = (unitId: number, funding: FundingSource) => payers.get(`${unitId} ${funding}`);
  return {
    world,
    people,
    goods,
    tally: newTally(world),
    lots: newLots(world, goods),
    caps: newCaps(world),
    unionCaps: newUnionCaps(world),
    lineageOf: lineageFinder(world),
    thresholdOf: (unitId, funding) => payerOf(unitId, funding)?.approvalThresholdFen ?? 0,
    owed: [],
    sold: new Map(),
  };
}
