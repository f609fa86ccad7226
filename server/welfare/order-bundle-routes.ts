import express, { type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { isApproverOf, mayBuyerSee } from '../orders/order-policy.ts';
import { findOrder } from '../orders/order-queries.ts';
import { patterns } from '../paths.ts';
import { NotFound } from '../shared/errors.ts';
import { idIn } from '../web/forms.ts';
import { writeBundle } from './bundle.ts';

/** The accountant's archive of one unit order, for the unit's buyers and approvers. */
export function orderBundleRoutes({ db, files }: { db: PrismaClient; files: FileStore }): Router {
  const router = express.Router();

  router.get(patterns.orderBundle, async (req, res) => {
    const actor = actorOf(req);
    const order = await findOrder(db, actor, idIn(req.params.id));
    const isUnits = order.unit !== null && order.fundingSource !== 'individual';
    if (!isUnits || !(mayBuyerSee(actor, order) || isApproverOf(actor, order))) throw new NotFound();
    const title = req.t('welfare:bundle.ofOrder', { number: order.id });
    const bundled = { title, unitName: order.unit?.name ?? '', orderIds: [order.id], counts: {}, more: [] };
    const zip = await writeBundle({ db, files }, req.t, bundled);
    res
      .type('application/zip')
      .attachment(`${title}-${req.t('welfare:bundle.file')}.zip`)
      .set('Cache-Control', 'no-store');
    zip.pipe(res);
  });

  return router;
}
