import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { readAmount, writeAmount } from '../../../server/quotas/targets/target-amounts.ts';
import { faultsOn, type Page, type Person, personOf } from '../../setup/person.ts';
import { aTarget } from '../../world/programmes.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
let organizer: Person;

beforeAll(async () => {
  market = await openMarket('2026-03-02');
  const { programmes, units, categories } = market.world;
  await aTarget(market.app.db, { programme: programmes.group, unit: units.bank, fen: 1_000_000 });
  await aTarget(market.app.db, {
    programme: programmes.group,
    unit: units.bank,
    grams: 5_000_000,
    category: categories.rice,
  });
  organizer = await personOf(market.app, 'organizer');
});
afterAll(() => market.app.close());

const HEAD = ['单位代码', '单位名称', '品类', '产地', '资金来源', '任务数（元）', '任务数（公斤）'];
const sheets = () => '/targets/commerce-2026/sheets';

async function upload(rows: (string | number | null)[][] | Buffer, name = '任务数.xlsx'): Promise<Page> {
  const page = await organizer.open(sheets());
  const csrf = String(page.$('[data-upload] input[name="_csrf"]').val());
  const bytes = Buffer.isBuffer(rows) ? rows : await writeExcelFile(rows as SheetData).toBuffer();
  const answer = await organizer.agent.post(sheets()).field('_csrf', csrf).attach('file', bytes, name);
  if (answer.status === 303) return organizer.open(String(answer.headers.location).replace(market.app.url, ''));
  const { load } = await import('cheerio');
  const $ = load(answer.text);
  return { $, status: answer.status, path: sheets(), text: $('main').text() };
}

const faultsByCell = ({ $ }: Page) =>
  $('[data-cell]')
    .toArray()
    .map((row) => [$(row).attr('data-cell'), $(row).find('td').last().text()]);

async function newestOf(code: string) {
  const found = await market.app.db.targetVersion.findMany({
    where: { target: { unit: { code } } },
    orderBy: { id: 'asc' },
    include: { target: true },
  });
  return found.map(({ value, version, target }) => [target.measure, Number(value), version]);
}

describe('an amount', () => {
  it('is read exactly in every unit, or said to be wrong', () => {
    expect(readAmount('1,234.5', 'yuan')).toBe(123_450);
    expect(readAmount('12.345678', 'tenThousandYuan')).toBe(12_345_678);
    expect(readAmount('10000', 'jin')).toBe(5_000_000);
    expect(readAmount('0.3', 'tonnes')).toBe(300_000);
    expect(['1.234', '-1', 'abc', '', '1e5', '99999999999999'].map((text) => readAmount(text, 'yuan'))).toEqual([
      'amountTooFine',
      'negativeAmount',
      'notATargetAmount',
      'notATargetAmount',
      'notATargetAmount',
      'amountTooLarge',
    ]);
    for (const value of [1, 999, 123_456, 1_000_000])
      for (const unit of ['yuan', 'tenThousandYuan', 'kilograms'] as const)
        expect(readAmount(writeAmount(value, unit), unit)).toBe(value);
  });
});

describe('the template', () => {
  it('holds units and present targets and reads back as no change', async () => {
    const answer = await organizer.agent
      .get('/targets/commerce-2026/template.xlsx')
      .buffer(true)
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => done(null, Buffer.concat(parts)));
      });
    expect(answer.status).toBe(200);
    const page = await upload(answer.body as Buffer);
    expect(faultsByCell(page)).toEqual([]);
    expect(page.text).toContain('没有要写入的');
    expect(page.$('[data-apply]')).toHaveLength(0);
  });
});

describe('an upload', () => {
  it('names every fault by its cell and writes nothing', async () => {
    const page = await upload([
      HEAD,
      ['bank', '农行市分行', null, null, null, '一万', null],
      ['nobody', null, null, null, null, 5, null],
      ['outside', null, null, null, null, 5, null],
      ['dual', null, '不存在的品类', null, null, 5, null],
      ['bureau', null, null, null, null, 100, null],
      ['bureau', null, null, null, null, 200, null],
      ['commission', null, null, null, '私房钱', -3, 1e15],
      [null, null, null, null, null, 7.123, null],
    ]);
    expect(Object.fromEntries(faultsByCell(page))).toEqual({
      F2: expect.stringContaining('请填数字'),
      A3: expect.stringContaining('没有代码为“nobody”的单位'),
      A4: expect.stringContaining('不在本年度任务'),
      C5: expect.stringContaining('没有“不存在的品类”这个品类'),
      F7: expect.stringContaining('F6'),
      E8: expect.stringContaining('私房钱'),
      F8: expect.stringContaining('不能是负数'),
      G8: expect.stringContaining('数太大'),
      A9: expect.stringContaining('请填单位代码'),
      F9: expect.stringContaining('小数位数太多'),
    });
    expect(page.$('[data-apply]')).toHaveLength(0);
    expect(await newestOf('bureau')).toEqual([]);
  });

  it('is refused without a head, empty, or as another kind of file', async () => {
    expect(faultsByCell(await upload([['农行', 5]]))).toEqual([['A1', expect.stringContaining('没有找到表头')]]);
    expect(faultsOn(await upload([[null]]))[0]).toContain('表里没有内容');
    expect(faultsOn(await upload(Buffer.from('a,b'), 'x.xlsx'))[0]).toContain('不是 Excel 文件');
  });

  it('reads weights in the head’s unit or the line’s own', async () => {
    const jin = await upload([
      ['代码', '品类', '任务数（斤）', '任务金额（万元）'],
      ['dual', '贡米', 10000, 1.5],
    ]);
    expect(jin.$('[data-apply]')).toHaveLength(1);
    expect(jin.text).toContain('5,000 公斤');
    expect(jin.text).toContain('¥15,000.00');
    const own = await upload([
      ['Unit code', 'Category', 'Target (weight)', 'Weight unit'],
      ['dual', 'rice', 2, 'tonnes'],
      ['dual', 'tea', 3, 'stone'],
      ['bureau', 'tea', 3, null],
    ]);
    expect(faultsByCell(own)).toEqual([
      ['D3', expect.stringContaining('stone')],
      ['D4', expect.stringContaining('重量单位')],
    ]);
    expect(own.text).toContain('2,000 公斤');
  });

  it('shows what it changes, is applied once, all of it, with its reason', async () => {
    const page = await upload([
      HEAD,
      ['bank', '别的名字', null, null, null, 20_000, null],
      ['bank', null, '贡米', null, null, null, 0],
      ['bureau', null, null, null, null, 3000.5, null],
    ]);
    expect(page.text).toContain('代码对应“农行市分行”');
    expect(
      page
        .$('main tbody .tag')
        .map((_, tag) => page.$(tag).text())
        .get(),
    ).toEqual(['变更', '撤销', '新增']);
    const nameless = await organizer.send(page, '[data-apply]', { reason: '' });
    expect([nameless.status, faultsOn(nameless)]).toEqual([422, ['请写明原因']]);
    const done = await organizer.send(nameless, '[data-apply]', { reason: '年中调整' });
    expect(done.path).toContain('/targets?programme=commerce-2026');
    expect(await newestOf('bank')).toEqual([
      ['fen', 1_000_000, 1],
      ['grams', 5_000_000, 1],
      ['fen', 2_000_000, 2],
      ['grams', 0, 2],
    ]);
    expect(await newestOf('bureau')).toEqual([['fen', 300_050, 1]]);
    const again = await organizer.send(nameless, '[data-apply]', { reason: '再来一次' });
    expect([again.status, faultsOn(again)[0]]).toEqual([409, expect.stringContaining('已经导入过')]);
    expect(await newestOf('bureau')).toHaveLength(1);
  });

  it('is bound to its preview: a target that changed meanwhile gives a new one', async () => {
    const page = await upload([HEAD, ['commission', null, null, null, null, 100, null]]);
    const other = await upload([HEAD, ['commission', null, null, null, null, 999, null]]);
    await organizer.send(other, '[data-apply]', { reason: '先到' });
    const moved = await organizer.send(page, '[data-apply]', { reason: '后到' });
    expect([moved.status, faultsOn(moved)[0]]).toEqual([409, expect.stringContaining('新的预览')]);
    expect(moved.text).toContain('¥999.00');
    expect(await newestOf('commission')).toHaveLength(1);
    await organizer.send(moved, '[data-apply]', { reason: '后到' });
    expect(await newestOf('commission')).toEqual([
      ['fen', 99_900, 1],
      ['fen', 10_000, 2],
    ]);
  });

  it('is the organizer’s alone', async () => {
    const buyer = await personOf(market.app, 'buyer');
    await buyer.open(sheets(), 403);
    await buyer.open('/targets', 403);
  });
});
