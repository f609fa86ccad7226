import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { pathTo, patterns } from '../../paths.ts';
import { dayOf } from '../../shared/days.ts';
import { BadInput, type Fault, NotAllowed, NotFound } from '../../shared/errors.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn } from '../../web/forms.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { nameOf } from '../board/board-presenter.ts';
import { addEvidence, correctOfflinePurchase } from './correct-offline-purchase.ts';
import { declareOfflinePurchase } from './declare-offline-purchase.ts';
import { type Evidence, readEvidence } from './offline-evidence.ts';
import { atField, FIELDS, LINE_PARTS, readOfflineForm, rowsOf, usedRows } from './offline-form.ts';
import { mayCorrect, reachOf } from './offline-policy.ts';
import { typedOf } from './offline-presenter.ts';
import { findOfflinePurchase } from './offline-queries.ts';
import type { OfflineParts } from './offline-routes.ts';
import { FUNDING_SOURCES, type OfflineInput } from './offline-schemas.ts';
import { purchaseChoices } from './purchase-choices.ts';

/** The form of an offline purchase: declare one, correct a returned one, add papers. What is refused keeps all that was typed. */
export function offlineFormRoutes(parts: OfflineParts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.newOfflinePurchase, (req, res) => show(req, res, { sellerKind: 'invoice' }, []));

  router.post(patterns.offlinePurchases, (req, res) =>
    submitted(req, res, [], async (input, evidence) => {
      const id = await declareOfflinePurchase(parts, actorOf(req), input, evidence, clock());
      flash(req, 'success', req.t('offline:done.declared'));
      return id;
    }),
  );

  router.get(patterns.offlineCorrection, async (req, res) => {
    const { id } = await correctable(req);
    const purchase = await findOfflinePurchase(db, id);
    if (!purchase) throw new NotFound();
    const places = await placeTree(db);
    const supplierIds = purchase.lines.flatMap(({ supplierId }) => (supplierId === null ? [] : [supplierId]));
    const suppliers = await db.supplier.findMany({
      where: { id: { in: supplierIds } },
      select: { id: true, code: true },
    });
    const typed = typedOf(purchase, {
      place: (placeId) => places.byId.get(placeId)?.code ?? '',
      supplier: (supplierId) => suppliers.find((one) => one.id === supplierId)?.code ?? '',
    });
    await show(req, res, typed, [], { id, reason: purchase.reason });
  });

  router.post(patterns.offlineCorrection, async (req, res) => {
    const { id, reason, papers } = await correctable(req);
    await submitted(
      req,
      res,
      papers,
      async (input, evidence) => {
        await correctOfflinePurchase(parts, { actor: actorOf(req), purchaseId: id, at: clock(), input, evidence });
        flash(req, 'success', req.t('offline:done.corrected'));
        return id;
      },
      { id, reason },
    );
  });

  router.post(patterns.offlineNewEvidence, async (req, res) => {
    const purchaseId = idIn(req.params.id);
    try {
      const evidence = await evidenceIn(req);
      if (evidence.length === 0) throw new BadInput([{ path: 'evidence', code: 'chooseAFile' }]);
      await addEvidence(parts, { actor: actorOf(req), purchaseId, at: clock(), evidence });
      flash(req, 'success', req.t('offline:done.evidence'));
    } catch (error) {
      for (const { code, values } of refusedForm(error).faults) flash(req, 'error', req.t(`faults:${code}`, values));
    }
    res.redirect(303, pathTo('offlinePurchase', { id: purchaseId }));
  });

  return router;

  async function submitted(
    req: Request,
    res: Response,
    papers: readonly { isVillagePaper: boolean }[],
    perform: (input: OfflineInput, evidence: Evidence[]) => Promise<number>,
    correcting?: Correcting,
  ): Promise<void> {
    const body = req.body ?? {};
    if (body.more) return show(req, res, body, [], correcting);
    try {
      const id = await perform(...(await declared(req, papers.length > 0)));
      res.redirect(303, pathTo('offlinePurchase', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const rows = usedRows(body);
      const placed = error instanceof BadInput ? faults : faults.map((fault) => atField(fault, rows));
      await show(req, res.status(status), body, placed, correcting);
    }
  }

  /** The form's figures and papers, with the faults of both at once. */
  async function declared(req: Request, hasPapers: boolean): Promise<[OfflineInput, Evidence[]]> {
    const faults: Fault[] = [];
    const kept = <T>(error: unknown, otherwise: T): T => {
      if (!(error instanceof BadInput)) throw error;
      faults.push(...error.faults);
      return otherwise;
    };
    const evidence = await evidenceIn(req).catch((error) => kept(error, null));
    if (evidence?.length === 0 && !hasPapers) faults.push({ path: 'evidence', code: 'evidenceNeeded' });
    try {
      const input = readOfflineForm(req);
      if (faults.length === 0) return [input, evidence ?? []];
    } catch (error) {
      kept(error, null);
    }
    throw new BadInput(faults);
  }

  async function correctable(req: Request): Promise<Correcting & { papers: { isVillagePaper: boolean }[] }> {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const [purchase, reach] = await Promise.all([findOfflinePurchase(db, id), reachOf(db, actor, dayOf(clock()))]);
    if (!purchase || !mayCorrect(reach, actor, purchase) || purchase.state !== 'returned') throw new NotFound();
    return { id, reason: purchase.reason, papers: purchase.evidence };
  }

  async function show(
    req: Request,
    res: Response,
    values: Record<string, unknown>,
    faults: Fault[],
    correcting?: Correcting,
  ): Promise<void> {
    const today = dayOf(clock());
    const [reach, choices] = await Promise.all([
      reachOf(db, actorOf(req), today),
      purchaseChoices(db, req.locale, today),
    ]);
    if (reach.units.length === 0) throw new NotAllowed();
    const rows = rowsOf(values, Boolean(values.more));
    const fields = [...FIELDS, ...rows.flatMap((row) => LINE_PARTS.map((part) => `lines.${row}.${part}`))];
    const title = req.t(correcting ? 'offline:form.correct' : 'offline:form.title');
    const labels = Object.fromEntries(
      rows.flatMap((row) =>
        LINE_PARTS.map((part) => [
          `lines.${row}.${part}`,
          req.t('offline:form.lineLabel', { row: row + 1, part: req.t(`offline:form.${part}`) }),
        ]),
      ),
    );
    const fieldLabels = Object.fromEntries(FIELDS.map((field) => [field, req.t(`offline:form.${field}`)]));
    res.set('Cache-Control', 'no-store');
    res.render('quotas/purchases/offline-form', {
      layout: 'work',
      title,
      currentPage: pathTo('offlinePurchases'),
      breadcrumbs: [{ label: req.t('offline:list.title'), href: pathTo('offlinePurchases') }, { label: title }],
      action: correcting ? pathTo('offlineCorrection', { id: correcting.id }) : pathTo('offlinePurchases'),
      correcting,
      today,
      units: reach.units.map((unit) => ({ value: unit.code, label: nameOf(req, unit) })),
      oneUnit: reach.units.length === 1 ? reach.units[0]?.code : undefined,
      fundings: FUNDING_SOURCES.map((value) => ({ value, label: req.t(`quotas:funding.${value}`) })),
      sellerKinds: ['invoice', 'farmer'].map((value) => ({
        value,
        label: req.t(`offline:form.kind.${value}`),
        hint: req.t(`offline:form.kindHint.${value}`),
      })),
      choices,
      rows: rows.map((row) => ({
        number: row + 1,
        ...Object.fromEntries(LINE_PARTS.map((part) => [part, `lines.${row}.${part}`])),
      })),
      form: { ...formView(req.t, fields, values, faults), labels: { ...fieldLabels, ...labels } },
    });
  }
}

interface Correcting {
  id: number;
  reason: string | null;
}

async function evidenceIn(req: Request): Promise<Evidence[]> {
  const [papers, village] = await Promise.all([
    readEvidence(uploadsIn(req, 'evidence'), 'evidence', false),
    readEvidence(uploadsIn(req, 'villagePaper'), 'villagePaper', true),
  ]);
  return [...papers, ...village];
}
