import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { inLanguage } from '../../catalog/catalog-reader.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { type Fault, NotFound } from '../../shared/errors.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { sendFile } from '../../web/send-file.ts';
import { checkedUpload, uploadsIn } from '../../web/uploads.ts';
import { requireSeller } from '../own-goods.ts';
import { withdrawMark } from './decide-mark.ts';
import { MARK_FIELDS, markForm } from './mark-form.ts';
import { kindChoices, presentMark } from './mark-presenter.ts';
import { findMarkFile, marksOf, ownFamilies } from './mark-queries.ts';
import { submitMark } from './submit-mark.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

/** A supplier's green, organic and geographic certificates: handed in, looked at, taken back. */
export function markRoutes({ db, files, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.supplierMarks, (req, res) => show(req, res, []));

  router.post(patterns.supplierMarks, async (req, res) => {
    const actor = actorOf(req);
    requireSeller(actor);
    try {
      const input = read(markForm, req.body);
      const [upload] = uploadsIn(req, 'file');
      const file = upload ? await checkedUpload(upload, 'evidence', 'file') : null;
      await submitMark({ db, files }, actor, input, file, clock());
      flash(req, 'success', req.t('marks:flash.submitted'));
      res.redirect(303, pathTo('supplierMarks', { supplier: input.supplierId }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  });

  router.post(patterns.markWithdrawal, async (req, res) => {
    await withdrawMark(db, actorOf(req), idIn(req.params.id), clock());
    flash(req, 'success', req.t('marks:flash.withdrawn'));
    res.redirect(303, pathTo('supplierMarks', { supplier: idIn(req.body?.supplierId) }));
  });

  router.get(patterns.markFile, async (req, res) => {
    const file = await findMarkFile(db, actorOf(req), await placeTree(db), idIn(req.params.id));
    await sendFile(res, files, file, 'private, no-store');
  });

  return router;

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    requireSeller(actor);
    const suppliers = await ownFamilies(db, actor);
    const asked = String(req.body?.supplierId ?? req.query.supplier ?? '');
    const supplier = suppliers.find(({ id }) => String(id) === asked) ?? suppliers[0];
    if (!supplier) throw new NotFound();
    const today = dayOf(clock());
    const marks = await marksOf(db, supplier.id);
    const named = ({ name, nameEn }: { name: string; nameEn: string }) => inLanguage(req.locale, name, nameEn);
    res.render('workbench/marks', {
      layout: 'work',
      title: req.t('marks:title'),
      currentPath: pathTo('supplierMarks'),
      action: pathTo('supplierMarks'),
      supplierId: supplier.id,
      tabs: suppliers.map((one) => ({
        label: named(one),
        href: pathTo('supplierMarks', { supplier: one.id }),
        current: one === supplier,
      })),
      isOneOfMany: suppliers.length > 1,
      marks: marks.map((mark) => ({
        ...presentMark(req, mark, today),
        withdrawal: pathTo('markWithdrawal', { id: mark.id }),
      })),
      kinds: kindChoices(req.t),
      families: supplier.families.map((family) => ({ value: family.id, label: named(family) })),
      form: formView(req.t, MARK_FIELDS, req.body ?? {}, faults),
    });
  }
}
