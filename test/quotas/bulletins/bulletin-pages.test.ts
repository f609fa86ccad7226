import { readSheet as readRows } from 'read-excel-file/node';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathTo } from '../../../server/paths.ts';
import { apiTokenFor, submit } from '../../setup/app.ts';
import { faultsOn, type Person, personOf } from '../../setup/person.ts';
import { aTarget } from '../../world/programmes.ts';
import { type Market, openMarket } from '../market.ts';

const TEA = 12_800;
let market: Market;
let organizer: Person;
let visitor: Person;

beforeAll(async () => {
  market = await openMarket('2026-05-06');
  const { units, programmes, products } = market.world;
  const { db } = market.app;
  await aTarget(db, { programme: programmes.group, unit: units.bank, fen: 100 * TEA });
  await db.targetVersion.updateMany({ data: { at: new Date('2026-01-05T02:00:00Z') } });
  const lines = [{ productId: products.tea.id, quantity: 5 }];
  await market.deliver(await market.buy('buyer', { lines, unit: units.bank }));
  market.turnTo('2026-07-02');
  organizer = await personOf(market.app, 'organizer');
  visitor = await personOf(market.app, null);
});
afterAll(() => market.app.close());

const binary = (path: string) =>
  visitor.agent
    .get(path)
    .buffer(true)
    .parse((res, done) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('end', () => done(null, Buffer.concat(parts)));
    });

async function post(who: keyof Market['world']['users'], path: string, body: object, key?: string) {
  const token = await apiTokenFor(market.app.db, market.world.users[who], [], market.app.container.clock());
  const call = supertest(market.app.url).post(`/api/v1${path}`).auth(token, { type: 'bearer' });
  return (key ? call.set('Idempotency-Key', key) : call).send(body);
}

describe('an organizer', () => {
  it('drafts, mends, signs and publishes; a visitor reads it only then', async () => {
    const chosen = await organizer.open('/bulletins/new?programme=commerce-2026&kind=quarter');
    const draft = await organizer.send(chosen, 'form[action="/bulletins"]');
    expect(draft.text).toContain('草稿已生成');
    expect(draft.$('textarea[name=text]').text()).toContain('农行市分行（5.0%）');
    await visitor.open(draft.path, 404);
    await visitor.open(`${draft.path}/document.docx`, 404);
    const form = `form[action="${draft.path}"]`;
    const refused = await organizer.send(draft, form, { title: ' ', 'remarks[bank]': '食堂改造' });
    expect([refused.status, faultsOn(refused).length]).toEqual([422, 1]);
    expect(refused.$('input[name="remarks[bank]"]').val()).toBe('食堂改造');
    const saved = await organizer.send(draft, form, { 'remarks[bank]': '食堂改造' });
    expect(saved.text).toContain('草稿已保存');
    const signing = await organizer.open(`${draft.path}/publication`);
    const published = await organizer.send(signing, `form[action="${draft.path}/publication"]`);
    expect(published.path).toBe(draft.path);
    const read = await visitor.open(draft.path);
    expect(read.$('.official__number').text()).toBe('帮扶通报〔2026〕1号');
    expect(read.$('#annex-ranking tbody tr').first().text()).toContain('640.00');
    expect(read.text).toContain('食堂改造');
    expect(read.text).not.toContain('联络人');
    expect((await visitor.open('/bulletins')).text).toContain('帮扶通报〔2026〕1号');
    expect((await visitor.open(`${draft.path}/sheet`)).$('.annex--wide')).toHaveLength(1);
  });

  it('prints in the words of the document whatever language its reader reads', async () => {
    const reader = await personOf(market.app, null);
    await submit(reader.agent, '/bulletins', pathTo('language'), { locale: 'en' });
    const { $ } = await reader.open('/bulletins/1/sheet');
    expect($('html').attr('lang')).toBe('en');
    expect($('.annex__mark').first().text()).toBe('附件1');
    expect($('.official').text()).not.toMatch(/Annex|How it is counted/);
  });

  it('circulates Word with the figures and Excel with numbers', async () => {
    const word = (await binary('/bulletins/1/document.docx')).body as Buffer;
    expect(word.subarray(0, 2).toString()).toBe('PK');
    const sheet = (await binary('/bulletins/1/annex.xlsx')).body as Buffer;
    const [, head = [], ...rows] = await readRows(sheet, 1);
    const bank = rows.find((row) => row.includes('bank')) ?? [];
    const counted = head.indexOf('任务内已计入');
    expect(bank[counted]).toBe(640);
    expect(bank[head.length - 1]).toBe('食堂改造');
  });

  it('sees what changed since, a visitor only that something did; a correction wants a reason', async () => {
    await market.app.db.tallyEntry.updateMany({
      where: { event: 'counted', programmeId: market.world.programmes.group.id },
      data: { fen: 4 * TEA },
    });
    expect((await visitor.open('/bulletins/1')).text).toContain('有 1 家单位统计期内的数字发生变化');
    const page = await organizer.open('/bulletins/1');
    expect(page.$('#since').parent().find('tbody tr').text()).toContain('-¥128.00');
    const refused = await organizer.send(page, 'form[action="/bulletins/1/correction"]', { correctionReason: '' });
    expect([refused.status, faultsOn(refused).length]).toEqual([422, 1]);
    const draft = await organizer.send(page, 'form[action="/bulletins/1/correction"]', {
      correctionReason: '数字更正',
    });
    expect(draft.text).toContain('本件更正帮扶通报〔2026〕1号');
    await market.app.db.tallyEntry.updateMany({
      where: { event: 'counted', programmeId: market.world.programmes.group.id },
      data: { fen: 5 * TEA },
    });
  });

  it('sets terms within their rules', async () => {
    const page = await organizer.open('/bulletins/terms/commerce-2026');
    const form = 'form[action="/bulletins/terms/commerce-2026"]';
    const refused = await organizer.send(page, form, { 'weights[pace]': '99', 'classes[pioneer][pass]': '95' });
    expect(faultsOn(refused)).toHaveLength(2);
    expect(refused.$('input[name="weights[pace]"]').val()).toBe('99');
    expect((await organizer.send(page, form, { needsSigner: 'two' })).text).toContain('发文设置已保存');
    const [terms] = await market.app.db.bulletinTerms.findMany();
    expect(terms?.needsSigner).toBe(true);
    await market.app.db.bulletinTerms.deleteMany();
  });

  it('drafts and publishes an assessment by class through the API, once per key', async () => {
    const body = { programmeId: 'commerce-2026', kind: 'year' };
    const made = await post('organizer', '/bulletins', body, 'a-key');
    expect(made.status, made.text).toBe(201);
    expect((await post('organizer', '/bulletins', body, 'a-key')).body.id).toBe(made.body.id);
    const bank = made.body.figures.units.find(({ code }: { code: string }) => code === 'bank');
    expect(bank).toMatchObject({ placeClass: 'key_city', marks: { rankInClass: 1, grade: 'fail' } });
    expect((await post('buyer', `/bulletins/${made.body.id}/publication`, {})).status).toBe(404);
    const published = await post('organizer', `/bulletins/${made.body.id}/publication`, {});
    expect([published.status, published.body.state]).toEqual([201, 'published']);
    expect((await post('organizer', `/bulletins/${made.body.id}/publication`, {})).status).toBe(409);
    const list = await supertest(market.app.url).get('/api/v1/bulletins');
    expect(list.body.items[0]).toMatchObject({ id: made.body.id, kind: 'year' });
  });
});

describe('others', () => {
  it('do not come to the desk', async () => {
    await (await personOf(market.app, 'buyer')).open('/bulletins/desk', 403);
    await (await personOf(market.app, 'buyer')).open('/bulletins/terms/commerce-2026', 404);
  });
});
