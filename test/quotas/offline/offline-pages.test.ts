import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrfFrom } from '../../setup/app.ts';
import { faultsOn, type Person, personOf } from '../../setup/person.ts';
import { declare, differences, photo, sumsOf, taxNumber } from '../declared.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
let buyer: Person;
let organizer: Person;
beforeAll(async () => {
  market = await openMarket('2026-05-06');
  buyer = await personOf(market.app, 'buyer');
  organizer = await personOf(market.app, 'organizer');
});
afterAll(() => market.app.close());

const typed = {
  ...{ unit: 'bank', fundingSource: 'union_funds', purchasedOn: '2026-05-04', sellerKind: 'invoice' },
  ...{
    sellerName: '凉河村股份经济合作社',
    sellerTaxNumber: taxNumber(1),
    invoiceNumber: '25700001',
    invoiceFen: '900.00',
  },
  ...{ 'lines.0.category': 'tea', 'lines.0.origin': 'lianghe', 'lines.0.goods': '白茶' },
  ...{ 'lines.0.amount': '900', 'lines.0.weight': '3' },
};

/** Sends the form of a page with files, as a browser does. */
async function upload(
  who: Person,
  from: string,
  action: string,
  fields: Record<string, string>,
  files: [string, Buffer, string][],
) {
  const page = await who.agent.get(from);
  let sent = who.agent.post(action).field('_csrf', csrfFrom(page.text));
  for (const [name, value] of Object.entries(fields)) sent = sent.field(name, value);
  for (const [field, bytes, name] of files) sent = sent.attach(field, bytes, name);
  return sent;
}

describe('POST /offline-purchases', () => {
  it('shows every fault by its field and keeps what was typed', async () => {
    const page = await buyer.open('/offline-purchases/new');
    expect(page.$('select[name="unit"]').val()).toBe('bank');
    const refused = await buyer.send(page, 'form[action="/offline-purchases"]', {
      ...typed,
      ...{ sellerTaxNumber: '12345', 'lines.0.weight': '三公斤', 'lines.0.goods': '' },
    });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused).join('\n')).toMatch(/凭证[\s\S]*第 1 行重量[\s\S]*公斤数|公斤数/);
    expect(faultsOn(refused)).toHaveLength(4);
    expect(refused.$('[name="lines.0.weight"]').val()).toBe('三公斤');
    expect(refused.$('[name="invoiceNumber"]').val()).toBe('25700001');
  });

  it('adds rows without losing a word', async () => {
    const page = await buyer.open('/offline-purchases/new');
    const more = await buyer.send(page, 'form[action="/offline-purchases"]', { ...typed, more: '1' });
    expect(more.$('fieldset.purchase-line')).toHaveLength(5);
    expect(more.$('[name="lines.0.amount"]').val()).toBe('900');
  });

  it('declares with its photo, which is served as what it is to those entitled alone', async () => {
    const answer = await upload(buyer, '/offline-purchases/new', '/offline-purchases', typed, [
      ['evidence', await photo(), '发票.html'],
    ]);
    expect(answer.status).toBe(303);
    const shown = await buyer.open(String(answer.headers.location));
    expect(shown.text).toContain('待核实');
    const picture = shown.$('.evidence img').attr('src') ?? '';
    const served = await buyer.agent.get(picture);
    expect(served.headers['content-type']).toBe('image/png');
    expect(served.headers['x-content-type-options']).toBe('nosniff');
    expect(served.headers['content-security-policy']).toContain('sandbox');
    expect((await organizer.agent.get(picture)).status).toBe(200);
    expect((await (await personOf(market.app, 'employee')).agent.get(picture)).status).toBe(404);
    expect((await market.app.visitor().get(picture)).status).not.toBe(200);
  });

  it('takes no page for a photo', async () => {
    const answer = await upload(
      buyer,
      '/offline-purchases/new',
      '/offline-purchases',
      { ...typed, invoiceNumber: '25700002' },
      [['evidence', Buffer.from('<html><script>alert(1)</script>'), '发票.png']],
    );
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('不是照片或 PDF');
  });
});

describe('POST /offline-purchases/:id/return', () => {
  it('asks for a reason, tells it to the unit, which corrects and declares again', async () => {
    const { bank } = market.world.units;
    const { group } = market.world.programmes;
    const start = await sumsOf(market, bank, group);
    const id = await declare(market, 'buyer', { invoiceNumber: '25700003' });
    const list = await organizer.open('/offline-purchases');
    expect(list.$(`tr[data-purchase="${id}"]`).text()).toContain('今天申报');
    const page = await organizer.open(`/offline-purchases/${id}`);
    expect(page.text).toContain('本笔已下单 ¥900.00');
    const form = `form[action="/offline-purchases/${id}/return"]`;
    expect(faultsOn(await organizer.send(page, form, { reason: ' ' }))).toEqual(['请写明原因']);
    await organizer.send(page, form, { reason: '请补发票背面' });
    const told = await buyer.open(`/offline-purchases/${id}`);
    expect(told.text).toContain('请补发票背面');
    const correction = await buyer.open(`/offline-purchases/${id}/correction`);
    expect(correction.$('[name="lines.0.goods"]').val()).toBe('白茶');
    const again = await buyer.send(correction, `form[action="/offline-purchases/${id}/correction"]`, {
      'lines.0.amount': '800',
    });
    expect(again.text).toContain('待核实');
    expect((await sumsOf(market, bank, group)).placed - start.placed).toBe(80_000);
    await organizer.send(
      await organizer.open(`/offline-purchases/${id}`),
      `form[action="/offline-purchases/${id}/verification"]`,
    );
    expect((await sumsOf(market, bank, group)).counted - start.counted).toBe(80_000);
    expect(await differences(market)).toEqual([]);
  });

  it('shows doubles with links, and those of strangers without', async () => {
    const first = await declare(market, 'buyer', { invoiceNumber: '25700004', invoiceFen: 200_000 });
    const second = await declare(market, 'dualBuyer', { unit: 'dual', invoiceNumber: '25700004', invoiceFen: 200_000 });
    const seen = await organizer.open(`/offline-purchases/${second}`);
    expect(seen.$(`a[href="/offline-purchases/${first}"]`)).toHaveLength(1);
    const own = await buyer.open(`/offline-purchases/${first}`);
    expect(own.$(`a[href="/offline-purchases/${second}"]`)).toHaveLength(0);
    expect(own.text).toContain('这张发票另有申报 ¥900.00，还可申报 ¥200.00');
  });

  it('lets the unit withdraw what waits', async () => {
    const id = await declare(market, 'buyer', { invoiceNumber: '25700005' });
    const page = await buyer.open(`/offline-purchases/${id}`);
    const done = await buyer.send(page, `form[action="/offline-purchases/${id}/withdrawal"]`);
    expect(done.text).toContain('已撤回');
    expect(await differences(market)).toEqual([]);
  });
});
