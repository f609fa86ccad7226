import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { pathTo, patterns } from '../../paths.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { readDocuments } from './application-documents.ts';
import { CHECKS, DOCUMENTS } from './application-form.ts';
import { mayReview } from './application-policy.ts';
import { findApplication, lastIssuer } from './application-queries.ts';
import type { ApplicationParts } from './application-routes.ts';
import {
  answerForm,
  certifyForm,
  checkOutcome,
  noticeForm,
  questionForm,
  recommendForm,
  refuseForm,
  reopenForm,
  ticked,
} from './application-schemas.ts';
import { presentCase } from './case-presenter.ts';
import { certifyApplication } from './certify-application.ts';
import type { ApplicationAct, Checks } from './lock-application.ts';
import { answerQuestion, askApplicant } from './question-application.ts';
import { recommendApplication } from './recommend-application.ts';
import { refuseApplication, withdrawApplication } from './refuse-application.ts';
import { checkApplication, publishNotice, reopenReview } from './review-application.ts';

const FIELDS = [
  'recommendation',
  'refusalReason',
  'reopenReason',
  'question',
  'answer',
  'issuer',
  'noticeText',
  'years',
];

/** A case of certification from its submission on: the applicant follows and answers, the place recommends, the certifier decides (rule 17). */
export function caseRoutes({ db, files, clock }: ApplicationParts): Router {
  const router = express.Router();

  router.get(patterns.application, (req, res) => show(req, res, []));

  router.post(patterns.applicationWithdrawal, (req, res) =>
    act(req, res, 'withdrawn', (one) => withdrawApplication(db, actorOf(req), { ...one, reason: '' })),
  );
  router.post(patterns.applicationRecommendation, (req, res) =>
    act(req, res, 'recommended', (one) => {
      const { recommendation } = read(recommendForm, req.body);
      return recommendApplication(db, actorOf(req), { ...one, reason: recommendation });
    }),
  );
  router.post(patterns.applicationRefusal, (req, res) =>
    act(req, res, 'refused', (one) => {
      const { refusalReason } = read(refuseForm, req.body);
      return refuseApplication(db, actorOf(req), { ...one, reason: refusalReason });
    }),
  );
  router.post(patterns.applicationQuestions, (req, res) =>
    act(req, res, 'asked', (one) => {
      const { question } = read(questionForm, req.body);
      return askApplicant(db, actorOf(req), { ...one, text: question });
    }),
  );
  router.post(patterns.applicationAnswer, (req, res) =>
    act(req, res, 'answered', async (one) => {
      const questionId = idIn(req.params.questionId);
      const { subject } = await findApplication(db, actorOf(req), one.applicationId, one.places);
      const { answer } = read(answerForm, req.body);
      const documents = await readDocuments(subject, (field) => uploadsIn(req, field));
      const removed = read(ticked, req.body?.remove ?? []);
      await answerQuestion(db, files, actorOf(req), { ...one, questionId, text: answer, documents, removed });
    }),
  );
  router.post(patterns.applicationChecks, (req, res) =>
    act(req, res, 'checked', async (one) => {
      const { subject } = await findApplication(db, actorOf(req), one.applicationId, one.places);
      await checkApplication(db, actorOf(req), { ...one, checks: checksIn(subject, req.body ?? {}) });
    }),
  );
  router.post(patterns.applicationNotice, (req, res) =>
    act(req, res, 'published', (one) => {
      const { issuer, noticeText } = read(noticeForm, req.body);
      return publishNotice(db, actorOf(req), { ...one, issuer, text: noticeText });
    }),
  );
  router.post(patterns.applicationReview, (req, res) =>
    act(req, res, 'reopened', (one) => {
      const { reopenReason } = read(reopenForm, req.body);
      return reopenReview(db, actorOf(req), { ...one, reason: reopenReason });
    }),
  );
  router.post(patterns.applicationCertification, (req, res) =>
    act(req, res, 'certified', async (one) => {
      const { years } = read(certifyForm, req.body);
      await certifyApplication(db, actorOf(req), { ...one, years });
    }),
  );

  return router;

  async function act(
    req: Request,
    res: Response,
    done: string,
    perform: (act: ApplicationAct) => Promise<void>,
  ): Promise<void> {
    const applicationId = idIn(req.params.id);
    try {
      await perform({ applicationId, at: clock(), places: await placeTree(db) });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), faults);
    }
    flash(req, 'success', req.t(`applications:done.${done}`));
    res.redirect(303, pathTo('application', { id: applicationId }));
  }

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const tree = await placeTree(db);
    const application = await findApplication(db, actor, idIn(req.params.id), tree);
    if (application.state === null) return res.redirect(303, pathTo('applicationForm', { id: application.id }));
    const { placeId } = application;
    const issuer =
      placeId !== null && mayReview(actor, application.handled, tree) ? await lastIssuer(db, tree, placeId) : '';
    const fields = [...FIELDS, ...DOCUMENTS[application.subject].map((kind) => `document.${kind}`)];
    const form = formView(req.t, fields, req.body ?? {}, faults);
    res.set('Cache-Control', 'no-store');
    res.render('applications/show', presentCase(req, tree, { actor, application, issuer, form, now: clock() }));
  }
}

/** The check-list of a form: what was not ticked is open; what is at fault says why. Throws BadInput. */
function checksIn(subject: keyof typeof CHECKS, body: Record<string, unknown>): Checks {
  const faults: Fault[] = [];
  const entries = CHECKS[subject].flatMap((item) => {
    const outcome = checkOutcome.safeParse(body[`check.${item}`]);
    const note = String(body[`checkNote.${item}`] ?? '')
      .trim()
      .slice(0, 500);
    if (!outcome.success) return [];
    if (outcome.data === 'fault' && note === '') faults.push({ path: `check.${item}`, code: 'checkNoteNeeded' });
    return [[item, { ok: outcome.data === 'ok', note }] as const];
  });
  if (faults.length > 0) throw new BadInput(faults);
  return Object.fromEntries(entries);
}
