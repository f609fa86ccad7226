import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { createFileStore } from '../../server/clients/file-store.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { confirmFulfilment } from '../../server/orders/confirm-fulfilment.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { Refusal } from '../../server/shared/errors.ts';
import { addPackage } from '../../server/welfare/change-packages.ts';
import { createRun } from '../../server/welfare/create-run.ts';
import { mergeRoster } from '../../server/welfare/merge-roster.ts';
import { openRun } from '../../server/welfare/open-run.ts';
import { testDatabase } from '../setup/database.ts';
import { makeWorld, type World } from '../world/world.ts';

export const now = new Date('2026-06-15T04:00:00Z');
export const files = createFileStore('/nowhere');

export const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => null,
    (error: unknown) => {
      if (error instanceof Refusal) return error.code;
      throw error;
    },
  );

export interface Made {
  runId: number;
  packages: number[];
  claims: { id: number; token: string }[];
}

export type RunWorld = Awaited<ReturnType<typeof runWorld>>;

/** A market whose bank's union gives packages of tea and rice. */
export async function runWorld() {
  const url = await testDatabase();
  const db = connect(url, { pool: 24 });
  const world = await makeWorld(db, { now });
  return { url, ...(await runIn(db, world)) };
}

/** The union's steps in a market that is there already. */
export async function runIn(db: PrismaClient, world: World) {
  const [buyer, approver, employee] = await Promise.all([
    actorOf(db, world, 'buyer'),
    actorOf(db, world, 'approver'),
    actorOf(db, world, 'employee'),
  ]);
  return { db, world, buyer, approver, employee, aRun, ordersOf, received };

  /** An open run of so many people, with a package of tea and one of tea and two bags of rice. */
  async function aRun(people: number, capacity: number | null = null, open = true): Promise<Made> {
    const address = await db.address.findFirstOrThrow({ where: { unitId: world.units.bank.id } });
    const runId = await createRun(
      db,
      buyer,
      {
        ...{ unitId: world.units.bank.id, name: '端午慰问', perHeadFen: 30_000, chooseUntil: '2026-06-20' },
        ...{ addressId: address.id, paymentWay: 'on_account', pickup: null },
      },
      now,
    );
    const { tea, rice } = world.products;
    const wanted = [
      { name: '茶礼', capacity: null, isDefault: true, items: [{ productId: tea.id, quantity: 1 }] },
      {
        ...{ name: '茶米礼', capacity, isDefault: false },
        items: [
          { productId: tea.id, quantity: 1 },
          { productId: rice.id, quantity: 2 },
        ],
      },
    ];
    const packages: number[] = [];
    for (const one of wanted) packages.push(await addPackage(db, buyer, runId, one, now));
    const rows = Array.from({ length: people }, (_, at) => ({
      ...{ staffNumber: `G${at}`, name: `职工${at}`, department: at % 2 ? '甲部' : '乙部', phone: null, login: null },
      userId: at === 0 ? world.users.employee.id : null,
    }));
    await mergeRoster(db, buyer, runId, rows, { dropMissing: false, at: now });
    if (open) await openRun(db, buyer, runId, now);
    const claims = await db.welfareClaim.findMany({ where: { runId }, orderBy: { id: 'asc' } });
    return { runId, packages, claims: claims.map(({ id, token }) => ({ id, token: token ?? '' })) };
  }

  function ordersOf(runId: number) {
    return db.welfareOrder.findMany({
      where: { runId },
      include: { order: { include: { lines: true } } },
      orderBy: [{ supplierId: 'asc' }, { addressId: 'asc' }],
    });
  }

  async function received(runId: number): Promise<void> {
    for (const { order } of await ordersOf(runId)) {
      if (order.state === 'awaiting_approval') await approveOrder(db, approver, order.id, now);
      for (const parcel of await db.fulfilment.findMany({ where: { orderId: order.id } })) await deliver(parcel.id);
    }
  }

  async function deliver(fulfilmentId: number): Promise<void> {
    const supplier = await supplierOf(fulfilmentId);
    await confirmFulfilment(db, supplier, fulfilmentId, now);
    await shipFulfilment(
      db,
      supplier,
      fulfilmentId,
      { carrier: '顺丰', trackingNumber: `SF${fulfilmentId}`, lines: [], temperatureDeci: null },
      now,
    );
    await receiveFulfilment(db, buyer, fulfilmentId, [], now);
  }

  async function supplierOf(fulfilmentId: number): Promise<Actor> {
    const { supplierId } = await db.fulfilment.findUniqueOrThrow({ where: { id: fulfilmentId } });
    const user = supplierId === world.suppliers.lianghe.id ? world.users.supplier : world.users.riceSupplier;
    const found = await findActor(db, user.id, '2026-06-15');
    if (!found) throw new Error('no supplier');
    return found;
  }
}

async function actorOf(db: PrismaClient, world: World, login: 'buyer' | 'approver' | 'employee'): Promise<Actor> {
  const found = await findActor(db, world.users[login].id, '2026-06-15');
  if (!found) throw new Error(`no ${login}`);
  return found;
}
