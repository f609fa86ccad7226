import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { type Actor, findActor } from '../../accounts/actor.ts';
import { createFileStore, type FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { ApplicationDocumentKind } from '../../db/generated/enums.ts';
import { addDays, dayOf, dayToColumn } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import type { NewDocument } from '../../suppliers/applications/application-documents.ts';
import { CHECKS, DOCUMENTS, type Typed } from '../../suppliers/applications/application-form.ts';
import { certifyApplication } from '../../suppliers/applications/certify-application.ts';
import { answerQuestion, askApplicant } from '../../suppliers/applications/question-application.ts';
import { recommendApplication } from '../../suppliers/applications/recommend-application.ts';
import { refuseApplication } from '../../suppliers/applications/refuse-application.ts';
import { RENEWAL_OPENS_DAYS } from '../../suppliers/applications/renewal-term.ts';
import { checkApplication, publishNotice } from '../../suppliers/applications/review-application.ts';
import { saveDraft } from '../../suppliers/applications/save-draft.ts';
import { startApplication } from '../../suppliers/applications/start-application.ts';
import { submitApplication } from '../../suppliers/applications/submit-application.ts';
import { answerObjection, objectToNotice } from '../../suppliers/object-to-notice.ts';
import { type PlaceTree, placeTree } from '../../units/place-tree.ts';
import { NO_PASSWORD } from './add-people.ts';
import { madeUpCreditCode } from './credit-code.ts';

interface Stage {
  db: PrismaClient;
  files: FileStore;
  now: Date;
  places: PlaceTree;
  applicant: Actor;
  workTeam: Actor;
  certifier: Actor;
}

const DAY_MS = 86_400_000;
const PLACE = 'xiushan-yongdong-heba';
const ISSUER = '秀山县乡村振兴局（演示）';
/** Far from those of the suppliers that sell. */
const FIRST_CODE = 70_000;

/**
 * Applications at every stage by the market's own use cases, and what was typed for the certifications that the rows leave under way.
 * Applicants are made up and sign in with no password.
 */
export async function showApplications(db: PrismaClient, now: Date, dataDir: string | undefined): Promise<void> {
  const [workTeam, certifier] = await Promise.all(['workteam', 'certifier'].map((login) => actorNamed(db, login, now)));
  const places = await placeTree(db);
  if (!workTeam || !certifier || !places.byCode.has(PLACE)) return;
  const { id } = await db.user.create({
    data: {
      login: 'demo-applicant',
      name: '申请人（演示）',
      passwordHash: NO_PASSWORD,
      isDemo: true,
      createdAt: ago(now, 60),
    },
    select: { id: true },
  });
  const applicant = await findActor(db, id, dayOf(now));
  if (!applicant) return;
  const stage = { db, files: filesIn(dataDir), now, places, applicant, workTeam, certifier };
  await fillRunningCases(stage);
  await showDrafts(stage);
  await showRecommendation(stage);
  await showQuestion(stage);
  await showRefusal(stage);
  await showCertified(stage);
  await showRenewal(stage);
}

async function actorNamed(db: PrismaClient, login: string, now: Date): Promise<Actor | null> {
  const user = await db.user.findUnique({ where: { login }, select: { id: true } });
  return user && findActor(db, user.id, dayOf(now));
}

function ago(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}

/** Without a folder the rows alone, as tests of the rows want it. */
function filesIn(dataDir: string | undefined): FileStore {
  if (dataDir) return createFileStore(dataDir);
  return {
    keep: async (tx, { name, mime, bytes }, byId) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file = { sha256, name, mime, bytes: bytes.length, byId };
      return (await tx.file.create({ data: file, select: { id: true } })).id;
    },
    open: async () => null,
    sweep: async () => 0,
  };
}

const TITLES: Record<ApplicationDocumentKind, string> = {
  business_licence: '营业执照',
  food_licence: '食品经营许可证',
  farmer_agreement: '联农协议',
  batch_standard: '批次标准',
  inspection_report: '检验报告',
  label: '标签',
  other: '其他材料',
};

/** A picture that says what it stands for, and across it that it is a demonstration. */
async function drawn(kind: ApplicationDocumentKind, of: string): Promise<NewDocument> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="840" viewBox="0 0 640 840" font-family="Noto Sans CJK SC, sans-serif" fill="#23342c">
    <rect width="640" height="840" fill="#fdfbf4"/><rect x="24" y="24" width="592" height="792" fill="none" stroke="#a63d2f" stroke-width="2"/>
    <text x="320" y="120" text-anchor="middle" font-size="40" fill="#a63d2f">${TITLES[kind]}（演示）</text>
    <text x="320" y="200" text-anchor="middle" font-size="22">${of}</text>
    <text x="320" y="520" text-anchor="middle" font-size="110" fill="#a63d2f" fill-opacity="0.14" transform="rotate(-24 320 480)">演示 DEMO</text>
  </svg>`;
  const bytes = await sharp(Buffer.from(svg)).png({ compressionLevel: 9 }).toBuffer();
  return { kind, name: `${TITLES[kind]}（演示）.png`, mime: 'image/png', bytes };
}

function supplierTyped(name: string, number: number, goods: string): Typed {
  return {
    ...{ name, creditCode: madeUpCreditCode('93', FIRST_CODE + number), kind: 'cooperative', place: PLACE },
    ...{
      contact: '联络员（演示）',
      phone: '023-00000070',
      bankName: '演示银行秀山支行',
      bankAccount: '0000000000000070',
    },
    ...{ goods, story: `${name}由村民自愿联合组建，种养结合，统一收购。`, primaryOnly: 'on' },
    ...{ benefitNote: '每年十二月按股分红，收购价高于市场价的部分随货款结清。' },
    ...{ 'benefit.shares.households': String(60 + number * 7), 'benefit.shares.payout': `${80_000 + number * 6_500}` },
  };
}

async function draft(
  { db, files, places }: Stage,
  by: Actor,
  typed: Typed,
  at: Date,
  onBehalf = false,
): Promise<number> {
  const applicationId = await startApplication(db, by, { subject: 'supplier', onBehalf, at });
  const documents = await Promise.all(
    (['business_licence', 'farmer_agreement'] as const).map((kind) => drawn(kind, typed.name ?? '')),
  );
  await saveDraft(db, files, by, { applicationId, typed, documents, removed: [], at, places });
  return applicationId;
}

async function submitted(stage: Stage, typed: Typed, at: Date): Promise<number> {
  const applicationId = await draft(stage, stage.applicant, typed, at);
  await submitApplication(stage.db, stage.applicant, { applicationId, at, places: stage.places });
  return applicationId;
}

async function showDrafts(stage: Stage): Promise<void> {
  const { creditCode: _, ...unfinished } = supplierTyped('河坝村稻花鱼专业合作社（虚构）', 1, '稻花鱼、鱼干');
  await draft(stage, stage.workTeam, unfinished, ago(stage.now, 2), true);
}

async function showRecommendation(stage: Stage): Promise<void> {
  await submitted(stage, supplierTyped('千丘贡米家庭农场（虚构）', 2, '贡米、糯米'), ago(stage.now, 3));
}

async function recommended(stage: Stage, typed: Typed, days: number): Promise<number> {
  const { db, now, places, workTeam } = stage;
  const applicationId = await submitted(stage, typed, ago(now, days));
  const reason = '已到合作社核实，社员名册和分红账目属实，同意推荐。';
  await recommendApplication(db, workTeam, { applicationId, reason, at: ago(now, days - 2), places });
  return applicationId;
}

async function showQuestion(stage: Stage): Promise<void> {
  const { db, now, places, certifier } = stage;
  const applicationId = await recommended(stage, supplierTyped('梯田蜂蜜合作社（虚构）', 3, '土蜂蜜'), 9);
  const act = { applicationId, at: ago(now, 4), places };
  const checks = { identity: { ok: true, note: '' }, licence: { ok: true, note: '只销售自产食用农产品' } };
  await checkApplication(db, certifier, { ...act, checks });
  await askApplicant(db, certifier, { ...act, text: '联农协议没有写明分红比例，请补充盖章页。' });
}

async function showRefusal(stage: Stage): Promise<void> {
  const { db, now, places, workTeam } = stage;
  const applicationId = await submitted(stage, supplierTyped('河坝山货贸易公司（虚构）', 4, '干货'), ago(now, 20));
  const reason = '未在本村开展生产，联农户数与台账不符，请核实后重新申请。';
  await refuseApplication(db, workTeam, { applicationId, reason, at: ago(now, 17), places });
}

/** From application to certificate, with a question and an objection on the way. */
async function showCertified(stage: Stage): Promise<void> {
  const { db, files, now, places, applicant, certifier } = stage;
  const applicationId = await recommended(
    stage,
    supplierTyped('河坝林下鸡专业合作社（虚构）', 5, '林下土鸡、鸡蛋'),
    32,
  );
  const act = (days: number) => ({ applicationId, at: ago(now, days), places });
  await askApplicant(db, certifier, { ...act(27), text: '收购价怎么定，由谁公布？' });
  const question = await db.applicationQuestion.findFirstOrThrow({ where: { applicationId }, select: { id: true } });
  await answerQuestion(db, files, applicant, {
    ...{ ...act(26), questionId: question.id, documents: [], removed: [] },
    text: '每月一日由理事会按市场均价上浮一成公布，贴在村务公开栏。',
  });
  const checks = Object.fromEntries(CHECKS.supplier.map((item) => [item, { ok: true, note: '' }]));
  await checkApplication(db, certifier, { ...act(25), checks });
  const text = '经审核，拟将“河坝林下鸡专业合作社（虚构）”认定为消费帮扶产品经营主体，现予公示（演示）。';
  await publishNotice(db, certifier, { ...act(25), issuer: ISSUER, text });
  const notice = await db.publicNotice.findFirstOrThrow({
    where: { certification: { application: { id: applicationId } } },
    select: { id: true },
  });
  const objection = { noticeId: notice.id, name: null, contact: null, text: '林下养殖的面积请公开。' };
  const objectionId = await objectToNotice(db, null, objection, ago(now, 22));
  const answer = '林下养殖面积 120 亩，地块图已在村务公开栏公示（演示）。';
  await answerObjection(db, certifier, { objectionId, text: answer, upheld: false, at: ago(now, 21), places });
  await certifyApplication(db, certifier, { ...act(16), years: 3 });
}

/** The supplier of a product whose certification ends soon has asked for its renewal. */
async function showRenewal({ db, files, now, places }: Stage): Promise<void> {
  const ending = await db.certification.findFirst({
    where: {
      ...{ state: 'certified', number: { not: null }, productId: { not: null } },
      validUntil: { gte: dayToColumn(dayOf(now)), lte: dayToColumn(addDays(dayOf(now), RENEWAL_OPENS_DAYS)) },
    },
    select: { id: true, product: { select: { code: true, family: { select: { name: true } }, supplierId: true } } },
    orderBy: { validUntil: 'asc' },
  });
  const supplierId = ending?.product?.supplierId;
  const right = supplierId && (await db.roleGrant.findFirst({ where: { role: 'supplier', supplierId } }));
  const actor = right ? await findActor(db, right.userId, dayOf(now)) : null;
  if (!ending?.product || !actor) return;
  const { code, family } = ending.product;
  const at = ago(now, 1);
  const applicationId = await startApplication(db, actor, {
    subject: 'product',
    onBehalf: false,
    renewsId: ending.id,
    at,
  });
  const typed = { product: code, standard: '执行标准未变，附本年度检验报告（演示）', output: '2600' };
  const documents = await Promise.all(
    (['batch_standard', 'inspection_report'] as const).map((kind) => drawn(kind, family.name)),
  );
  await saveDraft(db, files, actor, { applicationId, typed, documents, removed: [], at, places });
  await submitApplication(db, actor, { applicationId, at, places });
}

/** What was applied for where the demonstration's own suppliers and products are on the way: so that the cases can be taken on. */
async function fillRunningCases({ db, files, applicant, now }: Stage): Promise<void> {
  const running = await db.certification.findMany({
    where: { state: { in: ['applied', 'recommended', 'reviewed', 'in_notice'] }, application: null },
    select: {
      ...{ id: true, appliedAt: true },
      supplier: { include: { place: { select: { code: true } }, benefits: true } },
      product: { select: { id: true, code: true, supplierId: true, family: { select: { name: true } } } },
    },
    orderBy: { id: 'asc' },
  });
  for (const { id, appliedAt, supplier, product } of running) {
    const subject = product ? ('product' as const) : ('supplier' as const);
    const typed: Typed = product
      ? { product: product.code, standard: '执行标准见随附文件，每批抽检水分与农残（演示）', output: '3000' }
      : {
          ...supplierTyped(supplier?.name ?? '', supplier?.id ?? 0, '村集体自产农产品'),
          ...{ kind: supplier?.kind ?? '', place: supplier?.place.code ?? '', story: supplier?.story ?? '' },
          ...benefitsTyped(supplier?.benefits ?? []),
        };
    const key = product ? `product:${product.id}` : `supplier:${typed.creditCode}`;
    const application = await db.certificationApplication.create({
      data: {
        ...{ subject, certificationId: id, applicantId: applicant.id, openKey: key, form: typed, checks: {} },
        ...{ supplierId: supplier?.id ?? product?.supplierId, productId: product?.id },
        ...{ createdAt: appliedAt, submittedAt: appliedAt, updatedAt: now },
      },
      select: { id: true },
    });
    for (const kind of DOCUMENTS[subject].slice(0, 3)) {
      const { kind: _, ...file } = await drawn(kind, supplier?.name ?? product?.family.name ?? '');
      const fileId = await files.keep(db, file, applicant.id);
      await db.applicationDocument.create({
        data: { applicationId: application.id, kind, fileId, addedAt: appliedAt },
        select: { id: true },
      });
    }
  }
}

function benefitsTyped(benefits: readonly { mode: string; households: number; yearlyPayoutFen: bigint }[]): Typed {
  return Object.fromEntries(
    benefits.flatMap(({ mode, households, yearlyPayoutFen }) => [
      [`benefit.${mode}.households`, String(households)],
      [`benefit.${mode}.payout`, formatYuan(yearlyPayoutFen).replaceAll(',', '')],
    ]),
  );
}
