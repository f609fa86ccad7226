import { randomUUID } from 'node:crypto';
import { load } from 'cheerio';
import readExcelFile from 'read-excel-file/node';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import type { Product } from '../../server/db/generated/client.ts';
import { rejectOrder } from '../../server/orders/approval/reject-order.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { expireOrder } from '../../server/orders/expire-order.ts';
import { acceptOffers } from '../../server/sourcing/quotes/accept-offers.ts';
import { askForQuotes } from '../../server/sourcing/quotes/ask-for-quotes.ts';
import { expireQuotes } from '../../server/sourcing/quotes/expire-quotes.ts';
import { makeOffer, perUnit } from '../../server/sourcing/quotes/make-offer.ts';
import { reopenOffers } from '../../server/sourcing/quotes/reopen-offers.ts';
import { withdrawRequest } from '../../server/sourcing/quotes/withdraw-request.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor, signInAs, submit } from '../setup/app.ts';
import { aProduct } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;
let lots: { tea: Product; rice: Product };

beforeAll(async () => {
  market = await openMarket(DAY);
  const { suppliers, categories } = market.world;
  // Large lots, so that no test runs into the stock or the threshold of another.
  lots = {
    tea: await aProduct(market.app.db, {
      supplier: suppliers.lianghe,
      category: categories.tea,
      priceFen: 500,
      stock: 100_000,
    }),
    rice: await aProduct(market.app.db, {
      supplier: suppliers.chuanhe,
      category: categories.tea,
      priceFen: 700,
      netGrams: 2500,
      stock: 100_000,
    }),
  };
});
afterAll(() => market.app.close());

const actorOf = async (who: keyof Market['world']['users']): Promise<Actor> => {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};

async function ask(more: Partial<Parameters<typeof askForQuotes>[2]> = {}): Promise<number> {
  const { units, suppliers } = market.world;
  const wish = {
    unitId: units.bank.id,
    lines: [
      { productId: lots.tea.id, quantity: 40, note: null },
      { productId: lots.rice.id, quantity: 20, note: '分两批' },
    ],
    supplierIds: [suppliers.lianghe.id, suppliers.chuanhe.id],
    ...{ neededOn: null, answerOn: '2026-05-10', note: null },
  };
  return askForQuotes(market.app.db, await actorOf('buyer'), { ...wish, ...more }, now);
}

type Who = 'supplier' | 'riceSupplier';

/** An offer for the first lines of the request, at these prices, of the supplier's own product. */
async function offer(
  who: Who,
  requestId: number,
  prices: number[],
  more: Partial<Parameters<typeof makeOffer>[3]> = {},
) {
  const { suppliers } = market.world;
  const lines = await market.app.db.quoteRequestLine.findMany({ where: { requestId }, orderBy: { id: 'asc' } });
  const own = who === 'supplier' ? lots.tea : lots.rice;
  const input = {
    supplierId: who === 'supplier' ? suppliers.lianghe.id : suppliers.chuanhe.id,
    lines: prices.flatMap((priceFen, index) => {
      const line = lines[index];
      return line && priceFen > 0
        ? [{ requestLineId: line.id, productId: own.id, quantity: line.quantity, priceFen, per: 'unit' as const }]
        : [];
    }),
    ...{ freightFen: 300, deliverOn: '2026-05-20', validOn: '2026-05-12', wholeOnly: false, note: null },
  };
  const id = await makeOffer(market.app.db, await actorOf(who), requestId, { ...input, ...more }, now);
  return market.app.db.quoteOffer.findUniqueOrThrow({ where: { id }, include: { lines: true } });
}

async function accept(requestId: number, offers: { lines: { id: number; requestLineId: number }[] }[], at = now) {
  const chosen = offers.flatMap((one) =>
    one.lines.map(({ id, requestLineId }) => ({ requestLineId, offerLineId: id })),
  );
  const terms = {
    ...({ fundingSource: 'canteen_budget', paymentWay: 'on_account', channel: 'market', zoneId: null } as const),
    ...{ recipient: '食堂', phone: '13800000000', region: '重庆市', address: '测试路 1 号' },
    ...{ note: null, checkoutKey: randomUUID(), expectedTotalFen: null },
  };
  return acceptOffers(market.app.db, await actorOf('buyer'), requestId, chosen, terms, at);
}

async function atOnce(...works: (() => Promise<unknown>)[]): Promise<string[]> {
  const settled = await Promise.allSettled(works.map((work) => work()));
  return settled.map((result) => (result.status === 'fulfilled' ? 'done' : String((result.reason as Error).message)));
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error) => error.faults?.[0]?.code ?? error.code,
  );

describe('offers accepted', () => {
  it('of two suppliers become one order at exactly their prices, quantities and freight', async () => {
    const requestId = await ask();
    const tea = await offer('supplier', requestId, [411]);
    const rice = await offer('riceSupplier', requestId, [0, 655], { freightFen: 0 });
    const orderId = await accept(requestId, [tea, rice]);
    const order = await market.app.db.order.findUniqueOrThrow({
      where: { id: orderId },
      include: { lines: { orderBy: { productId: 'asc' } }, fulfilments: true },
    });
    expect(order).toMatchObject({ state: 'placed', goodsFen: 40 * 411 + 20 * 655, freightFen: 300 });
    expect(order.lines.map((line) => [line.quantity, line.unitPriceFen, line.note])).toEqual([
      [40, 411, null],
      [20, 655, '分两批'],
    ]);
    expect(await market.app.db.quoteRequest.findUniqueOrThrow({ where: { id: requestId } })).toMatchObject({
      state: 'closed',
    });
    await market.expectExact();
  });

  it('by the line: what was not chosen can go to another offer later, an offer serves once', async () => {
    const requestId = await ask();
    const both = await offer('supplier', requestId, [400]);
    const rice = await offer('riceSupplier', requestId, [0, 640]);
    await accept(requestId, [both]);
    expect(await codeOf(accept(requestId, [both]))).toBe('offerOver');
    await accept(requestId, [rice]);
    expect(await codeOf(accept(requestId, [rice]))).toBe('quoteRequestOver');
    await market.expectExact();
  });

  it('is refused after its last day, also before the job wrote that down', async () => {
    const requestId = await ask();
    const tea = await offer('supplier', requestId, [400]);
    const lastMoment = new Date('2026-05-12T15:59:59Z');
    const after = new Date('2026-05-12T16:00:00Z');
    expect(await codeOf(accept(requestId, [tea], after))).toBe('offerOver');
    expect(await codeOf(accept(requestId, [tea], lastMoment))).toBe('done');
    await expireQuotes(market.app.db, after);
    const request = await market.app.db.quoteRequest.findUniqueOrThrow({ where: { id: requestId } });
    expect(request.state).toBe('closed');
    await market.expectExact();
  });

  it('only as a whole, where the supplier said so', async () => {
    const { suppliers, categories } = market.world;
    const other = await aProduct(market.app.db, { supplier: suppliers.lianghe, category: categories.tea, stock: 500 });
    const requestId = await ask();
    const lines = await market.app.db.quoteRequestLine.findMany({ where: { requestId }, orderBy: { id: 'asc' } });
    const made = await offer('supplier', requestId, [], {
      wholeOnly: true,
      lines: lines.map((line, index) => ({
        ...{ requestLineId: line.id, quantity: line.quantity, priceFen: 300, per: 'unit' },
        productId: index === 0 ? lots.tea.id : other.id,
      })),
    });
    expect(await codeOf(accept(requestId, [{ lines: made.lines.slice(0, 1) }]))).toBe('offerWholeOnly');
    expect(await codeOf(accept(requestId, [made]))).toBe('done');
  });
});

describe('an offer binds', () => {
  it('it can be bettered, not raised, shortened, or declined afterwards', async () => {
    const requestId = await ask();
    await offer('supplier', requestId, [400]);
    expect(await codeOf(offer('supplier', requestId, [401]))).toBe('offerWorse');
    expect(await codeOf(offer('supplier', requestId, [400], { freightFen: 301 }))).toBe('offerWorse');
    expect(await codeOf(offer('supplier', requestId, [400], { validOn: '2026-05-11' }))).toBe('offerWorse');
    const better = await offer('supplier', requestId, [399]);
    const states = await market.app.db.quoteOffer.findMany({ where: { requestId }, orderBy: { id: 'asc' } });
    expect(states.map(({ state }) => state)).toEqual(['replaced', 'open']);
    const orderId = await accept(requestId, [better]);
    expect(await market.app.db.orderLine.findMany({ where: { orderId } })).toMatchObject([{ unitPriceFen: 399 }]);
  });

  it('a price by the kilogram is kept as offered and rounded once to the unit of sale', async () => {
    expect(perUnit(399, 2500)).toBe(998);
    const requestId = await ask();
    const lines = await market.app.db.quoteRequestLine.findMany({ where: { requestId }, orderBy: { id: 'asc' } });
    const made = await offer('riceSupplier', requestId, [], {
      lines: [{ requestLineId: lines[1]?.id ?? 0, productId: lots.rice.id, quantity: 20, priceFen: 399, per: 'kg' }],
    });
    expect(made.lines).toMatchObject([{ unitPriceFen: 998, pricePerKgFen: 399 }]);
  });

  it('names every fault by its field', async () => {
    const requestId = await ask();
    const refused = await offer('supplier', requestId, [], {
      lines: [{ requestLineId: 0, productId: lots.rice.id, quantity: 1, priceFen: 1, per: 'unit' }],
      ...{ validOn: '2026-05-01', deliverOn: '2026-05-01' },
    }).catch((error) => error.faults);
    expect(refused.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual([
      ['validOn', 'validDayRange'],
      ['deliverOn', 'dayIsOver'],
      ['lines.0.quantity', 'notAsked'],
      ['lines.0.productId', 'notYourProduct'],
    ]);
  });
});

describe('at once', () => {
  it('two acceptances: one order, the other is told; repeated many times', async () => {
    for (let round = 0; round < 5; round += 1) {
      const requestId = await ask();
      const tea = await offer('supplier', requestId, [400]);
      const outcomes = await atOnce(...Array.from({ length: 4 }, () => () => accept(requestId, [tea])));
      expect(outcomes.sort()).toEqual(['done', 'offerOver', 'offerOver', 'offerOver']);
      expect(
        await market.app.db.quoteOfferLine.count({ where: { offer: { requestId }, orderId: { not: null } } }),
      ).toBe(1);
    }
    await market.expectExact();
  });

  it('two offers for one line: one of them is accepted', async () => {
    for (let round = 0; round < 4; round += 1) {
      const requestId = await ask();
      const [a, b] = [await offer('supplier', requestId, [400]), await offer('riceSupplier', requestId, [398])];
      const outcomes = await atOnce(
        () => accept(requestId, [a]),
        () => accept(requestId, [b]),
      );
      expect(outcomes.sort()).toEqual(['done', 'offerOver']);
    }
    await market.expectExact();
  });

  it('an acceptance waits for the withdrawal that holds the request, and then finds it over', async () => {
    const requestId = await ask();
    const tea = await offer('supplier', requestId, [400]);
    let accepted: Promise<string> | undefined;
    await market.app.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM quote_request WHERE id = ${requestId} FOR UPDATE`;
      accepted = codeOf(accept(requestId, [tea]));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await tx.quoteRequest.update({ where: { id: requestId }, data: { state: 'withdrawn', endedAt: now } });
    });
    expect(await accepted).toBe('quoteRequestOver');
  });

  it('an acceptance against a withdrawal, an improvement and the expiry: never an order from an offer that was over', async () => {
    for (let round = 0; round < 6; round += 1) {
      const requestId = await ask();
      const tea = await offer('supplier', requestId, [400]);
      const buyer = await actorOf('buyer');
      const other = [
        () => withdrawRequest(market.app.db, buyer, requestId, now),
        () => offer('supplier', requestId, [390]),
        () => expireQuotes(market.app.db, new Date('2026-05-13T00:00:00Z')),
      ][round % 3];
      await atOnce(() => accept(requestId, [tea]), other ?? (async () => {}));
      const { state } = await market.app.db.quoteOffer.findUniqueOrThrow({ where: { id: tea.id } });
      const orders = await market.app.db.quoteOfferLine.count({ where: { offerId: tea.id, orderId: { not: null } } });
      expect(orders).toBe(state === 'accepted' ? 1 : 0);
    }
    await market.expectExact();
  });
});

describe('an order from offers that was never placed', () => {
  const offerState = async (id: number) => (await market.app.db.quoteOffer.findUniqueOrThrow({ where: { id } })).state;
  const requestState = async (id: number) =>
    (await market.app.db.quoteRequest.findUniqueOrThrow({ where: { id } })).state;
  const later = new Date('2026-05-13T00:00:00Z');

  /** Above the unit's threshold, so that it waits for approval. */
  async function waiting() {
    const requestId = await ask({ lines: [{ productId: lots.tea.id, quantity: 4000, note: null }] });
    const tea = await offer('supplier', requestId, [400]);
    const orderId = await accept(requestId, [tea]);
    expect((await market.app.db.order.findUniqueOrThrow({ where: { id: orderId } })).state).toBe('awaiting_approval');
    expect([await offerState(tea.id), await requestState(requestId)]).toEqual(['accepted', 'closed']);
    return { requestId, tea, orderId };
  }

  it('leaves them to be accepted again, whether refused, cancelled or run out', async () => {
    const ends = [
      async (orderId: number) => rejectOrder(market.app.db, await actorOf('approver'), orderId, '超预算', now),
      async (orderId: number) => cancelOrder(market.app.db, await actorOf('buyer'), orderId, '改期', now),
      async (orderId: number) => expireOrder(market.app.db, orderId, new Date('2026-05-11T00:00:00Z')),
    ];
    for (const end of ends) {
      const { requestId, tea, orderId } = await waiting();
      await end(orderId);
      await market.settle();
      expect([await offerState(tea.id), await requestState(requestId)]).toEqual(['open', 'open']);
      const { supplier } = market.world.users;
      const told = { userId: supplier.id, kind: 'quote_reopened', dedupeKey: { endsWith: ` ${orderId}` } };
      expect(await market.app.db.notification.count({ where: told })).toBe(1);
      await reopenOffers(market.app.db, orderId, now);
      const again = await accept(requestId, [tea]);
      await reopenOffers(market.app.db, orderId, now);
      expect(await offerState(tea.id)).toBe('accepted');
      await cancelOrder(market.app.db, await actorOf('buyer'), again, '收尾', now);
      await market.expectExact();
    }
  });

  it('does not when the offer has run out or the order was placed, and a withdrawn request stays withdrawn', async () => {
    const late = await waiting();
    await cancelOrder(market.app.db, await actorOf('buyer'), late.orderId, '改期', now);
    await reopenOffers(market.app.db, late.orderId, later);
    expect([await offerState(late.tea.id), await requestState(late.requestId)]).toEqual(['expired', 'closed']);
    const requestId = await ask();
    const tea = await offer('supplier', requestId, [400]);
    const placed = await accept(requestId, [tea]);
    await cancelOrder(market.app.db, await actorOf('buyer'), placed, '取消', now);
    await market.settle();
    expect(await offerState(tea.id)).toBe('accepted');
    await market.expectExact();
  });

  it.each(['reopening', 'expiry'] as const)(
    'never binds beyond its last instant, the %s being first',
    async (first) => {
      const { requestId, tea, orderId } = await waiting();
      await cancelOrder(market.app.db, await actorOf('buyer'), orderId, '改期', now);
      const justBefore = new Date(tea.validUntil.getTime() - 1);
      const works = {
        reopening: () => reopenOffers(market.app.db, orderId, justBefore),
        expiry: () => expireQuotes(market.app.db, tea.validUntil),
      };
      const order = first === 'reopening' ? (['reopening', 'expiry'] as const) : (['expiry', 'reopening'] as const);
      const started: Promise<unknown>[] = [];
      await market.app.db.$transaction(
        async (tx) => {
          await tx.$queryRaw`SELECT id FROM quote_request WHERE id = ${requestId} FOR UPDATE`;
          for (const work of order) {
            started.push(works[work]());
            await new Promise((resolve) => setTimeout(resolve, 300));
          }
        },
        { timeout: 20_000 },
      );
      await Promise.all(started);
      expect(await codeOf(accept(requestId, [tea], tea.validUntil))).not.toBe('done');
      await expireQuotes(market.app.db, tea.validUntil);
      expect([await offerState(tea.id), await requestState(requestId)]).toEqual(['expired', 'closed']);
      await market.settle();
      expect(await offerState(tea.id)).toBe('expired');
      await market.expectExact();
    },
  );
});

describe('the pages', () => {
  it('a buyer asks from the product, a supplier offers, the buyer compares and orders', async () => {
    const { app, world } = market;
    const buyer = await signInAs(app.visitor(), 'buyer');
    const product = await buyer.get(`/products/${lots.tea.id}`);
    expect(load(product.text)('.ways a').attr('href')).toBe(`/quotes/new?product=${lots.tea.id}`);
    const from = `/quotes/new?product=${lots.tea.id}`;
    const fields = { suppliers: [String(world.suppliers.lianghe.id)], answerOn: '2026-05-09', neededOn: '', note: '' };
    const wrong = await submit(buyer, from, `/quotes?product=${lots.tea.id}`, {
      ...fields,
      [`quantity.${lots.tea.id}`]: 'viel',
      answerOn: '',
    });
    expect(wrong.status).toBe(422);
    expect(load(wrong.text)(`input[name="quantity.${lots.tea.id}"]`).val()).toBe('viel');
    const sent = await submit(buyer, from, `/quotes?product=${lots.tea.id}`, {
      ...fields,
      [`quantity.${lots.tea.id}`]: 60,
    });
    expect(sent.status).toBe(303);
    const page = String(sent.headers.location);
    const requestId = Number(page.split('/').pop());
    await market.settle();

    const supplier = await signInAs(app.visitor(), 'supplier');
    expect((await supplier.get('/inbox')).text).toContain('新的询价');
    expect((await supplier.get('/supplier/quotes')).text).toContain(`/supplier/quotes/${requestId}`);
    const [line] = await app.db.quoteRequestLine.findMany({ where: { requestId } });
    const at = `/supplier/quotes/${requestId}`;
    const offered = {
      [`productId.${line?.id}`]: lots.tea.id,
      [`quantity.${line?.id}`]: 60,
      [`price.${line?.id}`]: '3.88',
      [`per.${line?.id}`]: 'unit',
      ...{ freightFen: '12', deliverOn: '2026-05-20', validOn: '2026-05-12', note: '随车送检测报告' },
    };
    const bad = await submit(supplier, at, `${at}/offer`, { ...offered, [`price.${line?.id}`]: '3.888' });
    expect(bad.status).toBe(422);
    expect(load(bad.text)(`#f-price\\.${line?.id}-error`).text()).toContain('金额');
    expect((await submit(supplier, at, `${at}/offer`, offered)).status).toBe(303);

    const compared = load((await buyer.get(page)).text);
    const radio = compared(`input[name="line.${line?.id}"]`).first();
    expect(compared.text()).toContain('随车送检测报告');
    const excel = await buyer
      .get(`${page}/comparison.xlsx`)
      .buffer()
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => done(null, Buffer.concat(parts)));
      });
    const [sheet] = await readExcelFile(excel.body);
    expect(sheet?.data[1]?.slice(6, 11)).toEqual([60, 3.88, 3.88, 232.8, 12]);
    const nothing = await buyer.get(`${page}/acceptance?line.${line?.id}=`);
    expect([nothing.status, nothing.text.includes('请先选中要采纳的报价')]).toEqual([422, true]);
    const acceptance = `${page}/acceptance?line.${line?.id}=${radio.val()}`;
    const shown = load((await buyer.get(acceptance)).text);
    expect(shown('input[name="expectedTotalFen"]').val()).toBe(String(60 * 388 + 1200));
    const ordered = await submit(buyer, acceptance, acceptance, {
      addressId: shown('input[name="addressId"]').first().val() as string,
      ...{ fundingSource: 'canteen_budget', payment: 'on_account', note: '' },
      checkoutKey: shown('input[name="checkoutKey"]').val() as string,
      expectedTotalFen: 60 * 388 + 1200,
    });
    expect(ordered.status).toBe(303);
    expect(ordered.headers.location).toMatch(/^\/orders\/\d+$/);
    await market.settle();
    expect((await supplier.get('/inbox')).text).toContain('报价已被采纳');
    await market.expectExact();
  });

  it('nobody else sees a request: another unit’s buyer, an uninvited supplier, an employee', async () => {
    const requestId = await ask({ supplierIds: [market.world.suppliers.lianghe.id] });
    for (const [login, path] of [
      ['outside-buyer', `/quotes/${requestId}`],
      ['rice-supplier', `/supplier/quotes/${requestId}`],
      ['employee', `/quotes/${requestId}`],
    ] as const) {
      const visitor = await signInAs(market.app.visitor(), login);
      expect((await visitor.get(path)).status).toBe(404);
    }
  });

  it('the API tells a supplier nothing of the others', async () => {
    const requestId = await ask();
    await offer('riceSupplier', requestId, [300]);
    const token = await apiTokenFor(market.app.db, market.world.users.supplier, [], now);
    const answer = await supertest(market.app.url)
      .get(`/api/v1/quote-requests/${requestId}`)
      .auth(token, { type: 'bearer' });
    expect(answer.body).toMatchObject({ offers: [], suppliers: [{ id: market.world.suppliers.lianghe.id }] });
  });
});
