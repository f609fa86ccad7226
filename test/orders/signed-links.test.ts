import { createConnection } from 'mysql2/promise';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { confirmFulfilment } from '../../server/orders/confirm-fulfilment.ts';
import { issueLink, revokeLink } from '../../server/orders/links/issue-link.ts';
import type { Purpose } from '../../server/orders/links/link-purposes.ts';
import { tokenOf } from '../../server/orders/links/link-token.ts';
import { addDays } from '../../server/shared/days.ts';
import { outboxHandlers } from '../../server/work.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { csrfFrom } from '../setup/app.ts';
import { startMailServer } from '../setup/mail-server.ts';
import { faultsOn, type Page, personOf } from '../setup/person.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { aUser } from '../world/users.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;
let mail: Awaited<ReturnType<typeof startMailServer>>;
let slip: Buffer;

beforeAll(async () => {
  mail = await startMailServer();
  market = await openMarket(DAY, { env: { SMTP_URL: mail.url, MAIL_FROM: 'market@example.cn' } });
  slip = await sharp({ create: { width: 30, height: 40, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
});
afterAll(async () => {
  await market.app.close();
  await mail.stop();
});

const actorOf = async (who: keyof Market['world']['users']): Promise<Actor> => {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};

async function bought(quantity = 4): Promise<Placed> {
  const { products, units } = market.world;
  return market.buy('buyer', { lines: [{ productId: products.tea.id, quantity }], unit: units.bank });
}

const parcelOf = (order: Placed) => order.fulfilments[0]?.id ?? 0;

async function pathOf(linkId: number): Promise<string> {
  const link = await market.app.db.signedLink.findUniqueOrThrow({ where: { id: linkId } });
  return `/go/${tokenOf(market.app.container.config.sessionSecret, link)}`;
}

async function linkTo(order: Placed, purpose: Purpose): Promise<string> {
  const wish = { fulfilmentId: parcelOf(order), purpose };
  return pathOf(await issueLink(market.app.db, await actorOf('supplier'), wish, now));
}

/** Two chickens, cold chain, and two boxes of tea, in one parcel. */
async function boughtBoth(): Promise<Placed> {
  const { chicken, tea } = market.world.products;
  const lines = [chicken, tea].map((product) => ({ productId: product.id, quantity: 2 }));
  return market.buy('buyer', { lines, unit: market.world.units.bank });
}

/** The products of each shipment, the oldest first. */
async function goodsSent(order: Placed): Promise<number[][]> {
  const shipments = await market.app.db.shipment.findMany({
    where: { fulfilmentId: parcelOf(order) },
    orderBy: { id: 'asc' },
    include: { lines: { include: { line: true } } },
  });
  return shipments.map(({ lines }) => lines.map(({ line }) => line.productId));
}

function hiddenOf({ $ }: Page): Record<string, string> {
  const fields = $('form[action^="/go/"] input[type="hidden"]')
    .toArray()
    .map(({ attribs }) => [attribs.name ?? '', attribs.value ?? ''] as const);
  return Object.fromEntries(fields.filter(([name]) => name !== '_csrf'));
}

/** Sends the ship form of a link's page with a photo, as a phone does. */
async function ship(path: string, fields: Record<string, string>, photo: Buffer | null = slip) {
  const agent = market.app.visitor();
  const page = await agent.get(path);
  const sent = agent.post(path).field('_csrf', csrfFrom(page.text));
  for (const [name, value] of Object.entries(fields)) sent.field(name, value);
  return photo ? sent.attach('slip', photo, { filename: 'slip.png', contentType: 'image/png' }) : sent;
}

const CARRIER = { carrier: '邮政', trackingNumber: 'YZ-1', temperature: '4', rest: 'follows' };

describe('a signed link', () => {
  it('confirms, leads to shipping with a photo, and neither twice, without anybody signed in', async () => {
    const order = await bought();
    const path = await linkTo(order, 'confirm');
    const visitor = await personOf(market.app, null);
    const page = await visitor.open(path);
    expect(page.text).toContain('凉河白茶');
    expect(page.text).not.toContain('13800000000');
    const next = await visitor.send(page, `form[action="${path}"]`);
    expect(next.path).toMatch(/^\/go\/\d+-/);
    expect(next.text).toContain('13800000000');
    expect((await market.app.db.fulfilment.findUniqueOrThrow({ where: { id: parcelOf(order) } })).state).toBe(
      'confirmed',
    );
    const again = await visitor.open(path, 410);
    expect(again.text).toContain('已经办过');

    const noPhoto = await ship(next.path, CARRIER, null);
    expect(noPhoto.status).toBe(422);
    expect(noPhoto.text).toContain('href="#f-slip"');
    const noNumber = await ship(next.path, { ...CARRIER, trackingNumber: '' });
    expect(noNumber.status).toBe(422);
    const neither = await ship(next.path, { ...CARRIER, trackingNumber: '' }, null);
    expect(neither.text).toContain('href="#f-slip"');
    expect(neither.text).toContain('href="#f-trackingNumber"');
    expect(noNumber.text).toContain('href="#f-trackingNumber"');
    expect(await market.app.db.shipment.count({ where: { fulfilmentId: parcelOf(order) } })).toBe(0);
    const shipped = await ship(next.path, CARRIER);
    expect(shipped.text).toContain('办好了');
    const shipment = await market.app.db.shipment.findFirstOrThrow({ where: { fulfilmentId: parcelOf(order) } });
    expect(shipment.slipFileId).not.toBeNull();
    await visitor.open(next.path, 410);

    const buyer = await personOf(market.app, market.world.users.buyer.login);
    expect((await buyer.open(`/orders/${order.id}`)).$(`a[href="/shipments/${shipment.id}/slip"]`)).toHaveLength(1);
    expect((await buyer.agent.get(`/shipments/${shipment.id}/slip`)).headers['content-type']).toContain('image/png');
    const stranger = await personOf(market.app, market.world.users.colleague.login);
    expect((await stranger.agent.get(`/shipments/${shipment.id}/slip`)).status).toBe(404);
    const trail = await market.app.db.auditLine.findMany({ where: { action: { startsWith: 'link.' } } });
    expect(trail.map(({ action }) => action).sort()).toEqual(['link.issue', 'link.issue', 'link.use', 'link.use']);
  });

  it('ends with its holder’s right to look after the supplier', async () => {
    const { app, world } = market;
    const { lianghe } = world.suppliers;
    const leaving = await aUser(app.db, { grants: [{ role: 'supplier', supplier: lianghe }] });
    const holder = await findActor(app.db, leaving.id, DAY);
    if (!holder) throw new Error('nobody holds the link');
    const wish = { fulfilmentId: parcelOf(await bought()), purpose: 'confirm' as const };
    const path = await pathOf(await issueLink(app.db, holder, wish, now));
    const visitor = await personOf(app, null);
    const page = await visitor.open(path);
    await app.db.roleGrant.updateMany({ where: { userId: leaving.id }, data: { until: new Date(DAY) } });
    expect((await visitor.open(path, 410)).text).toContain('收回');
    expect((await visitor.send(page, `form[action="${path}"]`)).status).toBe(410);
    expect((await app.db.fulfilment.findUniqueOrThrow({ where: { id: wish.fulfilmentId } })).state).toBe('to_confirm');
  });

  it('ships less with the reason, and what is missing is given up', async () => {
    const order = await bought(5);
    const path = await linkTo(order, 'confirm');
    const visitor = await personOf(market.app, null);
    const next = await visitor.send(await visitor.open(path), `form[action="${path}"]`);
    const part = await visitor.open(`${next.path}?step=part`);
    const field = part.$('input[name^="quantity-"]').first().attr('name') ?? '';
    const silent = await ship(next.path, { ...CARRIER, [field]: '3', rest: 'drop', reason: '' });
    expect(silent.status).toBe(422);
    expect(silent.text).toContain('href="#f-reason"');
    await ship(next.path, { ...CARRIER, [field]: '3', rest: 'drop', reason: '雨水多，采得少' });
    const parcel = await market.app.db.fulfilment.findUniqueOrThrow({
      where: { id: parcelOf(order) },
      include: { receipts: { include: { lines: true } } },
    });
    expect(parcel.state).toBe('shipped');
    expect(parcel.receipts).toMatchObject([{ kind: 'rest', reason: '雨水多，采得少' }]);
  });

  it('asks one question a page, and what was answered travels to the last', async () => {
    const order = await bought(5);
    await confirmFulfilment(market.app.db, await actorOf('supplier'), parcelOf(order), now);
    const path = await linkTo(order, 'ship');
    const visitor = await personOf(market.app, null);
    const first = await visitor.open(path);
    expect(first.$('input[name^="quantity-"], input[name="carrier"], .bottom-nav, .search')).toHaveLength(0);
    expect((await visitor.open(`${path}?step=all`)).$('input[type="file"]')).toHaveLength(1);
    const part = await visitor.open(`${path}?step=part`);
    const field = part.$('input[name^="quantity-"]').attr('name') ?? '';
    const tooMany = await visitor.open(`${path}?step=slip&${field}=6`, 422);
    expect(tooMany.$(`a[href="#f-${field}"]`)).toHaveLength(1);
    await visitor.open(`${path}?step=slip&${field}=x`, 422);
    expect((await visitor.open(`${path}?step=slip&${field}=5`)).$('input[type="file"]')).toHaveLength(1);
    // What becomes of the rest is asked before anything is wrong.
    const rest = await visitor.open(`${path}?step=slip&${field}=3`);
    expect(rest.$('button[name="step"]')).toHaveLength(2);
    const silent = await visitor.open(`${path}?step=slip&${field}=3&rest=drop&reason=`, 422);
    expect(silent.$('a[href="#f-reason"]')).toHaveLength(1);
    const slipPage = await visitor.open(`${path}?step=slip&${field}=3&rest=drop&reason=rain`);
    const kept = Object.fromEntries(
      slipPage
        .$('form[action^="/go/"] input[type="hidden"]')
        .toArray()
        .map((input) => [input.attribs.name, input.attribs.value]),
    );
    expect(kept).toMatchObject({ [field]: '3', rest: 'drop', reason: 'rain' });
    // The photo alone was wrong: the same page again, with all answers.
    const noPhoto = await ship(path, { ...CARRIER, [field]: '3', rest: 'drop', reason: 'rain' }, null);
    expect(noPhoto.text).toContain(`name="${field}" value="3"`);
    await ship(path, { ...CARRIER, [field]: '3', rest: 'drop', reason: 'rain' });
    const shipped = await market.app.db.shipmentLine.findMany({
      where: { shipment: { fulfilmentId: parcelOf(order) } },
    });
    expect(shipped.map(({ quantity }) => quantity)).toEqual([3]);
    // The next parcel's slip knows who carries.
    const next = await bought(2);
    await confirmFulfilment(market.app.db, await actorOf('supplier'), parcelOf(next), now);
    const other = await visitor.open(`${await linkTo(next, 'ship')}?step=all`);
    expect(other.$('input[name="carrier"]').attr('value')).toBe(CARRIER.carrier);
  });

  it('ships cold-chain goods in a box of their own and the others by the next link (rule 23)', async () => {
    const { db } = market.app;
    const order = await boughtBoth();
    await confirmFulfilment(db, await actorOf('supplier'), parcelOf(order), now);
    const path = await linkTo(order, 'ship');
    const visitor = await personOf(market.app, null);
    const first = await visitor.open(path);
    expect(first.text).toContain('冷的要单独装一箱');
    expect(first.$('.act-lines').text()).toContain('山地鸡');
    expect(first.$('.act-lines').text()).not.toContain('白茶');
    const all = await visitor.open(first.$('a.button--buy').attr('href') ?? '');
    expect(all.$('#f-temperature')).toHaveLength(1);
    expect((await visitor.open(first.$('a.button--quiet').attr('href') ?? '')).$('input[type="number"]')).toHaveLength(
      1,
    );
    const kept = hiddenOf(all);
    expect((await ship(path, { ...CARRIER, ...kept, temperature: '' })).text).toContain('href="#f-temperature"');
    const shipped = await ship(path, { ...CARRIER, ...kept });
    expect(shipped.text).toContain('别的东西装另一箱');
    const next = /href="(\/go\/[^"]+)"/.exec(shipped.text)?.[1] ?? '';
    const then = await visitor.open(next);
    expect(then.text).not.toContain('单独装一箱');
    expect(then.$('.act-lines').text()).toContain('白茶');
    const slipPage = await visitor.open(then.$('a.button--buy').attr('href') ?? '');
    expect(slipPage.$('#f-temperature')).toHaveLength(0);
    expect((await ship(next, { carrier: '邮政', trackingNumber: 'YZ-2', ...hiddenOf(slipPage) })).text).toContain(
      '办好了',
    );
    const { chicken, tea } = market.world.products;
    expect(await goodsSent(order)).toEqual([[chicken.id], [tea.id]]);
  });

  it('gives up what is missing of the cold-chain goods alone, and the others follow all the same', async () => {
    const { db } = market.app;
    const order = await boughtBoth();
    await confirmFulfilment(db, await actorOf('supplier'), parcelOf(order), now);
    const path = await linkTo(order, 'ship');
    const visitor = await personOf(market.app, null);
    const part = await visitor.open(`${path}?step=part&only=cold`);
    const field = part.$('input[name^="quantity-"]').attr('name') ?? '';
    const rest = await visitor.open(`${path}?step=slip&only=cold&${field}=1`);
    expect(rest.text).toContain('少发的怎么办');
    const answers = { only: 'cold', [field]: '1', rest: 'drop', reason: '只有一只' };
    expect((await ship(path, { ...CARRIER, ...answers })).text).toContain('别的东西装另一箱');
    const parcel = await db.fulfilment.findUniqueOrThrow({
      where: { id: parcelOf(order) },
      include: { receipts: { include: { lines: { include: { line: true } } } } },
    });
    expect(parcel.state).toBe('partly_shipped');
    expect(parcel.receipts).toHaveLength(1);
    expect(parcel.receipts[0]?.lines).toMatchObject([
      { shortQuantity: 1, line: { productId: market.world.products.chicken.id } },
    ]);
    const others = await visitor.open(await linkTo(order, 'ship'));
    expect(others.$('.act-lines li')).toHaveLength(1);
    expect(others.$('.act-lines').text()).toContain('白茶');
  });

  it('lets the other goods go first', async () => {
    const order = await boughtBoth();
    await confirmFulfilment(market.app.db, await actorOf('supplier'), parcelOf(order), now);
    const path = await linkTo(order, 'ship');
    const visitor = await personOf(market.app, null);
    const first = await visitor.open(path);
    const others = await visitor.open(first.$('a[href$="only=other"]').attr('href') ?? '');
    expect(others.$('.act-lines').text()).toContain('白茶');
    const slipPage = await visitor.open(others.$('a.button--buy').attr('href') ?? '');
    expect(slipPage.$('#f-temperature')).toHaveLength(0);
    const shipped = await ship(path, { carrier: '邮政', trackingNumber: 'YZ-3', ...hiddenOf(slipPage) });
    expect(shipped.text).toContain('冷的那一箱');
    expect(await goodsSent(order)).toEqual([[market.world.products.tea.id]]);
  });

  it('answers a shortage: contested in words, or agreed with', async () => {
    const [order, other] = [await bought(4), await bought(4)];
    await market.deliver(order, 3);
    await market.deliver(other, 3);
    const visitor = await personOf(market.app, null);
    const path = await linkTo(order, 'shortage');
    const page = await visitor.open(path);
    expect(page.text).toContain('少了 1');
    const empty = await visitor.send(page, 'form:has(textarea)', { text: '' });
    expect(empty.status).toBe(422);
    expect(faultsOn(empty)).toHaveLength(1);
    await visitor.send(page, 'form:has(textarea)', { text: '出库时点过四袋' });
    const dispute = await market.app.db.receiptDispute.findFirstOrThrow({ include: { messages: true } });
    expect(dispute.messages[0]?.text).toBe('出库时点过四袋');
    await visitor.open(path, 410);
    const agreeing = await linkTo(other, 'shortage');
    await visitor.send(await visitor.open(agreeing), 'form:has(input[value="agree"])');
    expect(await market.app.db.receiptDispute.count()).toBe(1);
    await visitor.open(agreeing, 410);
  });

  it('does nothing else, and nothing at all when it was forged, altered, taken back or is too old', async () => {
    const order = await bought();
    const wish = { fulfilmentId: parcelOf(order), purpose: 'confirm' as const };
    const id = await issueLink(market.app.db, await actorOf('supplier'), wish, now);
    const path = await pathOf(id);
    const visitor = await personOf(market.app, null);
    await visitor.open('/go/nothing', 404);
    await visitor.open(`${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`, 404);
    await visitor.open(path.replace(/\d+-/, `${id + 1}-`), 404);
    await market.app.db.signedLink.update({ where: { id }, data: { purpose: 'ship' } });
    await visitor.open(path, 404);
    await market.app.db.signedLink.update({ where: { id }, data: { purpose: 'confirm' } });
    const other = await bought();
    expect((await visitor.open(`/supplier/fulfilments/${parcelOf(other)}/links`)).path).toContain('/sign-in');
    market.turnTo(addDays(DAY, 8));
    expect((await visitor.open(path, 410)).text).toContain('过期');
    market.turnTo(DAY);
    await revokeLink(market.app.db, await actorOf('supplier'), id, now);
    expect((await visitor.open(path, 410)).text).toContain('收回');
    expect((await market.app.db.fulfilment.findUniqueOrThrow({ where: { id: parcelOf(order) } })).state).toBe(
      'to_confirm',
    );
    const upload = await market.app.visitor().post(path).attach('slip', slip, 'slip.png');
    expect(upload.headers.location).toContain('/sign-in');
  });

  it('pressed twice at once confirms once', async () => {
    const path = await linkTo(await bought(), 'confirm');
    const agents = [market.app.visitor(), market.app.visitor()];
    const tokens = await Promise.all(agents.map(async (agent) => csrfFrom((await agent.get(path)).text)));
    const answers = await Promise.all(
      agents.map((agent, at) =>
        agent
          .post(path)
          .type('form')
          .send({ _csrf: tokens[at] ?? '' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410]);
    const [late] = answers.filter(({ status }) => status === 410);
    const [first] = answers.filter(({ status }) => status === 303);
    expect(late?.text).toContain(`href="${first?.headers.location}"`);
  });

  it.each([
    ['all of it', {}, '办好了'],
    ['a part, the rest to follow', { short: '3' }, '下一批'],
  ])(
    'opened on two phones that both ship %s at the same moment ships once, with one photo',
    async (_what, fields, told) => {
      const order = await bought();
      await confirmFulfilment(market.app.db, await actorOf('supplier'), parcelOf(order), now);
      const path = await linkTo(order, 'ship');
      const page = await market.app.visitor().get(`${path}?step=part`);
      const field = /name="(quantity-[^"]+)"/.exec(page.text)?.[1] ?? '';
      const typed = { ...CARRIER, ...('short' in fields ? { [field]: fields.short } : {}) };
      const id = Number(/\/go\/(\d+)/.exec(path)?.[1]);
      const holder = await createConnection(connectionOptions(market.app.container.config.databaseUrl));
      await holder.beginTransaction();
      await holder.query('SELECT id FROM signed_link WHERE id = ? FOR UPDATE', [id]);
      const phones = [ship(path, typed), ship(path, typed)];
      await untilWaiting(holder, 2);
      await holder.commit();
      const answers = await Promise.all(phones);
      await holder.end();
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
      expect(answers.find(({ status }) => status === 200)?.text).toContain(told);
      expect(answers.find(({ status }) => status === 410)?.text).toContain('已经办过');
      const shipments = await market.app.db.shipment.findMany({ where: { fulfilmentId: parcelOf(order) } });
      expect(shipments.map(({ slipFileId }) => slipFileId !== null)).toEqual([true]);
      // Pressed again later, it says so too instead of asking to sign in.
      expect((await ship(path, typed)).status).toBe(410);
    },
  );

  it('opens no more once the thing was done otherwise', async () => {
    const order = await bought();
    const path = await linkTo(order, 'confirm');
    await confirmFulfilment(market.app.db, await actorOf('supplier'), parcelOf(order), now);
    const visitor = await personOf(market.app, null);
    expect((await visitor.open(path, 410)).text).toContain('不用办');
    const desk = await personOf(market.app, market.world.users.supplier.login);
    expect((await desk.open(`/supplier/fulfilments/${parcelOf(order)}/links`)).text).toContain('不用办了');
  });

  it('is handed out by the supplier and a village’s work team, and goes out by mail', async () => {
    const order = await bought();
    const place = market.world.places.lianghe;
    const team = await aUser(market.app.db, { grants: [{ role: 'work_team', place }] });
    const member = await personOf(market.app, team.login);
    const desk = await member.open(`/supplier/fulfilments/${parcelOf(order)}/links`);
    const issued = await member.send(desk, 'form:has(input[name="purpose"][value="confirm"])');
    const url = issued.$('input[readonly]').attr('value') ?? '';
    expect(url.startsWith(market.app.url)).toBe(true);
    expect(issued.$('.link-qr svg')).toHaveLength(1);
    const visitor = await personOf(market.app, null);
    expect((await visitor.open(url.replace(market.app.url, ''))).text).toContain('凉河白茶');
    const taken = await member.send(issued, 'form[action$="/revocation"]');
    expect(taken.text).toContain('已收回');
    const again = await member.send(desk, 'form:has(input[name="purpose"][value="confirm"])');
    const path = (again.$('input[readonly]').attr('value') ?? '').replace(market.app.url, '');
    await visitor.send(await visitor.open(path), 'main form[method="post"]');
    expect(
      await market.app.db.auditLine.findFirstOrThrow({
        where: { action: 'fulfilment.confirm', subjectId: parcelOf(order) },
      }),
    ).toMatchObject({ actorId: team.id, onBehalfOf: market.world.suppliers.lianghe.name });
    const other = await personOf(market.app, market.world.users.riceSupplier.login);
    await other.open(`/supplier/fulfilments/${parcelOf(order)}/links`, 404);

    await market.app.db.user.update({
      where: { id: market.world.users.supplier.id },
      data: { email: 'village@example.cn' },
    });
    const fresh = await bought();
    const { container } = market.app;
    while (
      (await drainOutbox(
        market.app.db,
        { ...outboxHandlers(container), 'product.changed': async () => {} },
        container.log,
      )) > 0
    );
    const sent = mail.mails
      .filter(({ to }) => to === 'village@example.cn')
      .map(({ text }) => /\/go\/\S+/.exec(text)?.[0] ?? '');
    const opened = await Promise.all(sent.map(async (path) => (await visitor.agent.get(path)).text));
    expect(opened.some((text) => text.includes(String(parcelOf(fresh)).padStart(6, '0')))).toBe(true);
  });

  it('leaves no difference behind', async () => {
    const found: unknown[] = [];
    await market.settle();
    await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
    expect(found).toEqual([]);
  });
});
