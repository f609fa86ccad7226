import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { contestReceipt } from '../../server/orders/disputes/contest-receipt.ts';
import {
  agreeToSettlement,
  decideDispute,
  proposeSettlement,
  withdrawDispute,
} from '../../server/orders/disputes/settle-dispute.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { personOf } from '../setup/person.ts';

const DAY = '2026-05-06';
const noon = (day: string) => new Date(`${day}T04:00:00Z`);
const now = noon(DAY);
let market: Market;

beforeAll(async () => {
  market = await openMarket(DAY);
});
afterAll(() => market.app.close());

const actor = async (who: keyof Market['world']['users']) => {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};
const parcel = (order: Placed) => order.fulfilments[0]?.id ?? 0;
const line = (order: Placed) => order.fulfilments[0]?.lines[0]?.id ?? 0;
const silent = { text: '', photos: [] };

/** Ten boxes of tea on account, of which so many were accepted and the rest is said to be short. */
async function receivedShort(accepted: number, quantity = 10) {
  const order = await market.buy('buyer', {
    unit: market.world.units.bank,
    lines: [{ productId: market.world.products.tea.id, quantity }],
  });
  const shipment = { lines: [], carrier: '邮政', trackingNumber: `D${order.id}`, temperatureDeci: null };
  await shipFulfilment(market.app.db, await actor('supplier'), parcel(order), shipment, now);
  const part = {
    lineId: line(order),
    acceptedQuantity: accepted,
    shortQuantity: quantity - accepted,
    damagedQuantity: 0,
  };
  const receiptId = await receiveFulfilment(market.app.db, await actor('buyer'), parcel(order), [part], now);
  return { order, receiptId };
}

const contest = async (receiptId: number, at = now) =>
  contestReceipt(market.app.container, await actor('supplier'), receiptId, { text: '装车时点过数', photos: [] }, at);
const propose = async (who: 'supplier' | 'buyer', disputeId: number, order: Placed, quantity: number) =>
  proposeSettlement(
    market.app.container,
    await actor(who),
    disputeId,
    [{ lineId: line(order), quantity, grams: null }],
    silent,
    now,
  );
const lastMessage = async (disputeId: number) =>
  (await market.app.db.disputeMessage.findFirstOrThrow({ where: { disputeId }, orderBy: { id: 'desc' } })).id;
const agree = async (who: 'supplier' | 'buyer', disputeId: number, messageId?: number) =>
  agreeToSettlement(
    market.app.container,
    await actor(who),
    disputeId,
    messageId ?? (await lastMessage(disputeId)),
    now,
  );

async function tallied(orderId: number) {
  const { id: programmeId } = market.world.programmes.group;
  const entries = await market.app.db.tallyEntry.findMany({ where: { orderId, programmeId } });
  const of = (event: string, key: 'fen' | 'grams') =>
    entries.filter((entry) => entry.event === event).reduce((sum, entry) => sum + entry[key], 0);
  return [of('placed', 'fen'), of('placed', 'grams'), of('counted', 'fen'), of('counted', 'grams')];
}

describe('a receipt that its supplier contests', () => {
  it('is settled by both: what was accepted after all is owed, counted and on a statement', async () => {
    const { order, receiptId } = await receivedShort(6);
    expect(await tallied(order.id)).toEqual([76_800, 1500, 76_800, 1500]);
    const id = await contest(receiptId);
    await propose('supplier', id, order, 4);
    await expect(agree('supplier', id)).rejects.toMatchObject({ code: 'ownProposal' });
    const first = await lastMessage(id);
    await propose('buyer', id, order, 3);
    await expect(agree('supplier', id, first)).rejects.toMatchObject({ code: 'proposalChanged' });
    await agree('supplier', id);
    expect(await tallied(order.id)).toEqual([115_200, 2250, 115_200, 2250]);
    await market.expectExact();
    const stated = await market.app.db.statementLine.findMany({
      where: { orderId: order.id, receiptLineId: { not: null } },
      orderBy: { id: 'asc' },
    });
    expect(stated.map(({ fen }) => fen)).toEqual([76_800, 38_400]);
    await expect(propose('buyer', id, order, 1)).rejects.toMatchObject({ code: 'disputeClosed' });
    const told = await market.app.db.notification.findMany({ where: { kind: { startsWith: 'dispute' } } });
    expect(told.map(({ kind }) => kind).sort()).toEqual([
      'dispute_closed',
      'dispute_opened',
      'dispute_said',
      'dispute_said',
    ]);
  });

  it('brings back a line of which nothing had been accepted', async () => {
    const { order, receiptId } = await receivedShort(0, 2);
    expect(await tallied(order.id)).toEqual([0, 0, 0, 0]);
    const id = await contest(receiptId);
    await propose('buyer', id, order, 2);
    await agree('supplier', id);
    expect(await tallied(order.id)).toEqual([25_600, 500, 25_600, 500]);
    await market.expectExact();
  });

  it('is not contested late, twice, by others, without a reason, or when it was paid ahead', async () => {
    const { receiptId } = await receivedShort(1, 2);
    const late = new Date(now.getTime() + 3 * 86_400_000 + 1);
    await expect(contest(receiptId, late)).rejects.toMatchObject({ code: 'cannotContest' });
    const other = await actor('riceSupplier');
    const words = { text: '不同意', photos: [] };
    await expect(contestReceipt(market.app.container, other, receiptId, words, now)).rejects.toMatchObject({
      status: 404,
    });
    const own = await actor('supplier');
    await expect(contestReceipt(market.app.container, own, receiptId, silent, now)).rejects.toMatchObject({
      faults: [{ path: 'text', code: 'reasonNeeded' }],
    });
    const id = await contest(receiptId);
    await expect(contest(receiptId)).rejects.toMatchObject({ code: 'cannotContest' });
    await withdrawDispute(market.app.container, own, id, now);
    await market.expectExact();
  });

  it('is decided by the operator once both had their time', async () => {
    const { order, receiptId } = await receivedShort(8);
    const id = await contest(receiptId);
    const decide = async (at: Date, quantity: number) =>
      decideDispute(
        market.app.container,
        await actor('operator'),
        id,
        [{ lineId: line(order), quantity, grams: null }],
        { text: '承运人签收单写明十盒', photos: [] },
        at,
      );
    await expect(decide(now, 2)).rejects.toMatchObject({ code: 'stillTalking' });
    await expect(decide(noon('2026-05-09'), 3)).rejects.toMatchObject({ faults: [{ code: 'tooBig' }] });
    await decide(noon('2026-05-09'), 2);
    expect(await tallied(order.id)).toEqual([128_000, 2500, 128_000, 2500]);
    await market.expectExact();
  });

  it('meets a refund, or another agreement, at once: each is carried out once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { order, receiptId } = await receivedShort(6);
      const id = await contest(receiptId);
      await propose('supplier', id, order, 4);
      const proposal = await lastMessage(id);
      const buyer = await actor('buyer');
      const lines = [{ lineId: line(order), quantity: 6 }];
      const asked = { lines, reason: '测试', photos: [] };
      const refundId = await requestRefund(market.app.container, buyer, order.id, asked, now);
      const decision = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '' };
      const supplier = await actor('supplier');
      let outcomes: Promise<PromiseSettledResult<unknown>[]> = Promise.resolve([]);
      await market.app.db.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT id FROM \`order\` WHERE id = ${order.id} FOR UPDATE`;
        outcomes = Promise.allSettled([
          decideRefund(market.app.db, supplier, refundId, decision, now),
          agree('buyer', id, proposal),
          agree('buyer', id, proposal),
        ]);
        await new Promise((resolve) => setTimeout(resolve, 150));
      });
      const [refund, ...agreements] = await outcomes;
      expect(refund?.status).toBe('fulfilled');
      expect(agreements.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await tallied(order.id)).toEqual([51_200, 1000, 51_200, 1000]);
    }
    await market.expectExact();
  });
});

describe('the pages of a dispute', () => {
  it('lead from the parcel to an agreement, for those whom it concerns alone', async () => {
    const { order, receiptId } = await receivedShort(9);
    const supplier = await personOf(market.app, 'supplier');
    const page = await supplier.open(`/supplier/fulfilments/${parcel(order)}`);
    const dispute = await supplier.send(page, `form[action="/receipts/${receiptId}/dispute"]`, { text: '封箱照片在' });
    expect(dispute.text).toContain('封箱照片在');
    const buyer = await personOf(market.app, 'buyer');
    const seen = await buyer.open(dispute.path);
    const wrong = await buyer.send(seen, 'form[action$="/proposals"]', {
      [`quantity-${line(order)}`]: '7',
      text: '再点',
    });
    expect(wrong.status).toBe(422);
    expect(wrong.$(`#f-quantity-${line(order)}`).val()).toBe('7');
    expect(wrong.$('#f-text').val()).toBe('再点');
    await buyer.send(wrong, 'form[action$="/proposals"]', { [`quantity-${line(order)}`]: '1' });
    const settled = await supplier.send(await supplier.open(dispute.path), 'form[action$="/agreement"]');
    expect(settled.text).toContain('已谈定');
    expect(await tallied(order.id)).toEqual([128_000, 2500, 128_000, 2500]);
    const stranger = await personOf(market.app, 'employee');
    await stranger.open(dispute.path, 404);
    expect((await buyer.open('/disputes?state=closed')).text).toContain('已谈定');
    await market.expectExact();
  });
});

describe('the list of disputes', () => {
  it('is paged by key, open and closed apart, each once', async () => {
    const before = await market.app.db.receiptDispute.count({ where: { state: { in: ['contested', 'proposed'] } } });
    const opened: number[] = [];
    for (let one = 0; one < 3; one += 1) opened.push(await contest((await receivedShort(9)).receiptId));
    await withdrawDispute(market.app.container, await actor('supplier'), opened[1] ?? 0, now);
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await market.get('supplier', `/disputes?limit=1&cursor=${cursor}`);
      expect(page.status).toBe(200);
      seen.push(...page.body.items.map(({ id }: { id: number }) => id));
      cursor = page.body.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(before + 2);
    const closed = await market.get('supplier', '/disputes?state=closed&limit=100');
    expect(closed.body.items.map(({ id }: { id: number }) => id)).toContain(opened[1]);
    expect((await market.get('riceSupplier', '/disputes')).body.items).toEqual([]);
    const supplier = await personOf(market.app, 'supplier');
    expect((await supplier.open('/disputes')).$('.tabs [aria-current]').text()).toBe('待解决');
    expect((await supplier.open('/disputes?state=closed')).$('tbody tr').length).toBeGreaterThan(0);
  });

  it('lets clients propose and agree, once', async () => {
    const { order, receiptId } = await receivedShort(2, 4);
    const id = await contest(receiptId);
    const post = async (who: 'supplier' | 'buyer' | 'outsider', body: object) =>
      supertest(market.app.url)
        .post(`/api/v1/disputes/${id}/settlement`)
        .auth(await apiTokenFor(market.app.db, market.world.users[who], [], now), { type: 'bearer' })
        .send(body);
    const proposed = await post('buyer', { lines: [{ lineId: line(order), quantity: 2 }], text: '两盒找到了' });
    expect(proposed.body).toMatchObject({ state: 'proposed', proposal: { side: 'buyer', lines: [{ quantity: 2 }] } });
    const { messageId } = proposed.body.proposal;
    expect((await post('buyer', { messageId })).status).toBe(403);
    expect((await post('outsider', { messageId })).status).toBe(404);
    expect((await post('supplier', { messageId, lines: [] })).status).toBe(400);
    expect((await post('supplier', { lines: [{ lineId: line(order), quantity: 99 }] })).status).toBe(422);
    expect((await post('supplier', { messageId })).body).toMatchObject({ state: 'settled', proposal: null });
    expect((await post('supplier', { messageId })).status).toBe(409);
  });
});
