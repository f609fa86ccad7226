import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { pathTo, patterns } from '../../paths.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { namesOf } from '../people-names.ts';
import { crumbs } from './bulletin-draft-routes.ts';
import { showPublished } from './bulletin-page.ts';
import { type BulletinParts, documentReader } from './bulletin-parts.ts';
import { maySign } from './bulletin-policy.ts';
import { presentDifferences, presentHead, presentTotal } from './bulletin-presenter.ts';
import { findBulletin } from './bulletin-queries.ts';
import { correctionForm, publicationForm } from './bulletin-schemas.ts';
import { changedSince } from './bulletin-since.ts';
import { termsOf } from './bulletin-terms.ts';
import { correctBulletin } from './correct-bulletin.ts';
import { nextNumber, publishBulletin } from './publish-bulletin.ts';

/** Signing and publishing (签发), and the correction of what was published (更正). */
export function bulletinSignRoutes(parts: BulletinParts): Router {
  const { db, clock, messages } = parts;
  const router = express.Router();
  const reader = documentReader(messages);

  router.get(patterns.bulletinPublication, (req, res) => showPublication(req, res));

  router.post(patterns.bulletinPublication, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      const { number, revision } = read(publicationForm, req.body);
      await publishBulletin(db, actorOf(req), id, { number, revision, reader, now: clock() });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return showPublication(req, res.status(status), formView(req.t, ['number'], req.body, faults));
    }
    flash(req, 'success', req.t('bulletins:publication.done'));
    res.redirect(303, pathTo('bulletin', { id }));
  });

  router.post(patterns.bulletinCorrection, async (req, res) => {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    let correction: number;
    try {
      const { correctionReason: reason } = read(correctionForm, req.body);
      correction = await correctBulletin(db, actor, id, { reason, reader, now: clock() });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const found = await findBulletin(db, actor, id);
      if (!found.mayIssue || found.bulletin.state === 'draft') throw error;
      return showPublished(
        parts,
        req,
        res.status(status),
        found,
        formView(req.t, ['correctionReason'], req.body, faults),
      );
    }
    flash(req, 'success', req.t('bulletins:show.corrected'));
    res.redirect(303, pathTo('bulletin', { id: correction }));
  });
  return router;

  /** What will be signed and by whom, and whether the figures have moved since they were read. */
  async function showPublication(req: Request, res: Response, form?: FormView): Promise<void> {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const { bulletin, programme, mayIssue } = await findBulletin(db, actor, id);
    if (!mayIssue) throw new NotFound();
    if (bulletin.state === 'published') return res.redirect(303, pathTo('bulletin', { id }));
    const terms = await termsOf(db, programme, reader.t);
    const [since, names, number] = await Promise.all([
      changedSince(db, programme, bulletin.figures, dayOf(clock())),
      namesOf(db, [bulletin.createdById, actor.id]),
      nextNumber(db, reader, terms.numberWord, clock()),
    ]);
    const stale = since.filter((one) => one.placedFen !== 0 || one.countedFen !== 0 || one.target !== 0);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/bulletins/publication', {
      title: req.t('bulletins:publication.title'),
      layout: 'work',
      currentPage: patterns.bulletinDesk,
      breadcrumbs: crumbs(req, bulletin.title, id, req.t('bulletins:publication.title')),
      head: presentHead(req, bulletin),
      day: bulletin.figures.day,
      total: presentTotal(bulletin.figures),
      stale: presentDifferences(req, stale),
      form: form ?? { values: { number } },
      revision: bulletin.revision,
      maySign: maySign(actor, bulletin, terms.needsSigner),
      drafter: names.get(bulletin.createdById),
      signer: names.get(actor.id),
      hrefs: {
        action: pathTo('bulletinPublication', { id }),
        back: pathTo('bulletin', { id }),
        refresh: pathTo('bulletinRefresh', { id }),
        preview: pathTo('bulletinSheet', { id }),
      },
    });
  }
}
