import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../server/accounts/actor.ts';
import { findActor } from '../../../server/accounts/actor.ts';
import { COMMON_SCHEME } from '../../../server/quotas/bulletins/assessment.ts';
import { readFigures } from '../../../server/quotas/bulletins/bulletin-figures.ts';
import { documentReader } from '../../../server/quotas/bulletins/bulletin-parts.ts';
import { programmeOf } from '../../../server/quotas/bulletins/bulletin-programme.ts';
import { bulletinOf } from '../../../server/quotas/bulletins/bulletin-queries.ts';
import { sealOf } from '../../../server/quotas/bulletins/bulletin-seal.ts';
import { changedSince } from '../../../server/quotas/bulletins/bulletin-since.ts';
import { correctBulletin } from '../../../server/quotas/bulletins/correct-bulletin.ts';
import { discardBulletin } from '../../../server/quotas/bulletins/discard-bulletin.ts';
import { draftBulletin } from '../../../server/quotas/bulletins/draft-bulletin.ts';
import { editBulletin } from '../../../server/quotas/bulletins/edit-bulletin.ts';
import { publishBulletin } from '../../../server/quotas/bulletins/publish-bulletin.ts';
import { refreshBulletin } from '../../../server/quotas/bulletins/refresh-bulletin.ts';
import { takeFigures } from '../../../server/quotas/bulletins/take-figures.ts';
import { foldTally } from '../../../server/quotas/tally/fold-tally.ts';
import { aTarget } from '../../world/programmes.ts';
import { type Market, openMarket, type Placed } from '../market.ts';

const TEA = 12_800;
let market: Market;
let organizer: Actor;
let operator: Actor;
let late: Placed;

beforeAll(async () => {
  market = await openMarket('2026-05-06');
  const { units, programmes, products } = market.world;
  const { db } = market.app;
  await aTarget(db, { programme: programmes.group, unit: units.bank, fen: 10 * TEA });
  await aTarget(db, { programme: programmes.group, unit: units.bureau, fen: 100 * TEA });
  await db.targetExemption.create({
    data: { programmeId: programmes.group.id, unitId: units.dual.id, reason: '没有食堂（测试）' },
  });
  const at = new Date('2026-01-05T02:00:00Z');
  await db.targetVersion.updateMany({ data: { at } });
  await db.targetExemption.updateMany({ data: { at } });
  const tea = (quantity: number) => [{ productId: products.tea.id, quantity }];
  await market.deliver(await market.buy('buyer', { lines: tea(12), unit: units.bank }));
  await market.deliver(await market.buy('prisonBuyer', { lines: tea(5), unit: units.firstPrison }));
  await market.buy('employee', { lines: tea(1) });
  while ((await foldTally(db)) > 0);
  late = await market.buy('prisonBuyer', { lines: tea(3), unit: units.firstPrison });
  market.turnTo('2026-07-02');
  const day = '2026-07-02';
  organizer = (await findActor(db, market.world.users.organizer.id, day)) as Actor;
  operator = (await findActor(db, market.world.users.operator.id, day)) as Actor;
});
afterAll(() => market.app.close());

const reader = () => documentReader(market.app.container.messages);
const clockNow = () => market.app.container.clock();
const draft = (kind: 'month' | 'quarter' | 'half_year' | 'mid_term' | 'year', periodKey: string, who = organizer) =>
  draftBulletin(market.app.db, who, {
    ...{ programmeId: market.world.programmes.group.id, kind, periodKey, reader: reader(), now: clockNow() },
  });
const publish = (id: number, who = organizer, wish: { number?: string; revision?: number } = {}) =>
  publishBulletin(market.app.db, who, id, {
    ...{ number: wish.number ?? null, revision: wish.revision ?? null, reader: reader(), now: clockNow() },
  });
const edit = (id: number, revision: number, changes: object = {}) =>
  editBulletin(
    market.app.db,
    organizer,
    id,
    {
      ...{ title: '改过的标题', issuer: '测试帮扶集团', recipients: '各成员单位', text: '改过的正文。', cases: null },
      ...{ remarks: { bank: '超额完成', nobody: '没有这家' }, revision },
      ...changes,
    },
    clockNow(),
  );

describe('the figures of a bulletin', () => {
  it('rank units by completion, show more than the whole, and keep exempt ones apart', async () => {
    const { figures } = await bulletinOf(market.app.db, await draft('quarter', '2026-Q2'));
    const told = figures.units.map(({ code, rank, state, share }) => [code, rank, state, share]);
    expect(told).toContainEqual(['bank', 1, 'met', 1.3]);
    expect(told).toContainEqual(['bureau', 2, 'far_behind', 0.05]);
    expect(told).toContainEqual(['dual', null, 'exempt', null]);
    expect(figures.day).toBe('2026-06-30');
    const bureau = figures.units.find(({ code }) => code === 'bureau');
    expect(bureau?.reasons).toContainEqual({ code: 'awaiting', amount: 3 * TEA });
  });

  it('agree with one another to the fen in every part, folded or not', async () => {
    const { figures } = await bulletinOf(market.app.db, await draft('month', '2026-05'));
    const sum = (parts: { placedFen: number; countedFen: number }[]) =>
      parts.reduce((all, part) => [(all[0] ?? 0) + part.placedFen, (all[1] ?? 0) + part.countedFen], [0, 0]);
    expect([figures.total.placedFen, figures.total.countedFen]).toEqual([21 * TEA, 18 * TEA]);
    for (const parts of Object.values(figures.by)) expect(sum(parts)).toEqual([21 * TEA, 18 * TEA]);
    expect(figures.total.period.countedFen).toBe(18 * TEA);
  });

  it('leave out what came after the period, and count the period alone beside the whole', async () => {
    const { figures } = await bulletinOf(market.app.db, await draft('quarter', '2026-Q1'));
    expect(figures.total).toMatchObject({ placedFen: 0, countedFen: 0, period: { placedFen: 0 } });
    const june = await bulletinOf(market.app.db, await draft('month', '2026-06'));
    expect(june.figures.total).toMatchObject({ countedFen: 18 * TEA, period: { countedFen: 0 } });
  });

  it('are one reading while people buy: parts always agree', async () => {
    const { db } = market.app;
    const programme = await programmeOf(db, market.world.programmes.county.id);
    const wish = { programme, kind: 'month' as const, startsOn: '2026-07-01', endsOn: '2026-07-31', scheme: null };
    const buying = (async () => {
      for (let i = 0; i < 6; i += 1)
        await market.buy('employee', { lines: [{ productId: market.world.products.wulongTea.id, quantity: 1 }] });
    })();
    for (let i = 0; i < 5; i += 1) {
      const { total, by } = await takeFigures(db, { ...wish, now: clockNow() });
      for (const parts of Object.values(by))
        expect(parts.reduce((all, { placedFen }) => all + placedFen, 0)).toBe(total.placedFen);
    }
    await buying;
  });

  it('are read back only as what they are', async () => {
    const { figures } = await bulletinOf(market.app.db, await draft('month', '2026-06'));
    expect(readFigures(JSON.stringify(figures))).toEqual(figures);
    expect(() => readFigures({ ...figures, total: { ...figures.total, countedFen: '12' } })).toThrow();
    expect(() => readFigures({})).toThrow();
  });
});

describe('drafting', () => {
  it('is for whoever issues for the programme, in a period that has begun', async () => {
    const { db } = market.app;
    const buyer = (await findActor(db, market.world.users.buyer.id, '2026-07-02')) as Actor;
    await expect(draft('quarter', '2026-Q2', buyer)).rejects.toMatchObject({ status: 404 });
    await expect(draft('quarter', '2026-Q4')).rejects.toMatchObject({ code: 'noSuchPeriod' });
    await expect(draft('quarter', '2025-Q4')).rejects.toMatchObject({ code: 'noSuchPeriod' });
  });

  it('writes sentences with the figures in them', async () => {
    const { text, title } = await bulletinOf(market.app.db, await draft('quarter', '2026-Q2'));
    expect(title).toBe('关于涌洞乡年度任务2026年第二季度完成情况的通报');
    expect(text).toContain('农行市分行（130.0%）');
    expect(text).toContain('已计入2,304.00元');
  });
});

describe('editing', () => {
  it('changes words and remarks, never figures, and only in the revision that was read', async () => {
    const { db } = market.app;
    const id = await draft('month', '2026-05');
    const before = await bulletinOf(db, id);
    await edit(id, before.revision);
    const after = await bulletinOf(db, id);
    expect(after).toMatchObject({ title: '改过的标题', remarks: { bank: '超额完成' }, figures: before.figures });
    await expect(edit(id, before.revision)).rejects.toMatchObject({ code: 'bulletinChanged' });
  });

  it('keeps edited sentences when figures are read anew, and writes untouched ones anew', async () => {
    const { db } = market.app;
    const [touched, untouched] = [await draft('year', '2026'), await draft('year', '2026')];
    await edit(touched, 1);
    await market.buy('colleague', { lines: [{ productId: market.world.products.tea.id, quantity: 2 }] });
    await refreshBulletin(db, organizer, touched, { revision: 2, reader: reader(), now: clockNow() });
    await refreshBulletin(db, organizer, untouched, { revision: 1, reader: reader(), now: clockNow() });
    expect((await bulletinOf(db, touched)).text).toBe('改过的正文。');
    const { text, figures } = await bulletinOf(db, untouched);
    expect(figures.total.countedFen).toBe(20 * TEA);
    expect(text).toContain('已计入2,560.00元');
  });
});

describe('publishing', () => {
  it('numbers bulletins one after the other and seals them', async () => {
    const { db } = market.app;
    const ids = [await draft('month', '2026-05'), await draft('month', '2026-06')];
    for (const id of ids) await publish(id);
    const rows = await db.bulletin.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
    expect(rows.map(({ number }) => number)).toEqual(['帮扶通报〔2026〕1号', '帮扶通报〔2026〕2号']);
    for (const row of rows) expect(row.seal).toBe(sealOf(row));
    const lines = await db.auditLine.findMany({ where: { subjectType: 'bulletin', subjectId: ids[0] } });
    expect(lines.map(({ action }) => action)).toEqual(['bulletin.draft', 'bulletin.publish']);
  });

  it('is beyond every use case afterwards', async () => {
    const { db } = market.app;
    const id = await draft('quarter', '2026-Q1');
    await publish(id);
    const before = await db.bulletin.findUniqueOrThrow({ where: { id } });
    const conflict = { code: 'bulletinPublished' };
    await expect(edit(id, before.revision)).rejects.toMatchObject(conflict);
    await expect(
      refreshBulletin(db, organizer, id, { revision: before.revision, reader: reader(), now: clockNow() }),
    ).rejects.toMatchObject(conflict);
    await expect(publish(id)).rejects.toMatchObject(conflict);
    await expect(discardBulletin(db, organizer, id, clockNow())).rejects.toMatchObject(conflict);
    expect(await db.bulletin.findUniqueOrThrow({ where: { id } })).toEqual(before);
  });

  it('happens once however many press', async () => {
    const id = await draft('half_year', '2026-H1');
    const answers = await Promise.allSettled([1, 2, 3, 4].map(() => publish(id)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const lines = await market.app.db.auditLine.count({ where: { action: 'bulletin.publish', subjectId: id } });
    expect(lines).toBe(1);
  });

  it('against an edit: one of the two, never a published text that nobody signed', async () => {
    const { db } = market.app;
    for (let i = 0; i < 4; i += 1) {
      const id = await draft('mid_term', 'mid');
      const [published, edited] = await Promise.allSettled([publish(id, organizer, { revision: 1 }), edit(id, 1)]);
      expect([published.status, edited.status].sort()).toEqual(['fulfilled', 'rejected']);
      const row = await db.bulletin.findUniqueOrThrow({ where: { id } });
      if (published.status === 'fulfilled') expect(row.seal).toBe(sealOf(row));
      expect(row.title === '改过的标题').toBe(edited.status === 'fulfilled');
      // so that the next round may publish again
      await db.bulletin.delete({ where: { id } });
    }
  });

  it('refuses a number in use and a second bulletin of the period', async () => {
    const id = await draft('year', '2026');
    await expect(publish(id, organizer, { number: '帮扶通报〔2026〕1号' })).rejects.toMatchObject({
      code: 'numberTaken',
    });
    await expect(publish(await draft('month', '2026-05'))).rejects.toMatchObject({ code: 'periodPublished' });
  });

  it('needs a second person where the terms say so', async () => {
    const { db } = market.app;
    const { group } = market.world.programmes;
    await db.bulletinTerms.create({
      data: {
        ...{ programmeId: group.id, issuer: '测试帮扶集团', numberWord: '测帮通', recipients: '各成员单位' },
        ...{ needsSigner: true, scheme: COMMON_SCHEME },
      },
    });
    const id = await draft('month', '2026-04');
    await expect(publish(id)).rejects.toMatchObject({ status: 403, code: 'secondSigner' });
    await publish(id, operator);
    expect(await bulletinOf(db, id)).toMatchObject({ number: '测帮通〔2026〕1号', publishedById: operator.id });
    await db.bulletinTerms.delete({ where: { programmeId: group.id } });
  });
});

describe('what changed since', () => {
  it('stands beside the frozen figures, which stay', async () => {
    const { db } = market.app;
    const id = await draft('month', '2026-07');
    await publish(id);
    const { figures } = await bulletinOf(db, id);
    const programme = await programmeOf(db, market.world.programmes.group.id);
    expect(await changedSince(db, programme, figures, '2026-07-02')).toEqual([]);
    await market.cancel(late);
    const since = await changedSince(db, programme, figures, '2026-07-02');
    expect(since.map(({ code, placedFen }) => [code, placedFen])).toEqual([
      ['bureau', -3 * TEA],
      ['first-prison', -3 * TEA],
    ]);
    expect((await bulletinOf(db, id)).figures).toEqual(figures);
  });

  it('goes into a correction that names what it corrects; one of them, and both stay', async () => {
    const { db } = market.app;
    const { id } = await db.bulletin.findFirstOrThrow({
      where: { kind: 'month', state: 'published', startsOn: new Date('2026-07-01') },
    });
    const wish = { reason: '监狱取消一单', reader: reader(), now: clockNow() };
    const drafts = await Promise.allSettled([1, 2].map(() => correctBulletin(db, organizer, id, wish)));
    expect(drafts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const made = drafts.find((one) => one.status === 'fulfilled');
    const correction = made?.status === 'fulfilled' ? made.value : 0;
    await publish(correction);
    const [original, right] = [await bulletinOf(db, id), await bulletinOf(db, correction)];
    expect(original).toMatchObject({ state: 'published', correction: { id: correction } });
    expect(right).toMatchObject({ state: 'published', corrects: { id }, correctionReason: '监狱取消一单' });
    expect(original.figures.total.placedFen - right.figures.total.placedFen).toBe(3 * TEA);
    await expect(correctBulletin(db, organizer, id, wish)).rejects.toMatchObject({ code: 'alreadyCorrected' });
  });
});
