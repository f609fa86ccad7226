import { load } from 'cheerio';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Place } from '../../server/db/generated/client.ts';
import { pathTo } from '../../server/paths.ts';
import { addDays } from '../../server/shared/days.ts';
import { makeTestApp, signInAs, submit, type TestApp } from '../setup/app.ts';
import { warmStatements } from '../setup/warm-statements.ts';
import { aPlace } from '../world/places.ts';
import { aProduct } from '../world/products.ts';
import { aSupplier, certify, interrupt } from '../world/suppliers.ts';
import { makeWorld } from '../world/world.ts';

const REGISTER = pathTo('certified');
const now = new Date('2026-06-15T04:00:00Z');
const today = '2026-06-15';
const statements: string[] = [];
let market: TestApp;
/** county, township, village: there before the places are first read, which are remembered */
let lineage: Place[];

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now, onQuery: (sql) => statements.push(sql) });
  await makeWorld(market.db, { now });
  const county = await aPlace(market.db, { level: 'county' });
  const township = await aPlace(market.db, { level: 'township', parent: county });
  lineage = [county, township, await aPlace(market.db, { level: 'village', parent: township })];
});
afterAll(() => market.close());

const open = async (query: Parameters<typeof pathTo>[1] = {}) => market.visitor().get(pathTo('certified', query));

async function listed(query: Parameters<typeof pathTo>[1] = {}): Promise<string[]> {
  const page = await open(query);
  expect(page.status).toBe(200);
  const $ = load(page.text);
  return $('tr[data-certified] th')
    .map((_, cell) => $(cell).clone().children('.tag, .sub').remove().end().text().trim())
    .get();
}

async function excel(query: Parameters<typeof pathTo>[1] = {}): Promise<unknown[][]> {
  const answer = await market.visitor().get(pathTo('certifiedExcel', query)).responseType('blob');
  expect(answer.status).toBe(200);
  const [sheet] = await readXlsxFile(answer.body);
  return (sheet?.data ?? []) as unknown[][];
}

describe(`GET ${REGISTER}`, () => {
  it('lists to anyone what was certified and what became of it, and nothing that was not', async () => {
    const make = async (name: string, days: number, from = '2026-01-01') => {
      const product = await aProduct(market.db, { name: `公开${name}茶`, certified: false });
      return certify(market.db, { product }, [from, addDays(today, days)]);
    };
    const [, , , , suspended, revoked, fraud] = [
      await make('有效', 200),
      await make('将到期', 20),
      await make('过期', -1),
      await make('未始', 300, addDays(today, 5)),
      await make('暂停', 200),
      await make('撤销', 200),
      await make('造假', 200),
    ];
    await interrupt(market.db, suspended, 'suspension', today);
    await interrupt(market.db, revoked, 'revocation', today);
    await interrupt(market.db, fraud, 'disqualification', today);
    for (const state of ['applied', 'recommended', 'reviewed', 'in_notice', 'refused', 'withdrawn'] as const) {
      const product = await aProduct(market.db, { name: `公开不该有${state}茶`, certified: false });
      // Neither a state nor a number alone makes it public.
      await market.db.certification.create({ data: { productId: product.id, issuer: '测', state } });
      await market.db.certification.update({
        where: { id: (await make(`也不该有${state}`, 200)).id },
        data: { state },
      });
    }
    const all = await listed({ q: '公开' });
    expect(all).toHaveLength(7);
    expect(all.join()).not.toContain('不该有');
    const by = (standing: string) => listed({ q: '公开', standing });
    expect(await by('valid')).toEqual(['公开将到期茶 1 公斤/袋', '公开有效茶 1 公斤/袋']);
    expect(await by('expiring')).toEqual(['公开将到期茶 1 公斤/袋']);
    expect(await by('coming')).toEqual(['公开未始茶 1 公斤/袋']);
    expect(await by('expired')).toEqual(['公开过期茶 1 公斤/袋']);
    expect(await by('suspended')).toEqual(['公开暂停茶 1 公斤/袋']);
    expect(await by('revoked')).toEqual(['公开造假茶 1 公斤/袋', '公开撤销茶 1 公斤/袋']);
    const $ = load((await open({ q: '公开' })).text);
    const tabs = $('.tabs a')
      .map((_, tab) => $(tab).text())
      .get();
    expect(tabs).toEqual(['全部 7', '有效 2', '60 日内到期 1', '尚未开始 1', '已过期 1', '已暂停 1', '已撤销 2']);
    const rows = await excel({ q: '公开' });
    expect(rows).toHaveLength(8);
    expect(rows.flat().join()).not.toContain('不该有');
    const sheet = load((await market.visitor().get(pathTo('certifiedSheet', { q: '公开' }))).text);
    expect(sheet('tbody tr')).toHaveLength(7);
    expect(sheet('body').text()).not.toContain('不该有');
  });

  it('refuses private standings and what is no choice instead of showing everything', async () => {
    for (const query of [{ standing: 'pending' }, { standing: 'refused' }, { standing: 'x' }, { of: 'person' }])
      expect((await open(query)).status).toBe(404);
    expect((await open({ standing: '', of: '', q: '', place: '' })).status).toBe(200);
  });

  it('filters by county, township and village with all below; an unknown place has nothing, in words', async () => {
    const [county, , village] = lineage as [Place, Place, Place];
    const supplier = await aSupplier(market.db, { name: '村里合作社', place: village });
    // Goods that grow elsewhere than their supplier sits belong to their own place.
    await aProduct(market.db, { supplier, name: '外地茶', origin: county });
    for (const { code } of lineage) {
      const names = await listed({ place: code });
      expect(names).toContain('村里合作社');
      expect(names.includes('外地茶 1 公斤/袋')).toBe(code === county.code);
    }
    expect(await listed({ place: village.code, of: 'product' })).toEqual([]);
    const unknown = await open({ place: 'nowhere' });
    expect(unknown.status).toBe(404);
    const $ = load(unknown.text);
    expect($('tr[data-certified]')).toHaveLength(0);
    expect($('.empty').text()).toContain('没有这个地方');
    expect($('.tabs a').first().text()).toBe('全部 0');
    expect((await market.visitor().get(pathTo('certifiedExcel', { place: 'nowhere' }))).status).toBe(404);
    expect((await market.visitor().get(pathTo('certifiedSheet', { place: 'nowhere' }))).status).toBe(404);
  });

  it('pages by key, each once, and keeps the filters; the Excel file has all of it', async () => {
    const supplier = await aSupplier(market.db, { name: '多证合作社' });
    for (let count = 0; count < 64; count += 1)
      await aProduct(market.db, { supplier, name: `公翻页${count}`, certified: ['2026-01-01', '2026-07-01'] });
    for (const standing of [undefined, 'expiring']) {
      const names: string[] = [];
      let next: string | undefined = pathTo('certified', { q: '公翻页', standing });
      for (let pages = 0; next; pages += 1) {
        expect(pages).toBeLessThan(3);
        const $ = load((await market.visitor().get(next)).text);
        names.push(
          ...$('tr[data-certified] th a')
            .get()
            .map((link) => $(link).text()),
        );
        next = $('.pagination a[rel="next"]').attr('href');
        if (next) expect(next).toContain(standing ?? 'q=');
      }
      expect(names).toHaveLength(64);
      expect(new Set(names).size).toBe(64);
    }
    expect(await excel({ q: '公翻页' })).toHaveLength(65);
  });

  it('tells why only as far as it was written for the public, and no person', async () => {
    const supplier = await aSupplier(market.db, { name: '公示原因合作社', certified: false });
    await market.db.supplier.update({ where: { id: supplier.id }, data: { contact: '王某某', phone: '13912345678' } });
    const { id } = await certify(market.db, { supplier }, ['2026-01-01', '2027-01-01']);
    const certifier = await signInAs(market.visitor(), 'certifier');
    const file = pathTo('certification', { id });
    const suspension = pathTo('certificationSuspension', { id });
    const typed = { reason: '王某某 13912345678 举报的内情', publicReason: '冷链记录缺失，联系 139 1234 5678' };
    const refused = await submit(certifier, file, suspension, typed);
    expect(refused.status).toBe(422);
    expect(load(refused.text)('[name="publicReason"]').val()).toBe(typed.publicReason);
    expect(refused.text).toContain('不要写电话');
    await submit(certifier, file, suspension, { ...typed, publicReason: '冷链记录缺失' });
    const page = await open({ q: '公示原因' });
    expect(load(page.text)('tr[data-certified]').text()).toContain('自 2026-06-15 起暂停：冷链记录缺失');
    const number = (await market.db.certification.findUniqueOrThrow({ where: { id } })).number ?? '';
    const verified = await market.visitor().get(pathTo('certifiedNumber', { number }));
    const sheet = await market.visitor().get(pathTo('certifiedSheet', { q: '公示原因' }));
    const rows = JSON.stringify(await excel({ q: '公示原因' }));
    for (const text of [page.text, verified.text, sheet.text, rows])
      for (const secret of ['王某某', '13912345678', '内情']) expect(text).not.toContain(secret);
    // Revoked without words for the public: the day alone.
    await submit(certifier, file, pathTo('certificationRevocation', { id }), { revocationReason: '内情二' });
    const row = load((await open({ q: '公示原因' })).text)('tr[data-certified]').text();
    expect(row).toContain('2026-06-15 撤销');
    expect(row).not.toContain('内情');
  });

  it('leads to pages that exist alone', async () => {
    const applying = await aSupplier(market.db, { name: '没有页面合作社', state: 'applying' });
    const shown = await aSupplier(market.db, { name: '有页面合作社' });
    const links = async (q: string) => {
      const $ = load((await open({ q })).text);
      return $('tr[data-certified] th a')
        .get()
        .map((link) => $(link).attr('href'));
    };
    expect(await links(applying.name)).toEqual([]);
    expect(await links(shown.name)).toEqual([pathTo('supplier', { id: shown.id })]);
  });

  it('costs three statements, whatever is asked', async () => {
    const place = lineage[0]?.code;
    const ofRegister = () => statements.filter((sql) => sql.includes('certification ce'));
    for (const query of [{}, { place }, { q: '茶', standing: 'expiring' }]) {
      expect(await warmStatements(statements, () => open(query))).toBeLessThanOrEqual(5);
      expect(ofRegister()).toHaveLength(3);
    }
  });
});

describe(`GET ${pathTo('certifiedNumber')}`, () => {
  const answer = async (number: string) => {
    const page = await market.visitor().get(pathTo('certifiedNumber', { number }));
    expect(page.status).toBe(200);
    return load(page.text)('[data-answer]');
  };

  it('says whether a number is real and holds today, however it was typed', async () => {
    const supplier = await aSupplier(market.db, { name: '真证合作社', certified: false });
    const { id } = await certify(market.db, { supplier }, ['2026-01-01', '2027-01-01']);
    await market.db.certification.update({ where: { id }, data: { number: 'BF2026S990001' } });
    for (const typed of [
      'BF2026S990001',
      ' bf2026 s990001 ',
      'ＢＦ２０２６Ｓ９９０００１',
      'https://x.cn/certificates/BF2026S%3990001?a=1',
    ]) {
      const found = await answer(typed);
      expect(found.attr('data-answer')).toBe('holds');
      expect(found.text()).toContain('真证合作社');
    }
    await interrupt(market.db, { id }, 'revocation', today);
    const revoked = await answer('BF2026S990001');
    expect(revoked.attr('data-answer')).toBe('real');
    expect(revoked.text()).toContain('已撤销');
  });

  it('knows no number of a case that runs or was refused, and shows what was typed as it is', async () => {
    const product = await aProduct(market.db, { name: '没发证茶', certified: false });
    const { id } = await certify(market.db, { product });
    await market.db.certification.update({ where: { id }, data: { number: 'BF2026P990002', state: 'in_notice' } });
    expect((await answer('BF2026P990002')).attr('data-answer')).toBe('unknown');
    const odd = await market.visitor().get(pathTo('certifiedNumber', { number: '<b>x</b>' }));
    expect(odd.text).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect((await market.visitor().get(pathTo('certifiedNumber'))).text).not.toContain('data-answer');
  });
});
