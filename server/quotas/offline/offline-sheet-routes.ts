import express, { type Request, type Response, type Router } from 'express';
import type { i18n } from 'i18next';
import type { Actor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { categoryTree } from '../../catalog/category-tree.ts';
import { pathTo, patterns } from '../../paths.ts';
import { dayOf } from '../../shared/days.ts';
import { NotAllowed, NotFound } from '../../shared/errors.ts';
import { placeTree } from '../../units/place-tree.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn } from '../../web/forms.ts';
import { translator } from '../../web/i18n.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { translatorsOf } from '../sheets/sheet-words.ts';
import { declareOfflineSheet } from './declare-offline-sheet.ts';
import { reachOf } from './offline-policy.ts';
import { purchasesOfSheet } from './offline-queries.ts';
import type { OfflineParts } from './offline-routes.ts';
import { previewOfflineSheet } from './offline-sheet.ts';
import { presentDeclaredSheet, presentSheetPreview } from './offline-sheet-presenter.ts';
import { findOfflineSheet, keepOfflineSheet } from './offline-sheet-store.ts';
import { writeOfflineTemplate } from './offline-workbook.ts';
import { MOST_SHEET_LINES, type OfflineSheetContext } from './read-offline-sheet.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Offline purchases by Excel: a template, an upload, its preview with every fault by its cell, and its declaration, all or none (rule 14). */
export function offlineSheetRoutes({ db, files, clock, messages }: OfflineParts & { messages: i18n }): Router {
  const router = express.Router();
  const translators = translatorsOf((locale) => translator(messages, locale));

  router.get(patterns.offlineTemplate, async (req, res) => {
    const file = await writeOfflineTemplate(req, await contextOf(actorOf(req)));
    res.type(XLSX).attachment('offline-purchases-template.xlsx').send(file);
  });

  router.get(patterns.offlineSheets, async (req, res) => {
    await contextOf(actorOf(req));
    showUpload(req, res, { values: {} });
  });

  router.post(patterns.offlineSheets, async (req, res) => {
    const actor = actorOf(req);
    await contextOf(actor);
    try {
      const [upload] = uploadsIn(req, 'file');
      const id = await keepOfflineSheet(db, files, { upload, byId: actor.id, at: clock() });
      res.redirect(303, pathTo('offlineSheet', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showUpload(req, res.status(status), formView(req.t, ['file'], {}, faults));
    }
  });

  router.get(patterns.offlineSheet, (req, res) => showSheet(req, res, { values: {} }));

  router.post(patterns.offlineSheetApplication, async (req, res) => {
    const actor = actorOf(req);
    const sheetId = idIn(req.params.id);
    try {
      const context = await contextOf(actor);
      const wish = { sheetId, context, seen: String(req.body?.seen ?? ''), at: clock() };
      await declareOfflineSheet(db, actor, wish);
      res.redirect(303, pathTo('offlineSheet', { id: sheetId }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const told = faults.filter(({ path }) => path === '');
      await showSheet(req, res.status(status), formView(req.t, [], {}, told));
    }
  });

  return router;

  async function contextOf(actor: Actor): Promise<OfflineSheetContext> {
    const today = dayOf(clock());
    const [{ units }, categories, places, suppliers] = await Promise.all([
      reachOf(db, actor, today),
      categoryTree(db),
      placeTree(db),
      db.supplier.findMany({
        where: { state: { not: 'applying' } },
        select: { id: true, code: true, name: true, nameEn: true },
        orderBy: { id: 'asc' },
      }),
    ]);
    if (units.length === 0) throw new NotAllowed();
    return { translators, units, categories, places, suppliers, today };
  }

  function showUpload(req: Request, res: Response, form: FormView): void {
    res.set('Cache-Control', 'no-store');
    res.render('quotas/purchases/offline-upload', {
      ...page(req, req.t('offlineSheet:title')),
      mostLines: MOST_SHEET_LINES,
      helpSteps: Array.from({ length: 9 }, (_, step) => req.t(`offlineSheet:help.step${step + 1}`)),
      form: { ...form, labels: { file: req.t('offlineSheet:file') } },
    });
  }

  async function showSheet(req: Request, res: Response, form: FormView): Promise<void> {
    const actor = actorOf(req);
    const [context, sheet] = [await contextOf(actor), await findOfflineSheet(db, actor.id, idIn(req.params.id))];
    if (!sheet) throw new NotFound();
    const shown = sheet.appliedAt
      ? presentDeclaredSheet(req, sheet, await purchasesOfSheet(db, sheet.id))
      : presentSheetPreview(req, sheet, await previewOfflineSheet(db, sheet.rows, context), context);
    res.set('Cache-Control', 'no-store');
    const title = req.t(`offlineSheet:preview.${sheet.appliedAt ? 'declared' : 'title'}`);
    res.render('quotas/purchases/offline-sheet', { ...page(req, title), ...shown, form });
  }
}

function page(req: Request, title: string) {
  return {
    layout: 'work',
    title,
    currentPage: pathTo('offlinePurchases'),
    breadcrumbs: [{ label: req.t('offline:list.title'), href: pathTo('offlinePurchases') }, { label: title }],
  };
}
