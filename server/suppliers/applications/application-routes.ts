import express, { type Request, type Response, type Router } from 'express';
import { hasRole, suppliersServedBy } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { BadInput, type Fault, NotFound } from '../../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../../shared/pagination.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { sendFile } from '../../web/send-file.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { type NewDocument, readDocuments } from './application-documents.ts';
import { exportApplications } from './application-export.ts';
import { DOCUMENTS, FIELDS, type Typed, typedIn } from './application-form.ts';
import { isApplicant, placesRecommended } from './application-policy.ts';
import { presentApplicationForm, presentApplicationList, presentRows, presentStart } from './application-presenter.ts';
import { APPLICATION_LISTS, countApplications, findApplication, listApplications } from './application-queries.ts';
import { listQuery, startForm, ticked } from './application-schemas.ts';
import { certifiableProducts, renewableCertifications } from './own-certifications.ts';
import { discardDraft, saveDraft } from './save-draft.ts';
import { startApplication } from './start-application.ts';
import { submitApplication } from './submit-application.ts';

export interface ApplicationParts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const PER_PAGE = 30;
const MOST_IN_EXCEL = 5_000;

/** Applying for certification: the lists of who applies, recommends and reviews, and the form with its papers (rule 17). */
export function applicationRoutes({ db, files, clock }: ApplicationParts): Router {
  const router = express.Router();
  router.use(patterns.applications, (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  router.get(patterns.applications, async (req, res) => {
    const actor = actorOf(req);
    const asked = read(listQuery, req.query);
    const tree = await placeTree(db);
    const counts = await countApplications(db, actor, tree);
    const mine = APPLICATION_LISTS.filter(
      (list) =>
        list === 'own' || (list === 'recommend' ? placesRecommended(actor).length > 0 : hasRole(actor, 'certifier')),
    );
    const list = mine.find((one) => one === asked.list) ?? mine.findLast((one) => counts[one] > 0) ?? 'own';
    const beforeId = Number(decodeCursor(asked.cursor, 1)?.[0]) || undefined;
    const rows = await listApplications(db, actor, tree, { list, beforeId, limit: PER_PAGE + 1 });
    const shown = rows.slice(0, PER_PAGE);
    const last = rows.length > PER_PAGE ? shown.at(-1) : undefined;
    const nextHref = last && pathTo('applications', { list, cursor: encodeCursor([last.id]) });
    const page = { list, lists: mine, counts, rows: shown, nextHref, today: dayOf(clock()) };
    res.render('applications/list', presentApplicationList(req, tree, page));
  });

  router.get(patterns.applicationsExport, async (req, res) => {
    const actor = actorOf(req);
    const { list = 'own' } = read(listQuery, req.query);
    const tree = await placeTree(db);
    const rows = await listApplications(db, actor, tree, { list, limit: MOST_IN_EXCEL });
    const sheet = await exportApplications(req, presentRows(req, tree, rows, dayOf(clock())));
    res.attachment(`applications-${list}.xlsx`).type('xlsx').set('Cache-Control', 'no-store').send(sheet);
  });

  router.get(patterns.newApplication, (req, res) => showStart(req, res, []));

  router.post(patterns.applications, async (req, res) => {
    const actor = actorOf(req);
    try {
      const { onBehalf, ...started } = read(startForm, req.body);
      const id = await startApplication(db, actor, { ...started, onBehalf: onBehalf === 'on', at: clock() });
      res.redirect(303, pathTo('applicationForm', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showStart(req, res.status(status), faults);
    }
  });

  router.get(patterns.applicationForm, async (req, res) => {
    const application = await ownDraft(req);
    await showForm(req, res, application.typed, []);
  });

  router.post(patterns.applicationForm, async (req, res) => {
    const actor = actorOf(req);
    const { id, subject } = await ownDraft(req);
    const places = await placeTree(db);
    const act = { applicationId: id, at: clock(), places };
    let typed: Typed = {};
    try {
      typed = typedIn(subject, req.body ?? {});
      const { documents, faults } = await papersOf(req, subject);
      const removed = read(ticked, req.body?.remove ?? []);
      await saveDraft(db, files, actor, { ...act, typed, documents, removed });
      if (faults.length > 0) throw new BadInput(faults);
      if (req.body?.intent === 'submit') {
        await submitApplication(db, actor, act);
        flash(req, 'success', req.t('applications:done.submitted'));
        return res.redirect(303, pathTo('application', { id }));
      }
      flash(req, 'success', req.t('applications:done.saved'));
      res.redirect(303, pathTo('applicationForm', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showForm(req, res.status(status), { ...(req.body ?? {}), ...typed }, faults);
    }
  });

  router.post(patterns.applicationDiscarding, async (req, res) => {
    const act = { applicationId: idIn(req.params.id), at: clock(), places: await placeTree(db) };
    await discardDraft(db, actorOf(req), act);
    flash(req, 'success', req.t('applications:done.discarded'));
    res.redirect(303, pathTo('applications', { list: 'own' }));
  });

  router.get(patterns.applicationDocument, async (req, res) => {
    const { documents } = await findApplication(db, actorOf(req), idIn(req.params.id), await placeTree(db));
    const file = documents.find(({ id }) => id === idIn(req.params.documentId))?.file;
    await sendFile(res, files, file);
  });

  return router;

  /** Sound papers are kept even where others are at fault, so that nobody has to choose them again. */
  async function papersOf(
    req: Request,
    subject: keyof typeof DOCUMENTS,
  ): Promise<{ documents: NewDocument[]; faults: Fault[] }> {
    const read = await Promise.allSettled(
      DOCUMENTS[subject].map((kind) =>
        readDocuments(subject, (field) => (field === `document.${kind}` ? uploadsIn(req, field) : [])),
      ),
    );
    const faults: Fault[] = [];
    const documents = read.flatMap((one) => {
      if (one.status === 'fulfilled') return one.value;
      if (!(one.reason instanceof BadInput)) throw one.reason;
      faults.push(...one.reason.faults);
      return [];
    });
    return { documents, faults };
  }

  /** A draft of the actor's own; what was submitted is a page, no form. */
  async function ownDraft(req: Request) {
    const actor = actorOf(req);
    const application = await findApplication(db, actor, idIn(req.params.id), await placeTree(db));
    if (!isApplicant(actor, application.handled) || application.state !== null) throw new NotFound();
    return application;
  }

  async function showStart(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const suppliers = suppliersServedBy(actor);
    const today = dayOf(clock());
    const [renewable, products] = await Promise.all([
      renewableCertifications(db, suppliers, today),
      certifiableProducts(db, suppliers, today),
    ]);
    const form = formView(req.t, [], {}, faults);
    res.render('applications/new', presentStart(req, { actor, renewable, products, form }));
  }

  async function showForm(
    req: Request,
    res: Response,
    values: Record<string, unknown>,
    faults: Fault[],
  ): Promise<void> {
    const application = await ownDraft(req);
    const tree = await placeTree(db);
    const { subject } = application;
    const products =
      subject === 'product' && application.renewsId === null
        ? await certifiableProducts(db, suppliersServedBy(actorOf(req)), dayOf(clock()))
        : [];
    const fields = [...FIELDS[subject], ...DOCUMENTS[subject].map((kind) => `document.${kind}`)];
    const form = formView(req.t, fields, values, faults);
    const places = application.onBehalf ? placesRecommended(actorOf(req)) : null;
    res.render('applications/form', presentApplicationForm(req, tree, { application, products, form, places }));
  }
}
