import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { fastPathOf } from '../../server/db/client.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { pathTo } from '../../server/paths.ts';
import { closeRecall } from '../../server/recalls/close-recall.ts';
import { handleRecalls } from '../../server/recalls/handle-recalls.ts';
import { noteArrival } from '../../server/recalls/note-arrival.ts';
import { recallBatch } from '../../server/recalls/recall-batch.ts';
import { returnRecalled } from '../../server/recalls/return-recalled.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { faultsOn, personOf } from '../setup/person.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { aProduct } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
const PAGE = pathTo('recallArrivals');
let market: Market;

beforeAll(async () => {
  market = await openMarket(DAY);
  await market.app.db.unitPayer.updateMany({
    data: { approvalThresholdFen: 100_000_000, creditLimitFen: 10n ** 13n },
  });
});
afterAll(() => market.app.close());

type Who = keyof Market['world']['users'];
const actor = async (who: Who) => {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};

interface Sent {
  orderId: number;
  recallId: number;
  recallLineId: number;
  fulfilmentId: number;
  lineId: number;
}

/** So much tea of 100 yuan for the bank, sent, accepted and recalled. */
async function recalled(quantity: number, isReceived = true): Promise<Sent> {
  const { suppliers, categories, units } = market.world;
  const product = await aProduct(market.app.db, { supplier: suppliers.lianghe, category: categories.tea, stock: 50 });
  const order = await market.buy('buyer', { lines: [{ productId: product.id, quantity }], unit: units.bank });
  const fulfilmentId = order.fulfilments[0]?.id ?? 0;
  const shipment = { lines: [], carrier: '邮政', trackingNumber: `A${fulfilmentId}`, temperatureDeci: null };
  await shipFulfilment(market.app.db, await actor('supplier'), fulfilmentId, shipment, now);
  if (isReceived) await receiveFulfilment(market.app.db, await actor('buyer'), fulfilmentId, [], now);
  const batch = await market.app.db.batch.findFirstOrThrow({ where: { productId: product.id } });
  const request = { severity: 'class_two', reason: '受潮', advice: null } as const;
  const recallId = await recallBatch(market.app.db, await actor('operator'), batch.id, request, now);
  while ((await handleRecalls(market.app.db, now)) > 0);
  const line = await market.app.db.recallLine.findFirstOrThrow({ where: { recallId } });
  return { orderId: order.id, recallId, recallLineId: line.id, fulfilmentId, lineId: line.lineId };
}

const arrive = async (sent: Sent, quantity: number, arrived: number, who: Who = 'supplier') =>
  noteArrival(
    market.app.db,
    await actor(who),
    { recallLineId: sent.recallLineId, quantity, arrived, arrivedOn: DAY, condition: 'intact', note: null },
    now,
  );

const giveBack = async ({ recallId, orderId }: Sent, quantity: number, returned?: number) =>
  returnRecalled(market.app.db, await actor('buyer'), { recallId, orderId, quantity, returned }, now);

/** Units returned, arrived, and refunded on the order's line; fen that still count. */
async function standing({ recallLineId, orderId }: Sent) {
  const line = await market.app.db.recallLine.findUniqueOrThrow({
    where: { id: recallLineId },
    include: { line: { select: { refundedQuantity: true } } },
  });
  const programmeId = market.world.programmes.group.id;
  const entries = await market.app.db.tallyEntry.findMany({ where: { orderId, programmeId, event: 'counted' } });
  const counted = entries.reduce((sum, { fen }) => sum + fen, 0);
  return [line.returnedQuantity, line.arrivedQuantity, line.line.refundedQuantity, counted];
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: Error & { code?: string; faults?: { code: string }[] }) =>
      error.faults?.[0]?.code ?? error.code ?? error.message,
  );
}

async function expectExact() {
  await market.settle();
  const found: unknown[] = [];
  await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
  expect(found).toEqual([]);
}

describe('recalled goods that came back', () => {
  it('after the buyer registered them are noted alone; what exceeds that is refunded on the supplier’s word', async () => {
    const sent = await recalled(10);
    await giveBack(sent, 3);
    expect(await standing(sent)).toEqual([3, 0, 3, 70_000]);
    expect(await arrive(sent, 2, 0)).toBe(0);
    expect(await standing(sent)).toEqual([3, 2, 3, 70_000]);
    expect(await arrive(sent, 5, 2)).toBe(4);
    expect(await standing(sent)).toEqual([7, 7, 7, 30_000]);
    expect(await refusal(arrive(sent, 4, 7))).toBe('moreThanSent');
    expect(await arrive(sent, 3, 7)).toBe(3);
    expect(await standing(sent)).toEqual([10, 10, 10, 0]);
    await expectExact();
    const [line] = await market.app.db.auditLine.findMany({
      where: { action: 'recall.arrive', subjectId: sent.orderId },
      orderBy: { id: 'desc' },
    });
    expect(line).toMatchObject({ before: { arrived: 7, returned: 7 }, after: { arrived: 10, returned: 10 } });
  });

  it('are the supplier’s, its work team’s and the operator’s to note; the team acts on its behalf', async () => {
    const sent = await recalled(4);
    for (const who of ['riceSupplier', 'buyer', 'certifier', 'employee'] as const)
      expect(await refusal(arrive(sent, 1, 0, who))).toBe('notFound');
    await arrive(sent, 1, 0, 'workTeam');
    await arrive(sent, 1, 1, 'operator');
    const lines = await market.app.db.auditLine.findMany({
      where: { action: 'recall.arrive', subjectId: sent.orderId },
      orderBy: { id: 'asc' },
    });
    expect(lines.map(({ onBehalfOf }) => onBehalfOf)).toEqual([market.world.suppliers.lianghe.name, null]);
  });

  it('are refunded as far as nothing else did, and a request of the buyer is left to its decision', async () => {
    const sent = await recalled(5);
    const asked = { lines: [{ lineId: sent.lineId, quantity: 2 }], reason: '破损', photos: [] };
    await requestRefund(market.app.container, await actor('buyer'), sent.fulfilmentId, asked, now);
    expect(await arrive(sent, 5, 0)).toBe(3);
    expect(await standing(sent)).toEqual([3, 5, 3, 20_000]);
    await expectExact();
  });

  it('wait for the receipt of the parcel, an open recall, and a day between the recall and today', async () => {
    const sent = await recalled(4);
    const wrong = {
      recallLineId: sent.recallLineId,
      quantity: 1,
      arrived: 0,
      condition: 'intact',
      note: null,
    } as const;
    for (const arrivedOn of ['2026-05-05', '2026-05-07'])
      expect(await refusal(noteArrival(market.app.db, await actor('supplier'), { ...wrong, arrivedOn }, now))).toBe(
        'arrivalDay',
      );
    await closeRecall(market.app.db, await actor('operator'), sent.recallId, '已处置', now);
    expect(await refusal(arrive(sent, 1, 0))).toBe('recallClosed');
  });

  it('are told to the buyer, and to the supplier when the buyer sends them', async () => {
    const sent = await recalled(6);
    await market.settle();
    await market.app.db.notification.deleteMany();
    await giveBack(sent, 2);
    await arrive(sent, 1, 0);
    await arrive(sent, 3, 1);
    await market.settle();
    const told = await market.app.db.notification.findMany({
      where: { kind: { startsWith: 'recall_' } },
      select: { kind: true, data: true, user: { select: { login: true } } },
      orderBy: { id: 'asc' },
    });
    expect(told.map(({ kind, user }) => `${user.login} ${kind}`).sort()).toEqual([
      'buyer recall_arrived',
      'buyer recall_arrived_refunded',
      'supplier recall_coming_back',
    ]);
    expect(told.find(({ kind }) => kind === 'recall_coming_back')?.data).toMatchObject({ quantity: 2 });
  });
});

describe('the same goods registered by two at once are refunded once', () => {
  /** Both have looked at the page and press while somebody else holds the order. */
  async function atOnce(sent: Sent, first: () => Promise<unknown>, second: () => Promise<unknown>) {
    const connection = await fastPathOf(market.app.db).pool.getConnection();
    await connection.beginTransaction();
    await connection.query('SELECT id FROM `order` WHERE id = ? FOR UPDATE', [sent.orderId]);
    const answers = [first, second].map((press) => refusal(press()));
    await untilWaiting(connection, 2);
    await connection.commit();
    connection.release();
    return Promise.all(answers);
  }

  it('operator and supplier', async () => {
    const sent = await recalled(8);
    const answers = await atOnce(
      sent,
      () => arrive(sent, 3, 0),
      () => arrive(sent, 3, 0, 'operator'),
    );
    expect(answers.sort()).toEqual(['arrivedMeanwhile', 'done']);
    expect(await standing(sent)).toEqual([3, 3, 3, 50_000]);
    await expectExact();
  });

  it('buyer and supplier, whoever comes first', async () => {
    const sent = await recalled(8);
    const answers = await atOnce(
      sent,
      () => giveBack(sent, 3, 0),
      () => arrive(sent, 3, 0),
    );
    // The buyer first: both stand, the arrival is of what was refunded. The supplier first: the buyer is asked to look again.
    expect([
      ['done', 'done'],
      ['returnedMeanwhile', 'done'],
    ]).toContainEqual(answers);
    expect(await standing(sent)).toEqual([3, 3, 3, 50_000]);
    await expectExact();
  });

  it('the supplier before the buyer, who had looked before', async () => {
    const sent = await recalled(8);
    await arrive(sent, 3, 0);
    expect(await refusal(giveBack(sent, 3, 0))).toBe('returnedMeanwhile');
    expect(await standing(sent)).toEqual([3, 3, 3, 50_000]);
    // Others are sent back after a second look.
    await giveBack(sent, 2, 3);
    expect(await standing(sent)).toEqual([5, 3, 5, 30_000]);
    expect(await arrive(sent, 2, 3)).toBe(0);
    await expectExact();
  });
});

describe(`GET ${PAGE}`, () => {
  it('lists what is to come back, takes a note, keeps what was typed, and lets go of what is back', async () => {
    const sent = await recalled(5);
    const supplier = await personOf(market.app, 'supplier');
    const only = pathTo('recallArrivals', { recall: sent.recallId });
    const action = pathTo('recallArrival', { id: sent.recallLineId });
    let page = await supplier.open(only);
    expect(page.$('article[data-return]')).toHaveLength(1);
    expect(page.text).toContain('农行市分行');
    page = await supplier.send(page, `form[action="${action}"]`, { quantity: '9', note: '箱子破了' });
    expect(page.status).toBe(422);
    expect(faultsOn(page)).toEqual(['发出的货最多还有 5 没有登记到货']);
    expect(page.$('[name="note"]').val()).toBe('箱子破了');
    expect(page.$('.error-summary__list a').attr('href')).toBe(`#${page.$('[name="quantity"]').attr('id')}`);
    page = await supplier.send(page, `form[action="${action}"]`, { quantity: '2', condition: 'spoiled' });
    expect(page.text).toContain('2 件正在退款给买家');
    expect(page.text).toContain('破损或变质');
    expect(page.text).toContain('箱子破了');
    // A page that was open before a colleague noted something says so, and shows what there is now.
    const stale = page;
    await arrive(sent, 1, 2);
    page = await supplier.send(stale, `form[action="${action}"]`, { quantity: '1' });
    expect(page.status).toBe(409);
    expect(page.$('[name="arrived"]').val()).toBe('3');
    page = await supplier.send(page, `form[action="${action}"]`, { quantity: '2' });
    expect(page.$('article[data-return]')).toHaveLength(0);
    page = await supplier.open(pathTo('recallArrivals', { recall: sent.recallId, part: 'done' }));
    expect(page.$('article[data-return]')).toHaveLength(1);
    expect(page.$(`form[action="${action}"]`)).toHaveLength(0);
    await expectExact();
  });

  it('is of the own suppliers alone, all for operators, and nobody else’s', async () => {
    const sent = await recalled(2);
    const only = pathTo('recallArrivals', { recall: sent.recallId });
    expect((await (await personOf(market.app, 'rice-supplier')).open(only)).$('article[data-return]')).toHaveLength(0);
    for (const login of ['workteam', 'operator'])
      expect((await (await personOf(market.app, login)).open(only)).$('article[data-return]')).toHaveLength(1);
    for (const login of ['buyer', 'employee', 'certifier']) await (await personOf(market.app, login)).open(only, 403);
  });

  it('pages by key', async () => {
    const { suppliers, categories, units } = market.world;
    const product = await aProduct(market.app.db, { supplier: suppliers.lianghe, category: categories.tea, stock: 50 });
    const batch = await market.app.db.batch.findFirstOrThrow({ where: { productId: product.id } });
    for (let count = 0; count < 21; count += 1) {
      const order = await market.buy('buyer', { lines: [{ productId: product.id, quantity: 1 }], unit: units.bank });
      const shipment = { lines: [], carrier: '邮政', trackingNumber: `P${count}`, temperatureDeci: null };
      await shipFulfilment(market.app.db, await actor('supplier'), order.fulfilments[0]?.id ?? 0, shipment, now);
    }
    const request = { severity: 'class_two', reason: '受潮', advice: null } as const;
    const recall = await recallBatch(market.app.db, await actor('supplier'), batch.id, request, now);
    while ((await handleRecalls(market.app.db, now)) > 0);
    const supplier = await personOf(market.app, 'supplier');
    const first = await supplier.open(pathTo('recallArrivals', { recall }));
    const next = first.$('.pagination a[rel="next"]').attr('href') ?? '';
    const second = await supplier.open(next);
    const ids = [first, second].flatMap(({ $ }) =>
      $('[data-return]')
        .get()
        .map((card) => $(card).attr('data-return')),
    );
    expect(ids).toHaveLength(21);
    expect(new Set(ids).size).toBe(21);
  });
});
