import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { catalogReader } from '../../catalog/catalog-reader.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { decidePrice } from './decide-price.ts';
import { presentFlagged } from './price-presenter.ts';
import { listFlagged } from './price-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;
const decisionForm = z.object({
  decision: z.enum(['accept', 'ask', 'refuse']),
  text: z.string().trim().max(500).default(''),
});

/** Prices that rule 21 flags, for operators. */
export function flaggedPriceRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.flaggedPrices, (req, res) => show(req, res, null, {}, []));

  router.post(patterns.priceDecision, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      const input = read(decisionForm, req.body);
      await decidePrice(db, actorOf(req), id, input, clock());
      flash(req, 'success', req.t(`workbench:flash.price.${input.decision}`));
      res.redirect(303, pathTo('flaggedPrices'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), id, req.body ?? {}, faults);
    }
  });

  return router;

  async function show(
    req: Request,
    res: Response,
    formId: number | null,
    typed: Record<string, unknown>,
    faults: Fault[],
  ): Promise<void> {
    requireRole(actorOf(req), 'operator');
    const part = req.query.part === 'decided' ? 'decided' : 'open';
    const afterId = typeof req.query.after === 'string' ? idIn(req.query.after) : null;
    const [reader, found] = await Promise.all([catalogReader(db, req), listFlagged(db, part, afterId, PAGE + 1)]);
    const changes = found.slice(0, PAGE);
    const last = found.length > PAGE ? changes.at(-1) : undefined;
    res.render('workbench/prices', {
      layout: 'work',
      title: req.t('workbench:flagged.title'),
      currentPath: pathTo('flaggedPrices'),
      tabs: (['open', 'decided'] as const).map((tab) => ({
        label: req.t(`workbench:flagged.${tab}`),
        href: pathTo('flaggedPrices', tab === 'open' ? {} : { part: tab }),
        current: tab === part,
      })),
      changes: changes.map((change) => ({
        ...presentFlagged(reader, change),
        form: formView(req.t, ['text'], change.id === formId ? typed : {}, change.id === formId ? faults : []),
        isOpened: change.id === formId,
      })),
      firstHref: afterId ? pathTo('flaggedPrices', part === 'open' ? {} : { part }) : undefined,
      nextHref: last && pathTo('flaggedPrices', { part: part === 'open' ? undefined : part, after: last.id }),
    });
  }
}
