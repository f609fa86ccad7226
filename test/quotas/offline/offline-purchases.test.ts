import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declaredOffline } from '../../../server/quotas/declared-invoices.ts';
import { isCreditCode } from '../../../server/shared/credit-code.ts';
import { aDeclaration, call, declare, differences, sumsOf, taxNumber } from '../declared.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
beforeAll(async () => {
  market = await openMarket('2026-05-06');
});
afterAll(() => market.app.close());

let invoice = 25_600_000;
const ownInvoice = () => ({ invoiceNumber: String(++invoice) });
const decide = (who: Parameters<typeof call>[1], id: number, what: 'verification' | 'return', body?: object) =>
  call(market, who, 'post', `/offline-purchases/${id}/${what}`, body ?? {});
const codesOf = (answer: { body: { errors?: { path: string; code: string }[] } }) =>
  (answer.body.errors ?? []).map(({ path, code }) => `${path} ${code}`);
const bankNow = () => sumsOf(market, market.world.units.bank, market.world.programmes.group);
async function gained(from: { placed: number; counted: number }) {
  const now = await bankNow();
  return { placed: now.placed - from.placed, counted: now.counted - from.counted };
}

describe('an offline purchase', () => {
  it('is placed when it is declared, counted when it is verified, and leaves its audit lines', async () => {
    const start = await bankNow();
    const id = await declare(market, 'buyer', ownInvoice());
    expect(await gained(start)).toEqual({ placed: 90_000, counted: 0 });
    expect((await decide('organizer', id, 'verification')).status).toBe(200);
    expect(await gained(start)).toEqual({ placed: 90_000, counted: 90_000 });
    const audit = await market.app.db.auditLine.findMany({ where: { subjectType: 'offline_purchase', subjectId: id } });
    expect(audit.map(({ action }) => action)).toEqual(['offline_purchase.declare', 'offline_purchase.verify']);
    const entry = await market.app.db.tallyEntry.findFirstOrThrow({ where: { source: 'offline', sourceId: id } });
    expect(entry).toMatchObject({ channel: 'offline', orderId: null, fundingSource: 'union_funds' });
    expect(entry.placedOn.toISOString().slice(0, 10)).toBe('2026-05-04');
  });

  it('is reversed when it is returned, with the reason', async () => {
    const start = await bankNow();
    const id = await declare(market, 'buyer', ownInvoice());
    const returned = await decide('organizer', id, 'return', { reason: '发票看不清' });
    expect(returned.body).toMatchObject({ status: 'returned', reason: '发票看不清' });
    expect(await gained(start)).toEqual({ placed: 0, counted: 0 });
    expect(await differences(market)).toEqual([]);
  });

  it('that was verified by mistake is taken back whole', async () => {
    const start = await bankNow();
    const id = await declare(market, 'buyer', ownInvoice());
    await decide('organizer', id, 'verification');
    expect((await decide('organizer', id, 'return', { reason: '重复' })).status).toBe(200);
    expect(await gained(start)).toEqual({ placed: 0, counted: 0 });
    expect((await decide('organizer', id, 'return', { reason: '再退' })).status).toBe(409);
  });

  it('follows a re-attribution when it is returned', async () => {
    const { bank, firstPrison } = market.world.units;
    const { group } = market.world.programmes;
    const { db } = market.app;
    const start = [await sumsOf(market, bank, group), await sumsOf(market, firstPrison, group)];
    const id = await declare(market, 'buyer', ownInvoice());
    const entries = await db.tallyEntry.findMany({ where: { source: 'offline', sourceId: id } });
    const moved = await db.reAttribution.create({
      data: {
        ...{ offlineId: id, fromUnitId: bank.id, toUnitId: firstPrison.id, reason: '测试', state: 'approved' },
        ...{ requestedById: 1, decidedById: 2, decidedAt: market.app.container.clock() },
      },
    });
    const { findLineage } = await import('../../../server/units/lineage.ts');
    const lineage = await findLineage(db, firstPrison.id, '2026-05-04');
    for (const { id: _, folded: __, ...entry } of entries) {
      const mirror = { ...entry, source: 're_attribution' as const, sourceId: moved.id };
      await db.tallyEntry.create({ data: { ...mirror, leg: 0, fen: -entry.fen, grams: -entry.grams } });
      await db.tallyEntry.create({ data: { ...mirror, leg: 1, unitId: firstPrison.id, lineageId: lineage.id } });
    }
    expect(await differences(market)).toEqual([]);
    await decide('organizer', id, 'return', { reason: '凭证不符' });
    expect([await sumsOf(market, bank, group), await sumsOf(market, firstPrison, group)]).toEqual(start);
    expect(await differences(market)).toEqual([]);
  });

  it('of an uncertified supplier, another origin or another year counts nowhere', async () => {
    const start = await bankNow();
    const line = { category: 'tea', origin: 'lianghe', goods: '茶', fen: 5000, grams: 100 };
    await market.app.db.certification.updateMany({
      where: { supplierId: market.world.suppliers.chuanhe.id },
      data: { validFrom: new Date('2026-05-05') },
    });
    await declare(market, 'buyer', { ...ownInvoice(), lines: [{ ...line, supplier: 'chuanhe' }] });
    await declare(market, 'buyer', { ...ownInvoice(), lines: [{ ...line, origin: 'wulong' }] });
    await declare(market, 'buyer', { ...ownInvoice(), purchasedOn: '2025-12-30', lines: [line] });
    expect(await gained(start)).toEqual({ placed: 0, counted: 0 });
    await declare(market, 'buyer', { ...ownInvoice(), lines: [{ ...line, supplier: 'lianghe' }] });
    expect(await gained(start)).toEqual({ placed: 5000, counted: 0 });
    expect(await differences(market)).toEqual([]);
  });

  it('of last year counts as long as that programme counts, and as an adjustment once it is closed', async () => {
    const { db } = market.app;
    const { bank } = market.world.units;
    const { group } = market.world.programmes;
    await db.programme.update({ where: { id: group.id }, data: { state: 'closed' } });
    const start = await sumsOf(market, bank, group);
    market.turnTo('2027-01-20');
    const id = await declare(market, 'buyer', ownInvoice());
    expect((await sumsOf(market, bank, group)).placed - start.placed).toBe(90_000);
    expect(await db.tallyEntry.count({ where: { source: 'offline', sourceId: id, isAdjustment: true } })).toBe(1);
    market.turnTo('2027-02-02');
    const late = await declare(market, 'buyer', ownInvoice());
    expect(await db.tallyEntry.count({ where: { source: 'offline', sourceId: late } })).toBe(0);
    expect((await decide('organizer', id, 'verification')).status).toBe(200);
    expect(await db.tallyEntry.count({ where: { source: 'offline', sourceId: id, event: 'counted' } })).toBe(0);
    expect(await differences(market)).toEqual([]);
    market.turnTo('2026-05-06');
    await db.programme.update({ where: { id: group.id }, data: { state: 'open' } });
  });
});

describe('who', () => {
  it('may declare: buyer and approver for their unit, the organizer for a unit of the group, nobody else', async () => {
    const post = async (who: Parameters<typeof call>[1], changes: object) =>
      (await call(market, who, 'post', '/offline-purchases', await aDeclaration({ ...ownInvoice(), ...changes })))
        .status;
    expect(await post('approver', {})).toBe(201);
    expect(await post('organizer', { unit: 'second-prison' })).toBe(201);
    expect(await post('organizer', { unit: 'outside' })).toBe(422);
    expect(await post('employee', {})).toBe(422);
    expect(await post('prisonBuyer', {})).toBe(422);
  });

  it('may verify: the organizer of the group, never the declarer; a stranger does not find it', async () => {
    const own = await declare(market, 'organizer', ownInvoice());
    const refused = await decide('organizer', own, 'verification');
    expect([refused.status, refused.body.type]).toEqual([403, expect.stringContaining('ownOfflinePurchase')]);
    const id = await declare(market, 'buyer', ownInvoice());
    expect((await decide('approver', id, 'verification')).status).toBe(403);
    expect((await decide('prisonBuyer', id, 'verification')).status).toBe(404);
    expect((await decide('employee', id, 'verification')).status).toBe(404);
    expect((await call(market, 'dualBuyer', 'get', `/offline-purchases/${id}`)).status).toBe(404);
    const list = await call(market, 'dualBuyer', 'get', '/offline-purchases');
    expect(list.body.items).toEqual([]);
  });

  it('must show papers, and a farmer’s receipt the village’s word', async () => {
    const bare = await declare(market, 'buyer', { ...ownInvoice(), evidence: [] });
    expect((await decide('organizer', bare, 'verification')).status).toBe(422);
    const farmer = {
      isFromFarmer: true,
      sellerName: '凉河村农户',
      sellerTaxNumber: null,
      invoiceNumber: null,
      invoiceFen: null,
    };
    const id = await declare(market, 'buyer', farmer);
    const refused = await decide('organizer', id, 'verification');
    expect([refused.status, refused.body.type]).toEqual([422, expect.stringContaining('villageMustConfirm')]);
    const { confirmFarmersReceipt } = await import('../../../server/quotas/offline/confirm-farmers-receipt.ts');
    const { findActor } = await import('../../../server/accounts/actor.ts');
    const actor = await findActor(market.app.db, market.world.users.workTeam.id, '2026-05-06');
    if (!actor) throw new Error('no work team');
    await confirmFarmersReceipt(market.app.db, actor, id, market.app.container.clock());
    expect((await decide('organizer', id, 'verification')).status).toBe(200);
  });
});

describe('an invoice', () => {
  it('is shared up to its amount, never beyond, also by many at once', async () => {
    const shared = { ...ownInvoice(), invoiceFen: 100_000 };
    const line = { category: 'tea', origin: 'lianghe', goods: '茶', fen: 30_000, grams: 1000 };
    const body = await aDeclaration({ ...shared, lines: [line] });
    const people = ['buyer', 'approver', 'organizer', 'buyer', 'approver', 'organizer'] as const;
    const answers = await Promise.all(people.map((who) => call(market, who, 'post', '/offline-purchases', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 422, 422, 422]);
    const refused = answers.find(({ status }) => status === 422);
    expect(codesOf(refused as never)).toEqual(['invoiceNumber invoiceUsedUp']);
    const last = await aDeclaration({ ...shared, lines: [{ ...line, fen: 10_000 }] });
    expect((await call(market, 'buyer', 'post', '/offline-purchases', last)).status).toBe(201);
  });

  it('is free again after a return, and its amount is one for all', async () => {
    const shared = ownInvoice();
    const id = await declare(market, 'buyer', shared);
    const other = await call(
      market,
      'approver',
      'post',
      '/offline-purchases',
      await aDeclaration({ ...shared, invoiceFen: 500_000 }),
    );
    expect(codesOf(other)).toEqual(['invoiceFen invoiceAmountDiffers']);
    await decide('organizer', id, 'return', { reason: '测试' });
    expect(await declare(market, 'approver', { ...shared, invoiceFen: 500_000 })).toBeGreaterThan(id);
  });

  it('of this market’s own counts already', async () => {
    const { invoiceNumber } = ownInvoice();
    await market.app.db.invoice.create({
      data: { kind: 'blue', number: invoiceNumber, title: '测试', amountFen: 90_000, issuedOn: new Date('2026-05-01') },
    });
    const answer = await call(market, 'buyer', 'post', '/offline-purchases', await aDeclaration({ invoiceNumber }));
    expect(codesOf(answer)).toEqual(['invoiceNumber invoiceOfThisMarket']);
  });

  it('that was declared is known when it is entered as one of this market’s, until it is returned', async () => {
    const { invoiceNumber } = ownInvoice();
    const { db } = market.app;
    expect(await declaredOffline(db, taxNumber(1), invoiceNumber)).toBeNull();
    const id = await declare(market, 'buyer', { invoiceNumber });
    expect(await declaredOffline(db, taxNumber(1), ` ${invoiceNumber}`)).toEqual({ offlineIds: [id], fen: 90_000 });
    expect(await declaredOffline(db, null, invoiceNumber)).toEqual({ offlineIds: [id], fen: 90_000 });
    expect(await declaredOffline(db, taxNumber(2), invoiceNumber)).toBeNull();
    await decide('organizer', id, 'return', { reason: '测试' });
    expect(await declaredOffline(db, taxNumber(1), invoiceNumber)).toBeNull();
  });

  it('needs a right tax number, and every fault is told at once', async () => {
    expect(isCreditCode(taxNumber(1))).toBe(true);
    const answer = await call(
      market,
      'buyer',
      'post',
      '/offline-purchases',
      await aDeclaration({
        sellerTaxNumber: `${taxNumber(1).slice(0, 17)}?`.replace('?', taxNumber(1)[17] === '1' ? '2' : '1'),
        purchasedOn: '2026-02-30',
        lines: [],
      }),
    );
    expect(answer.status).toBe(400);
    expect(codesOf(answer)).toEqual(['sellerTaxNumber wrongCreditCode', 'purchasedOn malformedDay', 'lines noLines']);
    const ahead = await aDeclaration({ ...ownInvoice(), purchasedOn: '2026-05-07' });
    expect(codesOf(await call(market, 'buyer', 'post', '/offline-purchases', ahead))).toEqual(['purchasedOn dayAhead']);
  });
});
