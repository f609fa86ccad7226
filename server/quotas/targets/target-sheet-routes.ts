import express, { type Request, type Response, type Router } from 'express';
import type { i18n } from 'i18next';
import { actorOf } from '../../accounts/who-acts.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound, Refusal } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn } from '../../web/forms.ts';
import { translator } from '../../web/i18n.ts';
import { uploadsIn } from '../../web/uploads.ts';
import type { Programme } from '../programme-list.ts';
import { translatorsOf } from '../sheets/sheet-words.ts';
import { applyTargetSheet } from './apply-target-sheet.ts';
import type { SheetContext } from './read-target-sheet.ts';
import { governedProgramme } from './target-policy.ts';
import { presentHead } from './target-presenter.ts';
import { loadNewest, unitsOf } from './target-queries.ts';
import { reasonIn } from './target-reason.ts';
import { scopeTrees } from './target-scope.ts';
import { previewSheet } from './target-sheet.ts';
import { presentPreview } from './target-sheet-presenter.ts';
import { findSheet, keepSheet } from './target-sheet-store.ts';
import { writeTargetsBook } from './target-workbook.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
  files: FileStore;
  messages: i18n;
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Targets by Excel: a template to download, an upload, its preview with every fault by its cell, and its application, all or none. */
export function targetSheetRoutes({ db, clock, files, messages }: Parts): Router {
  const router = express.Router();
  const translators = translatorsOf((locale) => translator(messages, locale));

  router.get(patterns.targetTemplate, async (req, res) => {
    const programme = await governed(req);
    const context = await contextOf(programme);
    const targets = await loadNewest(db, programme.id);
    const file = await writeTargetsBook(req, { ...context, targets }, false);
    res.type(XLSX).attachment(`${programme.code}-targets-template.xlsx`).send(file);
  });

  router.get(patterns.targetSheets, async (req, res) => showUpload(req, res, await governed(req), { values: {} }));

  router.post(patterns.targetSheets, async (req, res) => {
    const programme = await governed(req);
    try {
      const [upload] = uploadsIn(req, 'file');
      const wish = { programmeId: programme.id, upload, byId: actorOf(req).id, at: clock() };
      const id = await keepSheet(db, files, wish);
      res.redirect(303, pathTo('targetSheet', { programmeCode: programme.code, id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showUpload(req, res.status(status), programme, formView(req.t, ['file'], {}, faults));
    }
  });

  router.get(patterns.targetSheet, async (req, res) => showPreview(req, res, await governed(req), { values: {} }));

  router.post(patterns.targetSheetApplication, async (req, res) => {
    const programme = await governed(req);
    const sheetId = idIn(req.params.id);
    try {
      const [context, reason] = [await contextOf(programme), reasonIn(req.body)];
      const seen = String(req.body?.seen ?? '');
      const wish = { programme, sheetId, context, seen, reason, at: clock() };
      const written = await applyTargetSheet(db, actorOf(req), wish);
      flash(req, 'success', req.t('targets:done.imported', { count: written }));
      res.redirect(303, pathTo('targets', { programme: programme.code }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const form = formView(
        req.t,
        ['reason'],
        req.body ?? {},
        hasMoved(error) ? [{ path: '', code: 'sheetMoved' }] : faults,
      );
      await showPreview(req, res.status(status), programme, form);
    }
  });
  return router;

  async function governed(req: Request): Promise<Programme> {
    const today = dayOf(clock());
    return (await governedProgramme(db, actorOf(req), today, String(req.params.programmeCode))).programme;
  }

  async function contextOf(programme: Programme): Promise<SheetContext> {
    const [units, trees, codes] = await Promise.all([
      unitsOf(db, programme, dayOf(clock())),
      scopeTrees(db),
      db.unit.findMany({ select: { code: true } }),
    ]);
    return { translators, units, trees, knownCodes: new Set(codes.map(({ code }) => code)) };
  }

  function showUpload(req: Request, res: Response, programme: Programme, form: FormView): void {
    const of = { programmeCode: programme.code };
    res.set('Cache-Control', 'no-store');
    res.render('quotas/targets/upload', {
      ...presentHead(req, programme, 'targets'),
      breadcrumbs: breadcrumbs(req, programme),
      hrefs: { template: pathTo('targetTemplate', of), upload: pathTo('targetSheets', of) },
      isClosed: programme.state === 'closed',
      form: { ...form, labels: { file: req.t('targets:upload.file') } },
    });
  }

  async function showPreview(req: Request, res: Response, programme: Programme, form: FormView): Promise<void> {
    const [sheet, context] = await Promise.all([
      findSheet(db, programme.id, idIn(req.params.id)),
      contextOf(programme),
    ]);
    if (!sheet) throw new NotFound();
    const preview = await previewSheet(db, programme, sheet.rows, context);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/targets/preview', {
      ...presentHead(req, programme, 'targets'),
      breadcrumbs: breadcrumbs(req, programme),
      ...presentPreview(req, programme, sheet, preview, context),
      form,
    });
  }
}

/** Both when the sheet's own digest and when a version under the lock is another. */
function hasMoved(error: unknown): boolean {
  return error instanceof Refusal && ['sheetMoved', 'targetsMoved'].includes(error.code);
}

function breadcrumbs(req: Request, programme: Programme) {
  return [
    { label: req.t('targets:title.targets'), href: pathTo('targets', { programme: programme.code }) },
    { label: req.t('targets:upload.title') },
  ];
}
