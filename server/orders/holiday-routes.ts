import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn, dayOf, dayToColumn, parseDay } from '../shared/days.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { holidayForm, keepHolidays } from './keep-holidays.ts';

const MOST_SHOWN = 200;

/** The operator's list of days off, and of weekend days that are worked. */
export function holidayRoutes({ db, clock }: { db: PrismaClient; clock: Clock }): Router {
  const router = express.Router();

  router.get(patterns.holidays, (req, res) => show(req, res, []));

  router.post(patterns.holidays, async (req, res) => {
    const actor = actorOf(req);
    try {
      await keepHolidays(db, actor, read(holidayForm, req.body), clock());
      flash(req, 'success', req.t('standing:flash.holidayKept'));
      res.redirect(303, pathTo('holidays'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  });

  router.post(patterns.holidayRemoval, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'operator');
    const day = parseDay(String(req.params.day));
    if (day === null) throw new NotFound();
    await inTransaction(db, async (tx) => {
      await tx.holiday.deleteMany({ where: { day: dayToColumn(day) } });
      await audit(tx, {
        ...{ at: clock(), actorId: actor.id, action: 'holiday.remove', subjectType: 'holiday' },
        ...{ subjectId: Number(day.replaceAll('-', '')), before: { day } },
      });
    });
    flash(req, 'success', req.t('standing:flash.holidayRemoved'));
    res.redirect(303, pathTo('holidays'));
  });

  return router;

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    requireRole(actorOf(req), 'operator');
    const holidays = await db.holiday.findMany({
      where: { day: { gte: dayToColumn(dayOf(clock())) } },
      orderBy: { day: 'asc' },
      take: MOST_SHOWN,
    });
    res.render('orders/holidays', {
      layout: 'work',
      title: req.t('standing:holidays.title'),
      currentPath: pathTo('holidays'),
      action: pathTo('holidays'),
      holidays: holidays.map(({ day, name, worked }) => ({
        ...{ day: dayFromColumn(day), name, worked, removal: pathTo('holidayRemoval', { day: dayFromColumn(day) }) },
      })),
      kinds: (['off', 'worked'] as const).map((value) => ({ value, label: req.t(`standing:holidays.${value}`) })),
      form: formView(req.t, ['day', 'until', 'name', 'kind'], req.body ?? {}, faults),
    });
  }
}
