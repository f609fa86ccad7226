import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { pathTo } from '../../server/paths.ts';
import { addDays, dayOf } from '../../server/shared/days.ts';
import { certifyApplication } from '../../server/suppliers/applications/certify-application.ts';
import { recommendApplication } from '../../server/suppliers/applications/recommend-application.ts';
import { refuseApplication } from '../../server/suppliers/applications/refuse-application.ts';
import { submitApplication } from '../../server/suppliers/applications/submit-application.ts';
import { answerObjection, objectToNotice } from '../../server/suppliers/object-to-notice.ts';
import { placeTree } from '../../server/units/place-tree.ts';
import { outboxHandlers } from '../../server/work.ts';
import { csrfFrom, makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';
import {
  act,
  actorNamed,
  apply,
  begin,
  certifyCase,
  checkAll,
  creditCode,
  photo,
  publish,
  recommend,
  submitDraft,
  supplierFiles,
  supplierForm,
  upload,
} from './application-story.ts';

let now = new Date('2026-06-15T04:00:00Z');
let market: TestApp;
let world: World;
let applicant: Person;
let workTeam: Person;
let certifier: Person;
let code = 100;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
  await aUser(market.db, { login: 'applicant', name: '申请人（测试）' });
  [applicant, workTeam, certifier] = (await Promise.all(
    ['applicant', 'workteam', 'certifier'].map((login) => personOf(market, login)),
  )) as [Person, Person, Person];
});
beforeEach(async () => {
  now = new Date('2026-06-15T04:00:00Z');
  code += 1;
  const drafts = await market.db.certificationApplication.findMany({ where: { submittedAt: null } });
  for (const { id } of drafts) {
    await market.db.applicationDocument.deleteMany({ where: { applicationId: id } });
    await market.db.certificationApplication.delete({ where: { id } });
  }
});
afterAll(() => market.close());

const inDays = (days: number) => {
  now = new Date(`${addDays('2026-06-15', days)}T04:00:00Z`);
};
const pageOf = (id: number) => pathTo('application', { id });
const stateOf = async (id: number) =>
  (await market.db.certificationApplication.findUniqueOrThrow({ where: { id }, include: { certification: true } }))
    .certification?.state;

/** A case under public notice. */
async function inNotice(): Promise<{ id: number; noticeId: number }> {
  const id = await apply(applicant, { creditCode: creditCode(code), name: `公示合作社${code}` });
  await recommend(workTeam, id);
  return { id, noticeId: await publish(certifier, id, 'supplier') };
}

describe('a draft', () => {
  it('keeps whatever was typed, and its papers, until it is resumed', async () => {
    const id = await begin(applicant);
    const form = pathTo('applicationForm', { id });
    const saved = await upload(applicant, form, form, { name: '只填了名称', creditCode: '还没找到', intent: 'save' }, [
      ['document.business_licence', photo, '营业执照.png'],
    ]);
    expect(saved.headers.location).toBe(form);
    const page = await applicant.open(form);
    expect(page.$('#f-name').val()).toBe('只填了名称');
    expect(page.$('#f-creditCode').val()).toBe('还没找到');
    expect(page.text).toContain('营业执照.png');
    expect((await applicant.open(pathTo('applications'))).text).toContain('只填了名称');
  });

  it('is nobody else’s', async () => {
    const id = await begin(applicant);
    for (const login of ['employee', 'workteam', 'certifier', 'operator', 'supplier']) {
      const other = await personOf(market, login);
      expect((await other.agent.get(pathTo('applicationForm', { id }))).status, login).toBe(404);
      expect((await other.agent.get(pageOf(id))).status, login).toBe(404);
    }
  });

  it('submitted empty tells of every field and paper; nothing was begun', async () => {
    const id = await begin(applicant);
    const answer = await submitDraft(applicant, id, {}, []);
    expect(answer.status).toBe(422);
    const { load } = await import('cheerio');
    const $ = load(answer.text);
    const fields = $('.error-summary a')
      .map((_, link) => $(link).attr('href')?.slice(3))
      .get();
    for (const field of [
      'name',
      'creditCode',
      'kind',
      'place',
      'contact',
      'phone',
      'bankName',
      'bankAccount',
      'goods',
      'story',
      'benefitNote',
      'benefit.guaranteed_dividend.households',
      'document.business_licence',
      'document.food_licence',
      'document.farmer_agreement',
    ])
      expect(fields, field).toContain(field);
    expect(await stateOf(id)).toBeUndefined();
  });

  it.each([
    [{ creditCode: '93500000TEXT000001' }, 'creditCode'],
    [{ bankAccount: '12-34' }, 'bankAccount'],
    [{ place: 'nowhere' }, 'place'],
    [{ kind: 'bank' }, 'kind'],
    [{ phone: '123' }, 'phone'],
    [{ 'benefit.shares.households': '零' }, 'benefit.shares.households'],
    [{ 'benefit.shares.payout': '1.005' }, 'benefit.shares.payout'],
    [{ 'benefit.jobs.households': '3' }, 'benefit.jobs.payout'],
    [{ phone: '1'.repeat(33) }, 'phone'],
  ])('with %o is refused at %s and keeps what was typed', async (changes, field) => {
    const id = await begin(applicant);
    const answer = await submitDraft(applicant, id, supplierForm(changes as Record<string, string>), supplierFiles);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(`href="#f-${field}"`);
    expect(answer.text).toContain('合作社的茶园');
    expect(answer.text).toContain('联农协议.png');
  });

  it('refuses a paper that is no picture or PDF by its bytes, and keeps the others', async () => {
    const id = await begin(applicant);
    const files = [
      ...supplierFiles.slice(0, 2),
      ['document.farmer_agreement', Buffer.from('<script>'), '协议.pdf'] as const,
    ];
    const answer = await submitDraft(applicant, id, supplierForm(), files);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('href="#f-document.farmer_agreement"');
    expect(await market.db.applicationDocument.count({ where: { applicationId: id } })).toBe(2);
  });

  it('needs no food licence for edible farm produce alone', async () => {
    const id = await begin(applicant);
    const fields = supplierForm({ creditCode: creditCode(code), primaryOnly: 'on' });
    const answer = await submitDraft(applicant, id, fields, [
      supplierFiles[0],
      supplierFiles[2],
    ] as typeof supplierFiles);
    expect(answer.status).toBe(303);
  });

  it('can be discarded, what was submitted cannot', async () => {
    const id = await begin(applicant);
    const page = await applicant.open(pathTo('applicationForm', { id }));
    await applicant.send(page, `form[action="${pathTo('applicationDiscarding', { id })}"]`);
    expect((await applicant.agent.get(pathTo('applicationForm', { id }))).status).toBe(404);
    const sent = await apply(applicant, { creditCode: creditCode(code) });
    const answer = await upload(applicant, pageOf(sent), pathTo('applicationDiscarding', { id: sent }), {});
    expect(answer.status).toBe(409);
  });

  it('of one credit code is submitted once, however many press at once', async () => {
    const wanted = creditCode(code);
    const ids = await Promise.all(
      [0, 1, 2, 3, 4].map(async () => {
        const id = await begin(applicant);
        const form = pathTo('applicationForm', { id });
        await upload(applicant, form, form, supplierForm({ creditCode: wanted, intent: 'save' }), supplierFiles);
        return id;
      }),
    );
    const actor = await actorNamed(market.db, 'applicant', now);
    const places = await placeTree(market.db);
    const done = await Promise.allSettled(
      ids.map((applicationId) => submitApplication(market.db, actor, { applicationId, at: now, places })),
    );
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of done)
      if (one.status === 'rejected')
        expect(one.reason.faults).toEqual([{ path: 'creditCode', code: 'alreadyApplied' }]);
    expect(await market.db.certification.count({ where: { application: { id: { in: ids } } } })).toBe(1);
  });
});

describe('a supplier’s application', () => {
  it('goes from the place over review, question, notice and objection to certificate, page and rights', async () => {
    const wanted = creditCode(code);
    const id = await apply(applicant, { creditCode: wanted, name: '云上茶叶合作社（测试）' });
    expect((await workTeam.open(pathTo('applications', { list: 'recommend' }))).text).toContain('云上茶叶合作社');
    expect((await certifier.open(pathTo('applications', { list: 'review' }))).text).not.toContain('云上茶叶合作社');
    // The certifier looks, but the place has the first word.
    expect((await certifier.open(pageOf(id))).$(`form[action="${pathTo('applicationChecks', { id })}"]`)).toHaveLength(
      0,
    );
    expect((await recommend(workTeam, id)).text).toContain('已推荐');

    await act(certifier, id, 'applicationQuestions', { question: '协议第三页看不清，请重新上传' });
    const asked = await applicant.open(pageOf(id));
    expect(asked.text).toContain('协议第三页看不清');
    const question = await market.db.applicationQuestion.findFirstOrThrow({ where: { applicationId: id } });
    const old = await market.db.applicationDocument.findFirstOrThrow({
      where: { applicationId: id, kind: 'farmer_agreement' },
    });
    const blocked = await checkAll(certifier, id, 'supplier');
    expect(blocked.$(`form[action="${pathTo('applicationNotice', { id })}"]`)).toHaveLength(0);
    const answered = await upload(
      applicant,
      pageOf(id),
      pathTo('applicationAnswer', { id, questionId: question.id }),
      { answer: '已重拍上传', remove: String(old.id) },
      [['document.farmer_agreement', photo, '联农协议（清晰）.png']],
    );
    expect(answered.status).toBe(303);
    const seen = await certifier.open(pageOf(id));
    expect(seen.text).toContain('联农协议（清晰）.png');
    expect(seen.text).toContain('换下的材料');

    const noticeId = await publish(certifier, id, 'supplier');
    const visitor = await personOf(market, null);
    const notice = await visitor.open(pathTo('notice', { id: noticeId }));
    expect(notice.text).toContain(wanted);
    expect(notice.text).toContain('¥180,000.50');
    for (const secret of ['6228480000000001', '13800000001', '联络员（测试）'])
      expect(notice.text).not.toContain(secret);
    expect((await visitor.open(pathTo('notices'))).text).toContain('云上茶叶合作社');

    const objected = await visitor.send(notice, `form[action="${pathTo('noticeObjections', { id: noticeId })}"]`, {
      text: '这家的茶园不在本村',
      name: '路人甲',
      contact: '13900000000',
    });
    expect(objected.text).toContain('这家的茶园不在本村');
    expect(objected.text).not.toContain('路人甲');
    expect((await certifier.open(pageOf(id))).text).toContain('路人甲');
    expect((await applicant.open(pageOf(id))).text).not.toContain('路人甲');

    inDays(7);
    expect((await certifier.open(pageOf(id))).text).toContain('公示到 2026-06-22 结束');
    inDays(8);
    expect((await certifier.open(pageOf(id))).text).toContain('有 1 条异议没有答复');
    const refused = await certifyApplication(market.db, await actorNamed(market.db, 'certifier', now), {
      ...{ applicationId: id, at: now, places: await placeTree(market.db), years: 3 },
    }).catch((error) => error);
    expect(refused.code).toBe('objectionOpen');
    const answering = await certifier.open(pathTo('notice', { id: noticeId }));
    const objection = await market.db.objection.findFirstOrThrow({ where: { noticeId } });
    const told = await certifier.send(
      answering,
      `form[action="${pathTo('objectionAnswer', { id: noticeId, objectionId: objection.id })}"]`,
      { answer: '经实地核查，茶园在凉河村', upheld: 'no' },
    );
    expect(told.text).toContain('经实地核查');
    const certified = await certifyCase(certifier, id);
    const { certification } = await market.db.certificationApplication.findUniqueOrThrow({
      where: { id },
      include: { certification: true },
    });
    expect(certification?.state).toBe('certified');
    expect(certified.text).toContain(certification?.number);
    expect([certification?.validFrom, certification?.validUntil].map((day) => day && dayOf(day))).toEqual([
      '2026-06-23',
      '2029-06-22',
    ]);

    const supplier = await market.db.supplier.findUniqueOrThrow({
      where: { creditCode: wanted },
      include: { benefits: true },
    });
    expect(supplier).toMatchObject({
      state: 'active',
      bankAccount: '6228480000000001',
      placeId: world.places.lianghe.id,
    });
    expect(supplier.benefits).toMatchObject([
      { mode: 'shares', households: 120, yearlyPayoutFen: 18_000_050n, year: 2025 },
    ]);
    const shown = await visitor.open(pathTo('supplier', { id: supplier.id }));
    expect(shown.text).toContain(certification?.number);
    const paper = await visitor.open(pathTo('certificate', { number: certification?.number ?? '' }));
    expect(paper.text).toContain('今日有效');
    const owner = await personOf(market, 'applicant');
    await owner.open(pathTo('supplierFulfilments'));

    await drainOutbox(market.db, outboxHandlers(market.container), market.container.log);
    const told2 = await market.db.notification.findMany({
      where: { dedupeKey: { startsWith: `application ${id} ` } },
      include: { user: true },
    });
    const kinds = (login: string) =>
      told2
        .filter(({ user }) => user.login === login)
        .map(({ kind }) => kind)
        .sort();
    expect(kinds('workteam')).toEqual(['application_submitted']);
    expect(kinds('certifier')).toEqual(['application_answered', 'application_objected', 'application_recommended']);
    expect(kinds('applicant')).toEqual([
      'application_asked',
      'application_certified',
      'application_in_notice',
      'application_objected',
      'application_recommended',
    ]);
    const trail = await market.db.auditLine.findMany({
      where: { subjectType: 'certification', subjectId: certification?.id },
      orderBy: { id: 'asc' },
    });
    expect(trail.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        'certification.apply',
        'certification.recommend',
        'certification.ask',
        'certification.answer',
        'certification.check',
        'certification.pass',
        'certification.publish',
        'objection.make',
        'objection.answer',
        'certification.certify',
      ]),
    );
  });

  it('is refused by the place with a reason, and applied for again with what it said', async () => {
    const id = await apply(applicant, { creditCode: creditCode(code), name: '要改的合作社' });
    const unexplained = await act(workTeam, id, 'applicationRefusal', { refusalReason: ' ' });
    expect(unexplained.status).toBe(422);
    expect(faultsOn(unexplained)).toEqual(['请写明原因']);
    await act(workTeam, id, 'applicationRefusal', { refusalReason: '户数与台账不符' });
    expect(await stateOf(id)).toBe('refused');
    const page = await applicant.open(pageOf(id));
    expect(page.text).toContain('户数与台账不符');
    const again = await applicant.send(page, `form:has(input[name="againOf"])`);
    expect(again.$('#f-name').val()).toBe('要改的合作社');
    expect(again.text).toContain('联农协议.png');
    const next = Number(/\d+/.exec(again.path)?.[0]);
    const sent = await submitDraft(
      applicant,
      next,
      supplierForm({ creditCode: creditCode(code), name: '改好的合作社' }),
      [],
    );
    expect(sent.status).toBe(303);
    expect(await market.db.supplier.count({ where: { name: { in: ['要改的合作社', '改好的合作社'] } } })).toBe(1);
  });

  it('is refused by the certifier at review and in notice, and taken back by the applicant', async () => {
    const review = await apply(applicant, { creditCode: creditCode(code) });
    await recommend(workTeam, review);
    await act(certifier, review, 'applicationRefusal', { refusalReason: '许可证过期' });
    expect(await stateOf(review)).toBe('refused');
    code += 1;
    const { id, noticeId } = await inNotice();
    await act(applicant, id, 'applicationWithdrawal');
    expect(await stateOf(id)).toBe('withdrawn');
    const visitor = await personOf(market, null);
    const notice = await visitor.open(pathTo('notice', { id: noticeId }));
    expect(notice.text).toContain('公示已结束');
    expect((await visitor.open(pathTo('notices'))).$(`#notice-${noticeId}`)).toHaveLength(0);
    expect((await visitor.open(pathTo('notices', { past: 1 }))).$(`#notice-${noticeId}`)).toHaveLength(1);
  });

  it('whose objection holds goes back to review and is published anew', async () => {
    const { id, noticeId } = await inNotice();
    await objectToNotice(market.db, null, { noticeId, text: '名称与执照不符', name: null, contact: null }, now);
    const { id: objectionId } = await market.db.objection.findFirstOrThrow({ where: { noticeId } });
    const places = await placeTree(market.db);
    const actor = await actorNamed(market.db, 'certifier', now);
    await answerObjection(market.db, actor, { objectionId, text: '属实', upheld: true, at: now, places });
    inDays(8);
    const wish = { applicationId: id, at: now, places, years: 3 as const };
    await expect(certifyApplication(market.db, actor, wish)).rejects.toMatchObject({ code: 'objectionHolds' });
    await act(certifier, id, 'applicationReview', { reopenReason: '改正名称' });
    expect(await stateOf(id)).toBe('recommended');
    const second = await publish(certifier, id, 'supplier');
    expect(second).not.toBe(noticeId);
    await expect(
      objectToNotice(market.db, null, { noticeId, text: '旧公示', name: null, contact: null }, now),
    ).rejects.toMatchObject({ code: 'noticeOver' });
    inDays(16);
    await certifyCase(certifier, id, '1');
    expect(await stateOf(id)).toBe('certified');
  });

  it('waits with its check-list: an item at fault needs its note, open items hold it back', async () => {
    const id = await apply(applicant, { creditCode: creditCode(code) });
    await recommend(workTeam, id);
    const bare = await act(certifier, id, 'applicationChecks', { 'check.identity': 'fault' });
    expect([bare.status, faultsOn(bare)]).toEqual([422, ['有问题的项目请写明说明']]);
    const part = await act(certifier, id, 'applicationChecks', {
      'check.identity': 'ok',
      'check.licence': 'fault',
      'checkNote.licence': '过期',
    });
    expect(part.text).toContain('还有 5 项没有审核合格');
    expect(part.$('input[name="checkNote.licence"]').val()).toBe('过期');
  });

  it('is handled by nobody who made it, nor of another place', async () => {
    const team = await aUser(market.db, {
      login: `team-${code}`,
      grants: [{ role: 'work_team', place: world.places.yongdong }],
    });
    const own = await personOf(market, team.login);
    const id = await begin(own, { subject: 'supplier', onBehalf: 'on' });
    const outside = await submitDraft(
      own,
      id,
      supplierForm({ creditCode: creditCode(code), place: 'shuanghe' }),
      supplierFiles,
    );
    expect(outside.status).toBe(422);
    expect(outside.text).toContain('href="#f-place"');
    const sent = await submitDraft(own, id, supplierForm({ creditCode: creditCode(code), place: 'lianghe' }), []);
    expect(sent.status).toBe(303);
    const page = await own.open(pageOf(id));
    expect(page.$(`form[action="${pathTo('applicationRecommendation', { id })}"]`)).toHaveLength(0);
    const forced = await upload(own, pageOf(id), pathTo('applicationRecommendation', { id }), {
      recommendation: '我自己推荐',
    });
    expect(forced.status).toBe(403);
    const elsewhere = await aUser(market.db, {
      login: `far-${code}`,
      grants: [
        { role: 'work_team', place: world.places.wulong },
        { role: 'certifier', place: world.places.wulong },
      ],
    });
    expect((await (await personOf(market, elsewhere.login)).agent.get(pageOf(id))).status).toBe(404);
    expect((await recommend(workTeam, id)).text).toContain('已推荐');
    const line = await market.db.auditLine.findFirst({ where: { action: 'certification.apply', actorId: team.id } });
    expect(line?.onBehalfOf).toBe('云岭合作社（测试）');
  });

  it('shows its papers to who handles it and to nobody else', async () => {
    const id = await apply(applicant, { creditCode: creditCode(code) });
    const document = await market.db.applicationDocument.findFirstOrThrow({ where: { applicationId: id } });
    const path = pathTo('applicationDocument', { id, documentId: document.id });
    for (const who of [applicant, workTeam, certifier]) {
      const answer = await who.agent.get(path);
      expect([answer.status, answer.headers['content-type'], answer.headers['x-content-type-options']]).toEqual([
        200,
        'image/png',
        'nosniff',
      ]);
    }
    for (const login of ['employee', 'supplier', 'organizer']) {
      expect((await (await personOf(market, login)).agent.get(path)).status).toBe(404);
    }
  });
});

describe('an objection', () => {
  it('needs its text, is kept as typed, and comes too late after the term', async () => {
    const { noticeId } = await inNotice();
    const visitor = await personOf(market, null);
    const page = await visitor.open(pathTo('notice', { id: noticeId }));
    const form = `form[action="${pathTo('noticeObjections', { id: noticeId })}"]`;
    const empty = await visitor.send(page, form, { text: '', name: '留下的名字' });
    expect([empty.status, empty.$('#f-name').val()]).toEqual([422, '留下的名字']);
    now = new Date('2026-06-22T15:59:59Z');
    expect((await visitor.send(page, form, { text: '公示最后一秒的异议' })).status).toBe(200);
    now = new Date('2026-06-22T16:00:00Z');
    const late = await visitor.send(page, form, { text: '公示过后的异议' });
    expect([late.status, faultsOn(late)]).toEqual([409, ['公示已经结束，不能再提异议']]);
  });

  it('never stands open beside a certificate, whoever comes first at midnight', async () => {
    const actor = await actorNamed(market.db, 'certifier', now);
    const places = await placeTree(market.db);
    for (let round = 0; round < 4; round += 1) {
      now = new Date('2026-06-15T04:00:00Z');
      code += 1;
      const { id, noticeId } = await inNotice();
      const objecting = { noticeId, text: '半夜的异议', name: null, contact: null };
      const [objected, certified] = await Promise.allSettled([
        objectToNotice(market.db, null, objecting, new Date('2026-06-22T15:59:59.900Z')),
        certifyApplication(market.db, actor, {
          applicationId: id,
          at: new Date('2026-06-22T16:00:00Z'),
          places,
          years: 3,
        }),
      ]);
      expect([objected.status, certified.status].sort()).toEqual(['fulfilled', 'rejected']);
    }
  });
});

describe('whatever is sent', () => {
  const junk: Record<string, unknown>[] = [
    {},
    { 'name[]': 'a', 'creditCode[x]': 'b', remove: ['x', '0', '-1', '99999999999'], intent: ['submit', 'save'] },
    { 'check.identity': ['ok', 'fault'], 'checkNote.identity': { a: 1 }, years: 'NaN', upheld: 'maybe', answer: '' },
    {
      name: '\u0000'.repeat(3),
      story: 'x'.repeat(5000),
      'benefit.shares.payout': '1e9',
      recommendation: ' ',
      question: '长'.repeat(3000),
    },
    { subject: 'nothing', renewsId: 'abc', againOf: '-5', list: 'x', text: '短', noticeText: '短', issuer: '' },
  ];

  it('is answered with a fault and never with a failure', async () => {
    const draft = await begin(applicant);
    const sent = await apply(applicant, { creditCode: creditCode(code) });
    await recommend(workTeam, sent);
    code += 1;
    const { id, noticeId } = await inNotice();
    const paths = [
      pathTo('applications'),
      pathTo('applicationForm', { id: draft }),
      ...[sent, id].flatMap((one) =>
        (
          [
            'applicationRecommendation',
            'applicationRefusal',
            'applicationQuestions',
            'applicationChecks',
            'applicationNotice',
            'applicationReview',
            'applicationCertification',
          ] as const
        ).map((name) => pathTo(name, { id: one })),
      ),
      pathTo('applicationAnswer', { id: sent, questionId: 999 }),
      pathTo('noticeObjections', { id: noticeId }),
      pathTo('objectionAnswer', { id: noticeId, objectionId: 999 }),
    ];
    for (const who of [applicant, certifier]) {
      const token = csrfFrom((await who.agent.get(pathTo('newApplication'))).text);
      for (const path of paths)
        for (const body of junk) {
          const answer = await who.agent
            .post(path)
            .type('form')
            .send({ ...body, _csrf: token });
          expect(answer.status, `${path} ${JSON.stringify(body).slice(0, 80)}`).toBeLessThan(500);
        }
    }
    for (const path of [
      '/applications/0',
      '/applications/9999999999',
      '/applications/x/form',
      '/applications/1/documents/x',
      '/notices/0',
      '/notices/99999999',
      '/certificates/%00',
      '/certificates/none',
      '/applications?cursor=%ff&list=x',
    ]) {
      expect((await applicant.agent.get(path)).status, path).toBeLessThan(500);
    }
    expect(await stateOf(sent)).toBe('recommended');
    expect(await stateOf(id)).toBe('in_notice');
  });
});

describe('two at once', () => {
  it('who decide the same case: one does, the other is told that it has moved on', async () => {
    const id = await apply(applicant, { creditCode: creditCode(code) });
    const [team, office] = await Promise.all([
      actorNamed(market.db, 'workteam', now),
      actorNamed(market.db, 'certifier', now),
    ]);
    const places = await placeTree(market.db);
    const decided = await Promise.allSettled([
      recommendApplication(market.db, team, { applicationId: id, reason: '推荐', at: now, places }),
      refuseApplication(market.db, team, { applicationId: id, reason: '不推荐', at: now, places }),
      recommendApplication(market.db, team, { applicationId: id, reason: '再推荐', at: now, places }),
    ]);
    expect(decided.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of decided) if (one.status === 'rejected') expect([403, 409]).toContain(one.reason.status);
    code += 1;
    const { id: noticed } = await inNotice();
    inDays(8);
    const wish = { applicationId: noticed, at: now, places, years: 3 as const };
    const certified = await Promise.allSettled([1, 2, 3].map(() => certifyApplication(market.db, office, wish)));
    expect(certified.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const supplier = await market.db.certificationApplication.findUniqueOrThrow({ where: { id: noticed } });
    expect(await market.db.roleGrant.count({ where: { supplierId: supplier.supplierId, role: 'supplier' } })).toBe(1);
  });
});
