import express, { type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { listSupplierStock } from '../catalog/supplier-stock.ts';
import type { PrismaClient } from '../db/client.ts';
import { listOpenParcels } from '../orders/open-parcels.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { idsBelow } from '../shared/tree.ts';
import { listSuppliersOfPlaces } from '../suppliers/suppliers-of-places.ts';
import { placeTree } from '../units/place-tree.ts';
import { presentWorkTeam } from './work-team-presenter.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const SUPPLIERS_SHOWN = 20;
const PARCELS_SHOWN = 50;

/** What a work team finds of its place: the suppliers, what they still have, and the parcels that wait for them. */
export function workTeamRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.get(patterns.workTeam, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'work_team');
    const today = dayOf(clock());
    const tree = await placeTree(db);
    const own = actor.grants.flatMap((grant) => (grant.role === 'work_team' ? (grant.placeId ?? []) : []));
    const placeIds = [...new Set(own.flatMap((id) => idsBelow(tree, id)))];
    const afterId = /^\d{1,9}$/.test(String(req.query.after)) ? Number(req.query.after) : 0;
    const found = await listSuppliersOfPlaces(db, placeIds, today, afterId, SUPPLIERS_SHOWN + 1);
    const suppliers = found.slice(0, SUPPLIERS_SHOWN);
    const ids = suppliers.map(({ id }) => id);
    const [products, parcels] = await Promise.all([
      listSupplierStock(db, ids, today),
      listOpenParcels(db, ids, PARCELS_SHOWN),
    ]);
    const nextHref = found.length > SUPPLIERS_SHOWN ? pathTo('workTeam', { after: suppliers.at(-1)?.id }) : undefined;
    res.set('Cache-Control', 'no-store');
    res.render('admin/work-team', {
      layout: 'work',
      ...presentWorkTeam(req, tree, own, { suppliers, products, parcels, now: clock(), nextHref }),
    });
  });
  return router;
}
