import type { Actor } from '../../accounts/actor.ts';
import { pathTo } from '../../paths.ts';
import { dayFromColumn, dayOf } from '../../shared/days.ts';
import { type PlaceTree, placeName } from '../../units/place-tree.ts';
import type { FormView } from '../../web/form-view.ts';
import { mayHappenToCertification } from '../certification-states.ts';
import { CHECKS, DOCUMENTS, readProduct, readSupplier } from './application-form.ts';
import { isApplicant, mayRecommend, mayReview } from './application-policy.ts';
import { nameIn, presentDocument, productName, type Reader, stateMark } from './application-presenter.ts';
import type { WholeApplication } from './application-queries.ts';
import { VALID_YEARS } from './certify-application.ts';
import { NOTICE_DAYS } from './renewal-term.ts';
import { isUnderReview } from './review-application.ts';

interface CasePage {
  actor: Actor;
  application: WholeApplication;
  issuer: string;
  form: FormView;
  now: Date;
}

/** The data of `views/applications/show.hbs`: what was applied for, the papers, the questions, whose turn it is, and what they may do. */
export function presentCase(reader: Reader, tree: PlaceTree, page: CasePage) {
  const { t } = reader;
  const { actor, application, form } = page;
  const { id, subject, handled, state, documents } = application;
  const title = titleOf(reader, application);
  const ours = { applicant: isApplicant(actor, handled), reviewer: mayReview(actor, handled, tree) };
  const kept = documents.filter(({ removedAt }) => removedAt === null);
  return {
    title,
    layout: 'work',
    currentPage: pathTo('applications'),
    breadcrumbs: [{ label: t('applications:list.title'), href: pathTo('applications') }, { label: title }],
    application: {
      id,
      ...stateMark(reader, state),
      isSupplier: subject === 'supplier',
      subjectLabel: t(`applications:subject.${subject}`),
      isRenewal: application.renewsId !== null,
      renewsNumber: application.renews?.number,
      applicantName: application.applicant.name,
      onBehalf: application.onBehalf,
      submittedAt: application.submittedAt?.toISOString(),
      placeName: application.placeId === null ? '' : placeName(tree, application.placeId, reader.locale),
      number: application.certification?.number,
      issuer: application.certification?.issuer,
      validFrom: application.certification?.validFrom && dayFromColumn(application.certification.validFrom),
      validUntil: application.certification?.validUntil && dayFromColumn(application.certification.validUntil),
      certificateHref: application.certification?.number
        ? pathTo('certificate', { number: application.certification.number })
        : undefined,
      subjectHref: subjectHref(application),
    },
    supplier: subject === 'supplier' ? supplierFacts(reader, application) : undefined,
    product: subject === 'product' ? productFacts(reader, application) : undefined,
    documents: DOCUMENTS[subject].map((kind) => ({
      label: t(`applications:document.${kind}`),
      files: kept.filter((document) => document.kind === kind).map((document) => presentDocument(id, document)),
    })),
    removed: documents
      .filter(({ removedAt }) => removedAt !== null)
      .map((document) => ({ ...presentDocument(id, document), removedAt: document.removedAt?.toISOString() })),
    steps: stepsOf(reader, application),
    questions: application.questions.map((question) => ({
      ...question,
      askedAt: question.askedAt.toISOString(),
      answeredAt: question.answeredAt?.toISOString(),
      answerHref:
        ours.applicant && !question.answeredAt && isUnderReview(application)
          ? pathTo('applicationAnswer', { id, questionId: question.id })
          : undefined,
    })),
    answerDocuments: DOCUMENTS[subject].map((kind) => ({
      field: `document.${kind}`,
      label: t(`applications:document.${kind}`),
      files: kept.filter((document) => document.kind === kind).map((document) => presentDocument(id, document)),
    })),
    notices: noticesOf(application, ours.reviewer, dayOf(page.now)),
    checks: CHECKS[subject].map((item) => checkOf(reader, application, form, item, subject)),
    acts: actsOf(reader, tree, page, ours),
    form: { ...form, labels: labelsOf(reader, application) },
  };
}

function titleOf({ t, locale }: Reader, { product, supplier, typed }: WholeApplication): string {
  if (product) return productName(locale, product);
  return (supplier && nameIn(locale, supplier)) || typed.name || t('applications:list.unnamed');
}

function subjectHref({ product, supplier }: WholeApplication): string | undefined {
  if (product) return product.state === 'draft' ? undefined : pathTo('product', { id: product.id });
  return supplier && supplier.state !== 'applying' ? pathTo('supplier', { id: supplier.id }) : undefined;
}

function supplierFacts({ t }: Reader, { typed }: WholeApplication) {
  const { answers } = readSupplier(typed);
  if (!answers) return undefined;
  const { benefits, kind, ...facts } = answers;
  return {
    ...facts,
    kindLabel: t(`suppliers:kinds.${kind}`),
    benefits: benefits.map((benefit) => ({ ...benefit, label: t(`catalog:benefit.${benefit.mode}`) })),
    households: benefits.reduce((sum, { households }) => sum + households, 0),
    payoutFen: benefits.reduce((sum, { yearlyPayoutFen }) => sum + yearlyPayoutFen, 0),
  };
}

function productFacts({ locale }: Reader, { typed, product, supplier }: WholeApplication) {
  const { answers } = readProduct(typed);
  if (!answers || !product) return undefined;
  return {
    ...{ standard: answers.standard, outputGrams: answers.outputGrams, note: answers.note, netGrams: product.netGrams },
    category: nameIn(locale, product.category),
    supplierName: supplier && nameIn(locale, supplier),
    supplierHref: supplier ? pathTo('supplier', { id: supplier.id }) : undefined,
  };
}

function stepsOf({ t }: Reader, { events }: WholeApplication) {
  return events.map(({ state, reason, at, actorName }) => ({
    label: t(`certifications:state.${state}`),
    at: at.toISOString(),
    detail: [actorName, reason].filter(Boolean).join(t('certifications:show.joiner')),
    state: ['suspended', 'revoked', 'disqualified', 'refused', 'withdrawn'].includes(state) ? 'stopped' : 'done',
  }));
}

function noticesOf({ notices, state }: WholeApplication, isReviewer: boolean, today: string) {
  return notices.map((notice, index) => ({
    ...notice,
    href: pathTo('notice', { id: notice.id }),
    isOpen: index === 0 && state === 'in_notice' && notice.endsOn >= today,
    objections: notice.objections.map(({ name, contact, at, answer, upheld, ...objection }) => ({
      ...objection,
      ...{ answer, upheld, at: at.toISOString() },
      from: isReviewer ? [name, contact].filter(Boolean).join(' ') : '',
    })),
    open: notice.objections.filter(({ answeredAt }) => answeredAt === null).length,
  }));
}

function checkOf(
  { t }: Reader,
  application: WholeApplication,
  form: FormView,
  item: string,
  subject: keyof typeof CHECKS,
) {
  const kept = application.checks[item];
  const typed = form.values[`check.${item}`];
  const outcome = typed ?? (kept && (kept.ok ? 'ok' : 'fault'));
  return {
    ...{ item, field: `check.${item}`, noteField: `checkNote.${item}` },
    label: t(`applications:check.${subject}.${item}`),
    isOk: outcome === 'ok',
    isFault: outcome === 'fault',
    note: form.values[`checkNote.${item}`] ?? kept?.note ?? '',
  };
}

function labelsOf({ t }: Reader, { subject }: WholeApplication): Record<string, string> {
  return Object.fromEntries(DOCUMENTS[subject].map((kind) => [`document.${kind}`, t(`applications:document.${kind}`)]));
}

interface Ours {
  applicant: boolean;
  reviewer: boolean;
}

/** What the reader may do now, with what stands in the way. */
function actsOf(reader: Reader, tree: PlaceTree, { actor, application, issuer, form, now }: CasePage, ours: Ours) {
  const { t } = reader;
  const { id, state, handled, renewsId, subject } = application;
  if (state === null) return {};
  const underReview = isUnderReview(application);
  const recommends = mayRecommend(actor, handled, tree) && state === 'applied' && renewsId === null;
  const openChecks = CHECKS[subject].filter((item) => !application.checks[item]?.ok).length;
  const openQuestions = application.questions.filter(({ answeredAt }) => answeredAt === null).length;
  const [notice] = application.notices;
  const openObjections = notice?.objections.filter(({ answeredAt }) => answeredAt === null).length ?? 0;
  const runs = notice !== undefined && notice.endsOn >= dayOf(now);
  const holds = notice?.objections.some(({ upheld }) => upheld) ?? false;
  const inNotice = ours.reviewer && state === 'in_notice';
  const refuses = (ours.reviewer && (underReview || state === 'in_notice')) || recommends;
  return {
    isOwn: ours.applicant,
    recommendHref: recommends ? pathTo('applicationRecommendation', { id }) : undefined,
    refuseHref: refuses ? pathTo('applicationRefusal', { id }) : undefined,
    checksHref: ours.reviewer && underReview ? pathTo('applicationChecks', { id }) : undefined,
    askHref: ours.reviewer && underReview ? pathTo('applicationQuestions', { id }) : undefined,
    publishHref:
      ours.reviewer && underReview && openChecks + openQuestions === 0
        ? pathTo('applicationNotice', { id })
        : undefined,
    publishWaits: ours.reviewer && underReview && openChecks + openQuestions > 0,
    ...{ openChecks, openQuestions, openObjections, holds },
    noticeDays: NOTICE_DAYS[renewsId === null ? 'first' : 'renewal'],
    issuer,
    noticeText: t(`applications:noticeText.${subject}`, { name: titleOf(reader, application) }),
    certifyHref:
      inNotice && !runs && openObjections === 0 && !holds ? pathTo('applicationCertification', { id }) : undefined,
    certifyWaits: inNotice && (runs || openObjections > 0 || holds),
    runsUntil: runs ? notice?.endsOn : undefined,
    years: VALID_YEARS.map((value) => ({
      value: String(value),
      label: t('applications:act.yearsCount', { count: value }),
    })),
    reopenHref: inNotice ? pathTo('applicationReview', { id }) : undefined,
    withdrawHref:
      ours.applicant && mayHappenToCertification(state, 'withdraw')
        ? pathTo('applicationWithdrawal', { id })
        : undefined,
    againHref: ours.applicant && (state === 'refused' || state === 'withdrawn') ? pathTo('applications') : undefined,
    againSubject: subject,
    isRefusing: form.errors?.refusalReason !== undefined,
    isReopening: form.errors?.reopenReason !== undefined,
  };
}
