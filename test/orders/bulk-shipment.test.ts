import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { findActor } from '../../server/accounts/actor.ts';
import { checkShipments } from '../../server/orders/bulk/check-shipments.ts';
import { shipSeveral } from '../../server/orders/bulk/ship-several.ts';
import { shipmentRowsOfText } from '../../server/orders/bulk/shipment-rows.ts';
import { parcelNumber } from '../../server/orders/order-labels.ts';
import { pathTo } from '../../server/paths.ts';
import { readSheet } from '../../server/web/read-sheet.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { csrfFrom } from '../setup/app.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;
let supplier: Person;

beforeAll(async () => {
  market = await openMarket(DAY);
  supplier = await personOf(market.app, 'supplier');
});
afterAll(() => market.app.close());

const db = () => market.app.db;
const state = async (id: number) => (await db().fulfilment.findUniqueOrThrow({ where: { id } })).state;

/** A paid parcel of `lianghe` with tea, or with something else. */
async function aParcel(
  productId = market.world.products.tea.id,
): Promise<{ id: number; number: string; order: string }> {
  const { id: orderId, fulfilments } = await market.buy('employee', { lines: [{ productId, quantity: 2 }] });
  const id = fulfilments[0]?.id ?? 0;
  return { id, number: parcelNumber({ id }), order: `20260506-${String(orderId).padStart(6, '0')}` };
}

async function aMixedParcel(): Promise<{ id: number; number: string }> {
  const { tea, chicken } = market.world.products;
  const lines = [tea, chicken].map((product) => ({ productId: product.id, quantity: 2 }));
  const { fulfilments } = await market.buy('employee', { lines });
  const id = fulfilments[0]?.id ?? 0;
  return { id, number: parcelNumber({ id }) };
}

/** Of each shipment of a parcel: number, temperature, products. */
async function sent(fulfilmentId: number): Promise<[string, number | null, number[]][]> {
  const shipments = await db().shipment.findMany({
    where: { fulfilmentId },
    orderBy: { id: 'asc' },
    include: { lines: { select: { line: { select: { productId: true } } } } },
  });
  return shipments.map((shipment) => [
    ...([shipment.trackingNumber, shipment.temperatureDeci] as const),
    shipment.lines.map(({ line }) => line.productId),
  ]);
}

/** The rows of the Excel file that lists what is to ship. */
async function template(): Promise<string[][]> {
  const answer = await supplier.agent
    .get(pathTo('bulkShipmentTemplate'))
    .buffer(true)
    .parse((res, done) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('end', () => done(null, Buffer.concat(parts)));
    });
  return readSheet({ name: 'x.xlsx', bytes: answer.body as Buffer }, 'list');
}

const paste = async (text: string): Promise<Page> =>
  supplier.send(await supplier.open(pathTo('bulkShipment')), '#bulk', { text });
const rowText = ({ $ }: Page, line: number) => $(`#row-${line}`).text().replace(/\s+/g, ' ').trim();

async function upload(bytes: Buffer, name: string): Promise<Page> {
  const page = await supplier.agent.get(pathTo('bulkShipment'));
  const answer = await supplier.agent
    .post(pathTo('bulkShipmentCheck'))
    .field('_csrf', csrfFrom(page.text))
    .field('text', '')
    .attach('list', bytes, name);
  const $ = load(answer.text);
  return { $, status: answer.status, path: '', text: $('main').text().replace(/\s+/g, ' ').trim() };
}

describe('tracking numbers of many parcels', () => {
  it('are checked first, by parcel or order number, by tab, comma or space, and ship nothing yet', async () => {
    const [first, second, third] = [await aParcel(), await aParcel(), await aParcel()];
    const page = await paste(
      `发货单号\t承运人\t运单号\n${first.number}\t邮政\tYZ-1\n\n${second.order}，顺丰，SF1234567890\n${third.id} 自有车辆 渝B-12345`,
    );
    expect(page.status).toBe(200);
    expect(rowText(page, 2)).toContain('可发货');
    expect(rowText(page, 4)).toContain(second.number);
    expect(rowText(page, 5)).toContain('运单号: 只用字母、数字和横线');
    expect(await state(first.id)).toBe('to_confirm');
    const done = await supplier.send(page, '#ship-all');
    expect(done.text).toContain('已登记 2 个包裹发货');
    expect(done.$('#correct textarea').text()).toContain('渝B-12345');
    expect([await state(first.id), await state(second.id), await state(third.id)]).toEqual([
      'shipped',
      'shipped',
      'to_confirm',
    ]);
    expect(await db().shipment.findFirst({ where: { fulfilmentId: second.id } })).toMatchObject({
      carrier: '顺丰',
      trackingNumber: 'SF1234567890',
      byId: market.world.users.supplier.id,
    });
  });

  it('lead to the desk when all have gone', async () => {
    const parcel = await aParcel();
    const done = await supplier.send(await paste(`${parcel.number},邮政,YZ-2`), '#ship-all');
    expect(done.path).toBe(pathTo('supplierFulfilments', { state: 'shipped' }));
    expect(done.text).toContain('已登记 1 个包裹发货');
  });

  it('say by row what is wrong, and leave what goes by weight, in part or chilled to its own page', async () => {
    const weighed = await aProduct(db(), {
      ...{ supplier: market.world.suppliers.lianghe, category: market.world.categories.tea, priceFen: 3000, stock: 50 },
    });
    await db().product.update({ where: { id: weighed.id }, data: { saleMode: 'by_weight', toleranceBp: 1000 } });
    const [heavy, cold, gone, twice] = [
      await aParcel(weighed.id),
      await aParcel(market.world.products.chicken.id),
      await aParcel(),
      await aParcel(),
    ];
    await db().fulfilment.update({ where: { id: gone.id }, data: { state: 'partly_shipped' } });
    const foreign = await market.buy('employee', {
      lines: [{ productId: market.world.products.rice.id, quantity: 2 }],
    });
    const rows = [
      `${heavy.number},邮政,A1`,
      `${cold.number},邮政,A2`,
      `${cold.number},邮政,A3,12`,
      `${gone.number},邮政,A4`,
      `${twice.number},邮政,A5`,
      `${twice.number},邮政,A6`,
      `${foreign.fulfilments[0]?.id},邮政,A7`,
      '999999999999,邮政,A8',
      `${twice.number},,A9`,
      `abc,邮政,${'9'.repeat(70)}`,
    ];
    const page = await paste(rows.join('\n'));
    expect(rowText(page, 1)).toContain('按重量结算');
    expect(page.$('#row-1 .check__faults a').attr('href')).toBe(pathTo('supplierFulfilment', { id: heavy.id }));
    expect(rowText(page, 2)).toContain('冷链商品请填写交接温度');
    expect(rowText(page, 3)).toContain('这个包裹在上面已有一行');
    expect(rowText(page, 4)).toContain('已分批发出');
    expect(rowText(page, 5)).toContain('可发货');
    expect(rowText(page, 6)).toContain('在上面已有一行');
    expect(rowText(page, 7)).toContain('没有这个发货单');
    expect(rowText(page, 8)).toContain('没有这个发货单');
    expect(rowText(page, 9)).toContain('承运人: 请填写此项');
    expect(rowText(page, 10)).toMatch(/运单号: .*64/);
    await db().fulfilment.update({ where: { id: gone.id }, data: { state: 'to_confirm' } });
    const warm = await paste(`${cold.number},邮政,A2,4.5 ℃`);
    await supplier.send(warm, '#ship-all');
    expect(await db().shipment.findFirst({ where: { fulfilmentId: cold.id } })).toMatchObject({ temperatureDeci: 45 });
  });

  it('of a parcel with cold-chain goods and others are two: a row with a temperature, and one without (rule 23)', async () => {
    const [whole, late] = [await aMixedParcel(), await aMixedParcel()];
    const page = await paste(
      [
        `${whole.number},顺丰,C1,4`,
        `${whole.number},邮政,C2`,
        `${whole.number},邮政,C3`,
        `${late.number},邮政,C4`,
        `${late.number},顺丰,C5,12`,
      ].join('\n'),
    );
    expect(rowText(page, 1)).toMatch(/冷链商品.*涌洞山地鸡 × 2.*可发货/);
    expect(rowText(page, 1)).not.toContain('凉河白茶');
    expect(rowText(page, 2)).toMatch(/其他商品.*凉河白茶 × 2.*可发货/);
    expect(rowText(page, 3)).toContain('其他商品在上面已有一行');
    expect(rowText(page, 4)).toContain('可发货');
    expect(rowText(page, 5)).toContain('不得高于 10');
    const done = await supplier.send(page, '#ship-all');
    expect(done.text).toContain('已登记 3 个包裹发货');
    expect(await sent(whole.id)).toEqual([
      ['C1', 40, [market.world.products.chicken.id]],
      ['C2', null, [market.world.products.tea.id]],
    ]);
    expect([await state(whole.id), await state(late.id)]).toEqual(['shipped', 'partly_shipped']);
    // The row that is left is corrected; what has gone is not taken for the rest.
    const again = await paste(`${late.number},邮政,C4`);
    expect(rowText(again, 1)).toContain('其他商品已发出');
    const cold = await paste(`${late.number},顺丰,C5,4`);
    expect(rowText(cold, 1)).toContain('可发货');
    await supplier.send(cold, '#ship-all');
    expect(await sent(late.id)).toEqual([
      ['C4', null, [market.world.products.tea.id]],
      ['C5', 40, [market.world.products.chicken.id]],
    ]);
    expect(await state(late.id)).toBe('shipped');
  });

  it('say of half a parcel that the other half needs a row', async () => {
    const parcel = await aMixedParcel();
    expect(rowText(await paste(`${parcel.number},顺丰,C6,4`), 1)).toContain('其他商品要另填一行');
    expect(rowText(await paste(`${parcel.number},邮政,C7`), 1)).toContain('冷链商品要另填一行');
  });

  it('are asked for twice by the Excel file for such a parcel, the temperature by a mark that is no temperature', async () => {
    const parcel = await aMixedParcel();
    const mine = (await template()).filter(([number]) => number === parcel.number);
    expect(mine.map((row) => [row[3], row[4]])).toEqual([
      ['填温度', '涌洞山地鸡 × 2 只'],
      ['—', '凉河白茶 × 2 盒'],
    ]);
    const [cold = []] = mine;
    const page = await paste([parcel.number, '顺丰', 'C8', cold[3]].join('\t'));
    expect(rowText(page, 1)).toContain('请填写温度');
  });

  it('come back from the Excel file that lists what is to ship', async () => {
    const parcel = await aParcel();
    const table = await template();
    const mine = table.find(([number]) => number === parcel.number);
    expect(mine?.[3]).toBe('—');
    expect(mine?.join()).toContain('凉河白茶 × 2');
    expect(mine?.join()).toContain('测试路 1 号');
    expect(table.some(([number]) => number === '')).toBe(false);
    const filled = table.map((row) =>
      row[0] === parcel.number ? [row[0], '中通', '009876543210', ...row.slice(3)] : row,
    );
    const cells = filled.map((row) => row.map((value) => ({ value: value ?? '', type: String })));
    const page = await upload(await writeExcelFile(cells, { sheet: 'x' }).toBuffer(), '待发货.xlsx');
    expect(page.text).toContain('1 个包裹可以发货');
    expect(page.text).toContain('行没有填，留到下次');
    await supplier.send(page, '#ship-all');
    expect(await db().shipment.findFirst({ where: { fulfilmentId: parcel.id } })).toMatchObject({
      trackingNumber: '009876543210',
    });
  });

  it('are not taken where Excel has rounded them, nor from what is no list', async () => {
    const parcel = await aParcel();
    const sheet = [
      [
        { value: parcel.number, type: String },
        { value: '中通', type: String },
        { value: 123456789012345680000, type: Number },
      ],
    ];
    const page = await upload(await writeExcelFile(sheet, { sheet: 'x' }).toBuffer(), 'x.xlsx');
    expect(page.text).toContain('Excel 把这个号码改成了近似值');
    expect(page.$('#ship-all')).toHaveLength(0);
    const image = await upload(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'x.xlsx');
    expect(image.status).toBe(422);
    expect(faultsOn(image)).toHaveLength(1);
    const empty = await paste('  \n');
    expect(empty.status).toBe(422);
    expect(empty.$('#f-text-error').text()).toContain('请填写至少一行');
    const many = await paste(Array.from({ length: 501 }, (_, at) => `${at + 1},邮政,T${at}`).join('\n'));
    expect(many.status).toBe(422);
    expect(many.$('#f-text').text()).toContain('501,邮政,T500');
  });

  it('are shipped each by itself: what moved on meanwhile says so and holds up no other', async () => {
    const [first, second] = [await aParcel(), await aParcel()];
    const actor = await findActor(db(), market.world.users.supplier.id, DAY);
    if (!actor) throw new Error('the supplier is nobody');
    const checked = await checkShipments(
      db(),
      actor,
      shipmentRowsOfText(`${first.number},邮政,B1\n${second.number},邮政,B2`),
    );
    await db().fulfilment.update({ where: { id: first.id }, data: { state: 'cancelled' } });
    const results = await shipSeveral(db(), actor, checked, now);
    expect(results.map(({ isShipped, faults }) => [isShipped, faults[0]?.code])).toEqual([
      [false, 'wrongFulfilmentState'],
      [true, undefined],
    ]);
    await db().fulfilment.update({ where: { id: first.id }, data: { state: 'to_confirm' } });
    const both = await Promise.all([shipSeveral(db(), actor, checked, now), shipSeveral(db(), actor, checked, now)]);
    expect(both.flat().filter(({ isShipped }) => isShipped)).toHaveLength(1);
    expect(await db().shipment.count({ where: { fulfilmentId: { in: [first.id, second.id] } } })).toBe(2);
  });

  it('are the supplier’s alone', async () => {
    const employee = await personOf(market.app, 'employee');
    await employee.open(pathTo('bulkShipment'), 403);
    await employee.open(pathTo('bulkShipmentTemplate'), 403);
  });
});
