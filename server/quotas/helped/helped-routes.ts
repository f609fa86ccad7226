import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayFromColumn, dayOf } from '../../shared/days.ts';
import { type Fault, NotAllowed } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';
import { nameOf } from '../board/board-presenter.ts';
import { reachOf } from '../offline/offline-policy.ts';
import { unitsListed } from '../offline/offline-queries.ts';
import { helpedSums, listHelped, runningLinks } from './helped-queries.ts';
import { HELPED_SOURCES, helpedForm, tellHelpedSale } from './tell-helped-sale.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
  baseUrl: string;
}

const ROWS_SHOWN = 20;
const FIELDS = ['unit', 'source', 'onDay', 'amount', 'weight', 'note'];

/** Helped to sell, this year's, as a figure of its own: by link, referral and event (rule 16). */
export function helpedRoutes({ db, clock, baseUrl }: Parts): Router {
  const router = express.Router();

  router.get(patterns.helpedSales, (req, res) => show(req, res, {}, []));

  router.post(patterns.helpedSales, async (req, res) => {
    try {
      await tellHelpedSale(db, actorOf(req), read(helpedForm, req.body), clock());
      flash(req, 'success', req.t('helped:done'));
      res.redirect(303, pathTo('helpedSales'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.body ?? {}, faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, values: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const today = dayOf(clock());
    const reach = await reachOf(db, actorOf(req), today);
    if (reach.units.length === 0 && !reach.seesAll) throw new NotAllowed();
    const unitIds = unitsListed(reach);
    const wish = { unitIds, from: `${today.slice(0, 4)}-01-01`, until: today };
    const [sums, rows, links] = await Promise.all([
      helpedSums(db, wish),
      listHelped(db, wish, ROWS_SHOWN),
      runningLinks(db, unitIds, clock()),
    ]);
    const units = await db.unit.findMany({
      where: { id: { in: [...sums, ...links].map(({ unitId }) => unitId) } },
      select: { id: true, name: true, nameEn: true },
    });
    const unitName = (id: number) => {
      const unit = units.find((one) => one.id === id);
      return unit ? nameOf(req, unit) : '';
    };
    res.set('Cache-Control', 'no-store');
    res.render('quotas/purchases/helped', {
      layout: 'work',
      title: req.t('helped:title'),
      year: today.slice(0, 4),
      today,
      totalFen: sums.reduce((sum, { fen }) => sum + fen, 0),
      totalGrams: sums.reduce((sum, { grams }) => sum + grams, 0),
      linkFen: sums.reduce((sum, { linkFen }) => sum + linkFen, 0),
      sums: sums.map((sum) => ({ ...sum, unitName: unitName(sum.unitId) })).sort((a, b) => b.fen - a.fen),
      links: links.map((link) => ({
        ...link,
        unitName: unitName(link.unitId),
        url: `${baseUrl}${pathTo('campaignLink', { code: link.code })}`,
        endsAt: link.endsAt.toISOString(),
      })),
      rows: rows.map((row) => ({
        ...{ fen: row.fen, grams: row.grams, note: row.note, campaignName: row.campaignName },
        unitName: nameOf(req, { name: row.unitName, nameEn: row.unitNameEn }),
        onDay: dayFromColumn(row.onDay),
        sourceLabel: req.t(`helped:source.${row.source}`),
      })),
      units: reach.units.map((unit) => ({ value: unit.code, label: nameOf(req, unit) })),
      oneUnit: reach.units.length === 1 ? reach.units[0]?.code : undefined,
      sources: HELPED_SOURCES.map((value) => ({ value, label: req.t(`helped:source.${value}`) })),
      form: formView(req.t, FIELDS, values, faults),
    });
  }
}
