import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { aBatch } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let supplier: Person;
let own: { id: number; traceCode: string };

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  supplier = await personOf(app, 'supplier');
  own = await aBatch(app.db, world.products.tea, { quantity: 60, traceCode: 'LABEL-1', producedOn: '2026-06-01' });
});
afterAll(() => app.close());

const sheet = (query: string, id = own.id) => `/supplier/trace-labels/${id}/sheet?${query}`;

describe('GET /supplier/trace-labels', () => {
  it('lists the batches of one’s own suppliers alone, and leads to what to print', async () => {
    const { $, text } = await supplier.open('/supplier/trace-labels');
    expect(text).toContain('LABEL-1');
    expect(text).not.toContain('贡米');
    const form = await supplier.open($('tbody a.button').first().attr('href') ?? '');
    expect(form.$('form[method="get"]').attr('action')).toMatch(/\/sheet$/);
    await (await personOf(app, 'rice-supplier')).agent.get(`/supplier/trace-labels/${own.id}`).expect(404);
    await (await personOf(app, 'employee')).agent.get('/supplier/trace-labels').expect(403);
  });
});

describe('GET /supplier/trace-labels/:id/sheet', () => {
  it('fills pages of 24 or 40 from the label on that is still there', async () => {
    const from = await supplier.open(sheet('layout=a4_24&copies=30&start=20'));
    const pages = from.$('.trace-sheet').toArray();
    expect(pages).toHaveLength(3);
    expect(pages.map((page) => from.$(page).find('.trace-label').length)).toEqual([24, 24, 1]);
    expect(pages.map((page) => from.$(page).find('.trace-label__qr').length)).toEqual([5, 24, 1]);
    const forty = await supplier.open(sheet('layout=a4_40&copies=40'));
    expect(forty.$('.trace-sheet')).toHaveLength(1);
    expect((await supplier.open(sheet('layout=single&copies=3'))).$('.trace-sheet')).toHaveLength(3);
  });

  it('says in Chinese what it is, from where and when, also to who reads English', async () => {
    const english = await personOf(app, 'supplier');
    const page = await english.open('/supplier/trace-labels');
    await english.send(page, 'form[action="/language"]:has([value="en"])', { locale: 'en' });
    const text = (await english.open(sheet('layout=a4_24&copies=1'))).$('.trace-label').text().replace(/\s+/g, ' ');
    for (const told of ['凉河白茶', '净含量 250 克', '涌洞乡凉河村', '2026-06-01', '批次 LABEL-1'])
      expect(text).toContain(told);
  });

  it('refuses what cannot be printed by its field, and keeps what was typed', async () => {
    const answer = await supplier.open(sheet('layout=a4_24&copies=abc&start=25'), 422);
    expect(faultsOn(answer)).toHaveLength(2);
    expect(answer.$('.error-summary a[href="#f-copies"]')).toHaveLength(1);
    expect(answer.$('#f-copies').val()).toBe('abc');
    expect(answer.$('.error-summary a[href="#f-start"]')).toHaveLength(1);
    await supplier.open(sheet('layout=a0&copies=1'), 422);
    await supplier.open(sheet('layout=single&copies=2001'), 422);
  });

  it('prints nothing of a batch that was recalled', async () => {
    const recalled = await aBatch(app.db, world.products.tea, { quantity: 5 });
    await app.db.batch.update({ where: { id: recalled.id }, data: { recalledAt: now } });
    const answer = await supplier.open(sheet('layout=a4_24&copies=1', recalled.id), 409);
    expect(answer.text).toContain('不打印标签');
    expect(answer.$('button[type="submit"]:contains("生成")')).toHaveLength(0);
  });
});

describe('what anyone gets by a trace code', () => {
  it('the code as a picture that leads to its page', async () => {
    const answer = await app.visitor().get('/trace/LABEL-1/qr.svg').expect(200);
    expect(answer.headers['content-type']).toContain('image/svg+xml');
    expect(answer.body.toString()).toContain('<svg');
    await app.visitor().get('/trace/NO-SUCH/qr.svg').expect(404);
  });

  it('its papers, and no other file', async () => {
    const { files } = app.container;
    const keep = (name: string) =>
      files.keep(
        app.db,
        { name, mime: 'application/pdf', bytes: Buffer.from(`%PDF ${name}`) },
        world.users.supplier.id,
      );
    const [conformityFileId, report, other] = [await keep('c.pdf'), await keep('r.pdf'), await keep('x.pdf')];
    await app.db.batch.update({ where: { id: own.id }, data: { conformityFileId } });
    await app.db.inspectionReport.create({
      data: {
        ...{ batchId: own.id, lab: '测试所', number: 'R-1', summary: '合格', passed: true, fileId: report },
        issuedOn: new Date('2026-06-03'),
      },
    });
    const visitor = await personOf(app, null);
    const { $, text } = await visitor.open('/trace/LABEL-1');
    expect($('a[href^="/trace/LABEL-1/files/"]')).toHaveLength(2);
    const steps = $('.timeline__label')
      .toArray()
      .map((step) => $(step).text());
    expect(steps.slice(0, 2)).toEqual(['采收或生产', '检验合格']);
    expect(text).toContain('测试所');
    for (const id of [conformityFileId, report]) await app.visitor().get(`/trace/LABEL-1/files/${id}`).expect(200);
    await app.visitor().get(`/trace/LABEL-1/files/${other}`).expect(404);
  });
});
