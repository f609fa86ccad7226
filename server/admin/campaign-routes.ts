import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { productsOfCodes } from '../catalog/products-named.ts';
import { everyZone } from '../catalog/zone-list.ts';
import type { PrismaClient } from '../db/client.ts';
import { campaignFigures } from '../orders/campaign-figures.ts';
import { pathTo, patterns } from '../paths.ts';
import { findCampaign, listCampaigns } from '../promotions/campaign-queries.ts';
import { changeCampaign, createCampaign, stopCampaign } from '../promotions/set-campaign.ts';
import type { Clock } from '../shared/clock.ts';
import type { Fault } from '../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { flash } from '../web/flash.ts';
import { refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { readCampaign } from './campaign-form.ts';
import { giftCodes, presentCampaign, presentCampaigns } from './campaign-presenter.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 30;
const stopBody = z.object({ reason: z.string().trim().min(1, 'reasonNeeded').max(500) });

/** The operator's threshold discounts (满减) and gifts (满赠): what runs, what it gave, a new one, changing one that has not begun, stopping. */
export function campaignAdminRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.campaigns, (req, res) => showList(req, res, []));

  router.post(patterns.campaigns, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'operator');
    try {
      const id = await createCampaign(db, actor, readCampaign(req.body), clock());
      flash(req, 'success', req.t('campaigns:flash.created'));
      res.redirect(303, pathTo('campaign', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showList(req, res.status(status), faults);
    }
  });

  router.get(patterns.campaign, (req, res) => show(req, res, []));

  router.post(patterns.campaign, (req, res) =>
    act(req, res, 'changed', (id) => changeCampaign(db, actorOf(req), id, readCampaign(req.body), clock())),
  );

  router.post(patterns.campaignStop, (req, res) =>
    act(req, res, 'stopped', (id) => stopCampaign(db, actorOf(req), id, read(stopBody, req.body).reason, clock())),
  );

  return router;

  async function act(req: Request, res: Response, done: string, deed: (id: number) => Promise<void>): Promise<void> {
    requireRole(actorOf(req), 'operator');
    try {
      await deed(idIn(req.params.id));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), faults);
    }
    flash(req, 'success', req.t(`campaigns:flash.${done}`));
    res.redirect(303, pathTo('campaign', { id: idIn(req.params.id) }));
  }

  async function showList(req: Request, res: Response, faults: readonly Fault[]): Promise<void> {
    requireRole(actorOf(req), 'operator');
    const key = decodeCursor(typeof req.query.cursor === 'string' ? req.query.cursor : undefined, 1)?.[0];
    const [found, zones] = await Promise.all([
      listCampaigns(db, ['threshold_discount', 'threshold_gift'], Number(key) || null, PAGE + 1),
      everyZone(db),
    ]);
    const campaigns = found.slice(0, PAGE);
    const last = found.length > PAGE ? campaigns.at(-1) : undefined;
    const ids = campaigns.map(({ id }) => id);
    const [figures, gifts] = await Promise.all([campaignFigures(db, ids), productsOfCodes(db, giftCodes(campaigns))]);
    res.set('Cache-Control', 'no-store');
    res.render('admin/campaigns', {
      layout: 'work',
      currentPath: pathTo('campaigns'),
      ...presentCampaigns(req, { campaigns, figures, zones, gifts, at: clock() }, req.body ?? {}, faults),
      prevHref: key ? pathTo('campaigns') : undefined,
      nextHref: last && pathTo('campaigns', { cursor: encodeCursor([last.id]) }),
    });
  }

  async function show(req: Request, res: Response, faults: readonly Fault[]): Promise<void> {
    requireRole(actorOf(req), 'operator');
    const id = idIn(req.params.id);
    const [campaign, figures, zones] = await Promise.all([
      findCampaign(db, id),
      campaignFigures(db, [id]),
      everyZone(db),
    ]);
    const gifts = await productsOfCodes(db, giftCodes([campaign]));
    res.set('Cache-Control', 'no-store');
    res.render('admin/campaign', {
      layout: 'work',
      currentPath: pathTo('campaigns'),
      ...presentCampaign(req, { campaign, figures: figures(id), zones, gifts, at: clock() }, req.body ?? {}, faults),
    });
  }
}
