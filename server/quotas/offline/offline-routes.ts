import express, { type Request, type Response, type Router } from 'express';
import { hasRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { type Fault, NotAllowed, NotFound } from '../../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../../shared/pagination.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { sendFile } from '../../web/send-file.ts';
import { confirmablePlaces, confirmFarmersReceipt } from './confirm-farmers-receipt.ts';
import type { OfflineAct } from './lock-offline-purchase.ts';
import { maySee, reachOf } from './offline-policy.ts';
import { presentOfflineList, presentOfflinePurchase } from './offline-presenter.ts';
import {
  countByState,
  effectsOf,
  findDoubles,
  findOfflinePurchase,
  listOfflinePurchases,
  suppliersOnDay,
  unitsListed,
  type WholePurchase,
} from './offline-queries.ts';
import { offlineListQuery, reasonBody } from './offline-schemas.ts';
import { returnOfflinePurchase } from './return-offline-purchase.ts';
import { verifyOfflinePurchase } from './verify-offline-purchase.ts';
import { withdrawOfflinePurchase } from './withdraw-offline-purchase.ts';

export interface OfflineParts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const PER_PAGE = 30;

/** Offline purchases: the list of those that wait, and one with its papers, to verify, return, withdraw or confirm (rule 14). */
export function offlineRoutes({ db, files, clock }: OfflineParts): Router {
  const router = express.Router();

  router.get(patterns.offlinePurchases, async (req, res) => {
    const actor = actorOf(req);
    const asked = offlineListQuery.parse(req.query);
    const [reach, farmers] = await Promise.all([reachOf(db, actor, dayOf(clock())), confirmablePlaces(db, actor)]);
    if (reach.units.length === 0 && farmers.length === 0 && !hasRole(actor, 'operator')) throw new NotAllowed();
    // Who verifies comes for what waits, who declares for all of it.
    const query = {
      ...asked,
      state: asked.state ?? (reach.organized.size + farmers.length > 0 ? ('declared' as const) : ('all' as const)),
    };
    const state = query.state === 'all' ? undefined : query.state;
    const unit = reach.units.find(({ code }) => code === query.unit);
    const within = {
      unitIds: unit ? [unit.id] : unitsListed(reach),
      fromFarmersOf: farmers.length > 0 ? farmers : undefined,
    };
    const key = decodeCursor(query.cursor, 2);
    const after = key && { at: new Date(String(key[0])), id: Number(key[1]) };
    const [rows, counts] = await Promise.all([
      listOfflinePurchases(db, { ...within, ...{ state, q: query.q, after, limit: PER_PAGE + 1 } }),
      countByState(db, within),
    ]);
    const shown = rows.slice(0, PER_PAGE);
    const last = rows.length > PER_PAGE ? shown.at(-1) : undefined;
    const nextCursor = last && encodeCursor([last.declaredAt.toISOString(), last.id]);
    res.set('Cache-Control', 'no-store');
    res.render(
      'quotas/purchases/offline-list',
      presentOfflineList(req, { now: clock(), query, reach, rows: shown, counts, nextCursor }),
    );
  });

  router.get(patterns.offlinePurchase, (req, res) => show(req, res, []));

  router.get(patterns.offlineEvidence, async (req, res) => {
    const { purchase } = await visible(req);
    const file = purchase.evidence.find(({ file: { id } }) => id === idIn(req.params.fileId))?.file;
    await sendFile(res, files, file);
  });

  router.post(patterns.offlineVerification, (req, res) =>
    act(req, res, 'verified', (one) => verifyOfflinePurchase(db, one)),
  );
  router.post(patterns.offlineReturn, (req, res) =>
    act(req, res, 'returned', (one) => returnOfflinePurchase(db, { ...one, ...read(reasonBody, req.body) })),
  );
  router.post(patterns.offlineWithdrawal, (req, res) =>
    act(req, res, 'withdrawn', (one) => withdrawOfflinePurchase(db, one)),
  );
  router.post(patterns.offlineConfirmation, (req, res) =>
    act(req, res, 'confirmed', ({ actor, purchaseId, at }) => confirmFarmersReceipt(db, actor, purchaseId, at)),
  );

  return router;

  /** Does one act; the organizer goes on to the next that waits, whoever is refused sees why on the purchase's page. */
  async function act(
    req: Request,
    res: Response,
    done: string,
    perform: (act: OfflineAct) => Promise<void>,
  ): Promise<void> {
    const purchaseId = idIn(req.params.id);
    try {
      await perform({ actor: actorOf(req), purchaseId, at: clock() });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), faults);
    }
    flash(req, 'success', req.t(`offline:done.${done}`));
    res.redirect(303, pathTo('offlinePurchase', { id: purchaseId }));
  }

  async function visible(req: Request) {
    const actor = actorOf(req);
    const [purchase, reach, farmers] = await Promise.all([
      findOfflinePurchase(db, idIn(req.params.id)),
      reachOf(db, actor, dayOf(clock())),
      confirmablePlaces(db, actor),
    ]);
    const mayConfirm = purchase !== null && isOurFarmers(purchase, farmers);
    if (!purchase || !(maySee(reach, purchase) || mayConfirm)) throw new NotFound();
    return { actor, reach, purchase, mayConfirm };
  }

  async function show(req: Request, res: Response, faults: readonly Fault[]): Promise<void> {
    const seen = await visible(req);
    const [places, suppliers, effects, doubles] = await Promise.all([
      placeTree(db),
      suppliersOnDay(db, seen.purchase),
      effectsOf(
        db,
        seen.purchase.lines.map(({ id }) => id),
      ),
      findDoubles(db, seen.purchase),
    ]);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/purchases/offline-show', {
      ...presentOfflinePurchase(req, { ...seen, places, suppliers, effects, doubles }),
      form: formView(req.t, ['reason', 'evidence', 'villagePaper'], req.body ?? {}, faults),
    });
  }
}

function isOurFarmers({ isFromFarmer, lines }: WholePurchase, places: readonly number[]): boolean {
  return isFromFarmer && lines.length > 0 && lines.every(({ originPlaceId }) => places.includes(originPlaceId));
}
