import { addDays, dayToColumn } from '../../shared/days.ts';
import { addPeople, hashPasswords, type People } from '../demo/add-people.ts';
import { addPlacesAndUnits, lineageFinder } from '../demo/add-places-and-units.ts';
import { addSuppliers } from '../demo/add-suppliers.ts';
import { addTasks, addZonesAndCampaigns } from '../demo/add-tasks.ts';
import { addCategoriesAndBrands, addProducts } from '../demo/goods.ts';
import { LONG_AGO, newWorld, type World } from '../demo/world.ts';

const DAYS = 730;
/** an outside buyer is one member in so many */
const OUTSIDE = 0.05;
export const SLOTS = 1000;
const STOCK = 1_000_000_000;

/** A thousandth of the members: of one unit, or outside buyers. */
export interface Slot {
  unitId: number | null;
  firstMember: number;
  members: number;
}

export interface Base {
  world: World;
  people: People;
  slots: Slot[];
  /** members beside the accounts and staff of the base, and the id of the first */
  members: number;
  firstMember: number;
  orders: number;
  /** seconds since 1970 between which orders are placed */
  from: number;
  until: number;
  lineages: { unitId: number; since: string; until: string; lineageId: number }[];
}

/**
 * What a seed does not multiply: the real places, units, groups, categories and tasks of the demonstration with its suppliers and
 * accounts, certified throughout; and its goods, copied under new codes up to the number wished for.
 */
export async function makeBase(now: Date, wish: { members: number; products: number }): Promise<Base> {
  const world = newWorld(now);
  // Its staff are members like all others, so only who is needed to sign in and to buy for a unit comes from there.
  for (const unit of world.facts.units) unit.employees = Math.min(unit.employees, 40);
  const employees = new Map(world.facts.units.map(({ code, employees }) => [code, employees]));
  addPlacesAndUnits(world);
  // By agreement, so that none is overdue and must prepay before it pays in the middle of the next month.
  for (const payer of world.rows.of('unitPayer')) payer.termDays = 60;
  addCategoriesAndBrands(world);
  addSuppliers(world);
  addProducts(world);
  copyProducts(world, wish.products);
  const people = addPeople(world, await hashPasswords(world));
  certifyAll(world);
  addTasks(world, people);
  addZonesAndCampaigns(world);
  const firstMember = world.rows.of('user').length + 1;
  const members = wish.members - world.rows.of('user').length;
  const until = Math.floor(now.getTime() / 1000) - 3600;
  return {
    world,
    people,
    slots: slotsOf(world, employees, firstMember, members),
    members,
    firstMember,
    orders: wish.members * 2,
    from: until - DAYS * 86_400,
    until,
    lineages: lineagesOf(world),
  };
}

function copyProducts({ rows }: World, products: number): void {
  const families = [...rows.of('productFamily')];
  const originals = rows.of('product');
  for (const product of originals) Object.assign(product, { state: 'on_sale' });
  for (let copy = 2; originals.length < products; copy += 1) {
    for (const { id: familyOf, ...family } of families) {
      const familyId = rows.add('productFamily', {
        ...family,
        code: `${family.code}-${copy}`,
        name: `${family.name} ${copy}`,
        nameEn: `${family.nameEn} ${copy}`,
        isMadeUp: true,
      });
      for (const { id: _, ...product } of originals.filter((one) => one.familyId === familyOf)) {
        if (originals.length >= products) return;
        rows.add('product', { ...product, familyId, code: `${product.code}-${copy}` });
      }
    }
  }
}

/** Every supplier active and, like every product, certified over all the years; every product with one large batch. */
function certifyAll({ rows, today }: World): void {
  const certified = {
    issuer: 'Seed',
    state: 'certified' as const,
    validFrom: dayToColumn(LONG_AGO),
    validUntil: dayToColumn(addDays(today, 1000)),
    appliedAt: dayToColumn(LONG_AGO),
  };
  for (const supplier of rows.of('supplier')) {
    supplier.state = 'active';
    rows.add('certification', { ...certified, supplierId: supplier.id, number: `SEED-S-${supplier.id}` });
  }
  for (const { id: productId = 0 } of rows.of('product')) {
    rows.add('certification', { ...certified, productId, number: `SEED-P-${productId}` });
    const batchId = rows.add('batch', {
      productId,
      traceCode: `SEED${String(productId).padStart(8, '0')}`,
      producedOn: dayToColumn(addDays(today, -DAYS - 30)),
      quantity: STOCK,
      available: STOCK,
    });
    rows.add('stockMovement', {
      ...{ batchId, event: 'produced', source: 'batch', sourceId: batchId, quantity: STOCK },
      at: dayToColumn(addDays(today, -DAYS - 30)),
    });
  }
}

/** Slots in proportion to the units' employees, at least one each; the last are of outside buyers. */
function slotsOf(world: World, employees: ReadonlyMap<string, number>, firstMember: number, members: number): Slot[] {
  const inside = Math.round(SLOTS * (1 - OUTSIDE));
  const all = [...employees.values()].reduce((sum, one) => sum + one, 0);
  const units = [...employees].flatMap(([code, many]) => {
    const slots = Math.max(1, Math.floor((many / all) * (inside - employees.size)));
    return Array.from({ length: slots }, () => world.id('unit', code));
  });
  return Array.from({ length: SLOTS }, (_, at) => {
    const start = Math.floor((at * members) / SLOTS);
    const end = Math.floor(((at + 1) * members) / SLOTS);
    return {
      unitId: units[at] ?? null,
      firstMember: firstMember + start,
      members: Math.max(1, end - start),
    };
  });
}

/** Where each unit stood from when until when: one row for each day on which anything about the tree changed. */
function lineagesOf(world: World): Base['lineages'] {
  const find = lineageFinder(world);
  const changes = [
    ...new Set([LONG_AGO, ...world.facts.units.flatMap((unit) => (unit.parent ? [unit.parentSince] : []))]),
  ].sort();
  return world.facts.units.flatMap((unit) => {
    const unitId = world.id('unit', unit.code);
    return changes.map((since, at) => ({
      unitId,
      since,
      until: changes[at + 1] ?? '2999-12-31',
      lineageId: find(unitId, since).lineageId,
    }));
  });
}
