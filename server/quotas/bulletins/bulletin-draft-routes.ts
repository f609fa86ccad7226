import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { pathTo, patterns } from '../../paths.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { nameOf } from '../board/board-presenter.ts';
import { type BulletinParts, documentReader } from './bulletin-parts.ts';
import { presentDifferences, presentDocument, presentHead, presentTotal } from './bulletin-presenter.ts';
import { type FoundBulletin, findBulletin } from './bulletin-queries.ts';
import { editForm, revisionForm } from './bulletin-schemas.ts';
import { compareUnits } from './bulletin-since.ts';
import { discardBulletin } from './discard-bulletin.ts';
import { editBulletin } from './edit-bulletin.ts';
import { previewRefresh, refreshBulletin } from './refresh-bulletin.ts';

const FIELDS = ['title', 'issuer', 'recipients', 'text', 'cases'];

/** A draft in its drafter's hands: words and remarks, figures read anew, thrown away. */
export function bulletinDraftRoutes({ db, clock, messages }: BulletinParts): Router {
  const router = express.Router();

  router.post(patterns.bulletin, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      const { cases, ...edit } = read(editForm, req.body);
      await editBulletin(db, actorOf(req), id, { ...edit, cases: cases || null }, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const found = await findBulletin(db, actorOf(req), id);
      if (found.bulletin.state !== 'draft') throw error;
      return showDraft(req, res.status(status), found, formView(req.t, FIELDS, req.body, faults));
    }
    flash(req, 'success', req.t('bulletins:draft.saved'));
    res.redirect(303, pathTo('bulletin', { id }));
  });

  router.get(patterns.bulletinRefresh, async (req, res) => {
    const id = idIn(req.params.id);
    const { bulletin, fresh, isEdited } = await previewRefresh(
      ...([db, actorOf(req), id, documentReader(messages), clock()] as const),
    );
    res.set('Cache-Control', 'no-store');
    res.render('quotas/bulletins/refresh', {
      title: req.t('bulletins:refresh.title'),
      layout: 'work',
      currentPage: patterns.bulletinDesk,
      breadcrumbs: crumbs(req, bulletin.title, id, req.t('bulletins:refresh.title')),
      action: pathTo('bulletinRefresh', { id }),
      backHref: pathTo('bulletin', { id }),
      revision: bulletin.revision,
      isEdited,
      differences: presentDifferences(req, compareUnits(bulletin.figures.units, fresh.units)),
    });
  });

  router.post(patterns.bulletinRefresh, async (req, res) => {
    const id = idIn(req.params.id);
    const { revision } = read(revisionForm, req.body);
    const done = await refreshBulletin(db, actorOf(req), id, {
      ...{ revision, reader: documentReader(messages), now: clock() },
    });
    const { length } = compareUnits(done.bulletin.figures.units, done.fresh.units);
    flash(req, 'success', req.t('bulletins:refresh.done', { count: length }));
    res.redirect(303, pathTo('bulletin', { id }));
  });

  router.post(patterns.bulletinRemoval, async (req, res) => {
    await discardBulletin(db, actorOf(req), idIn(req.params.id), clock());
    flash(req, 'success', req.t('bulletins:draft.discarded'));
    res.redirect(303, pathTo('bulletinDesk'));
  });
  return router;
}

export function crumbs(req: Request, title: string, id: number, label: string) {
  return [
    { label: req.t('bulletins:desk.title'), href: pathTo('bulletinDesk') },
    { label: title, href: pathTo('bulletin', { id }) },
    { label },
  ];
}

/** The draft's page: what may be put into other words, beside the tables that may not. */
export function showDraft(req: Request, res: Response, { bulletin }: FoundBulletin, form?: FormView): void {
  const { id, figures, remarks } = bulletin;
  const typed = form?.values.remarks as Record<string, unknown> | undefined;
  res.set('Cache-Control', 'no-store');
  res.render('quotas/bulletins/draft', {
    title: bulletin.title,
    layout: 'work',
    currentPage: patterns.bulletinDesk,
    breadcrumbs: [{ label: req.t('bulletins:desk.title'), href: pathTo('bulletinDesk') }, { label: bulletin.title }],
    head: presentHead(req, bulletin),
    day: figures.day,
    total: presentTotal(figures),
    document: presentDocument(req, bulletin),
    form: form ?? { values: { ...bulletin, cases: bulletin.cases ?? '' } },
    revision: bulletin.revision,
    remarks: [...figures.units]
      .sort((a, b) => (b.rank ?? -1) - (a.rank ?? -1))
      .map((unit) => ({
        code: unit.code,
        name: nameOf(req, unit),
        state: unit.state,
        share: unit.share,
        text: typed?.[unit.code] ?? remarks[unit.code] ?? '',
      })),
    hrefs: {
      action: pathTo('bulletin', { id }),
      refresh: pathTo('bulletinRefresh', { id }),
      publication: pathTo('bulletinPublication', { id }),
      removal: pathTo('bulletinRemoval', { id }),
      preview: pathTo('bulletinSheet', { id }),
      word: pathTo('bulletinWord', { id }),
      excel: pathTo('bulletinExcel', { id }),
    },
  });
}
