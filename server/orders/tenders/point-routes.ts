import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { hasRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { PointKind } from '../../db/generated/enums.ts';
import { pathTo, patterns } from '../../paths.ts';
import { readPointsRule } from '../../promotions/points-rule.ts';
import { setPointsRule } from '../../promotions/set-points-rule.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';

const A_PAGE = 30;
const MOST_PER_YUAN = 20;

const pageQuery = z.object({ before: z.coerce.number().int().positive().optional() });

const whole = (maximum: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,3}$/, 'notAWholeNumber')
    .transform(Number)
    .pipe(z.number().max(maximum));

const ruleForm = z.object({ perYuan: whole(MOST_PER_YUAN), mostPercent: whole(100) });

/** A person's points with where they came from and went; for operators also the rule. */
export function pointRoutes({ db, clock }: { db: PrismaClient; clock: Clock }): Router {
  const router = express.Router();

  router.get(patterns.points, (req, res) => show(req, res, []));

  router.post(patterns.pointsRule, async (req, res) => {
    const actor = actorOf(req);
    try {
      await setPointsRule(db, actor, read(ruleForm, req.body), clock());
      flash(req, 'success', req.t('points:flash.ruleSet'));
      res.redirect(303, pathTo('points'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const { before } = pageQuery.safeParse(req.query).data ?? {};
    const [balance, entries, rule] = await Promise.all([
      db.pointBalance.findUnique({ where: { userId: actor.id } }),
      db.pointEntry.findMany({
        where: { userId: actor.id, ...(before ? { id: { lt: before } } : {}) },
        orderBy: { id: 'desc' },
        take: A_PAGE + 1,
      }),
      readPointsRule(db),
    ]);
    const shown = entries.slice(0, A_PAGE);
    const last = entries.length > A_PAGE ? shown.at(-1) : undefined;
    res.render('orders/points', {
      title: req.t('points:title'),
      currentPath: pathTo('points'),
      points: balance?.points ?? 0,
      isShort: (balance?.points ?? 0) < 0,
      rule,
      entries: shown.map(({ at, kind, points, orderId }) => ({
        ...{ at, points, isPlus: points > 0, orderId, href: pathTo('order', { id: orderId }) },
        why: req.t(`points:why.${wordOf(kind, points)}`),
      })),
      prevHref: before ? pathTo('points') : undefined,
      nextHref: last ? pathTo('points', { before: last.id }) : undefined,
      ruleAction: hasRole(actor, 'operator') ? pathTo('pointsRule') : undefined,
      form: formView(
        req.t,
        ['perYuan', 'mostPercent'],
        { perYuan: rule.perYuan, mostPercent: rule.mostPercent, ...req.body },
        faults,
      ),
    });
  }
}

/** Spent and given back, earned and taken back. */
function wordOf(kind: PointKind, points: number): string {
  if (kind === 'spent') return points < 0 ? 'spent' : 'givenBack';
  return points > 0 ? 'earned' : 'takenBack';
}
