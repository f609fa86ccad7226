import express, { type Request, type Response, type Router } from 'express';
import { hasRole, requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { placesOfRegister } from '../../suppliers/certification-policy.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { decideMark } from './decide-mark.ts';
import { decisionForm } from './mark-form.ts';
import { presentMark } from './mark-presenter.ts';
import { listMarks, PARTS } from './mark-queries.ts';

const PAGE = 20;

/** Green, organic and geographic certificates before their certifiers; operators look on. */
export function markDeskRoutes({ db, clock }: { db: PrismaClient; clock: Clock }): Router {
  const router = express.Router();

  router.get(patterns.markDesk, (req, res) => show(req, res, null, []));

  router.post(patterns.markDecision, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      const wish = read(decisionForm, req.body);
      await decideMark(db, actorOf(req), id, wish, clock());
      flash(req, 'success', req.t(`marks:flash.${wish.decision}`));
      res.redirect(303, pathTo('markDesk'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), id, faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, formId: number | null, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'certifier', 'operator');
    const typed = req.body ?? {};
    const wished = formId !== null && typed.decision === 'end' ? 'confirmed' : req.query.part;
    const part = PARTS.find((one) => one === wished) ?? 'submitted';
    const afterId = typeof req.query.after === 'string' ? idIn(req.query.after) : null;
    const tree = await placeTree(db);
    const found = await listMarks(db, { places: placesOfRegister(actor), tree }, part, afterId, PAGE + 1);
    const marks = found.slice(0, PAGE);
    const last = found.length > PAGE ? marks.at(-1) : undefined;
    const today = dayOf(clock());
    const pageOf = (wish: { part?: string; after?: number }) =>
      pathTo('markDesk', { ...wish, part: wish.part === 'submitted' ? undefined : wish.part });
    // Decided by somebody else meanwhile: it is not on the page any more, so that its sentence stands above.
    const isShown = marks.some(({ id }) => id === formId);
    res.render('workbench/mark-desk', {
      layout: 'work',
      title: req.t('marks:desk.title'),
      currentPath: pathTo('markDesk'),
      tabs: PARTS.map((one) => ({
        label: req.t(`marks:desk.${one}`),
        href: pageOf({ part: one }),
        current: one === part,
      })),
      mayDecide: hasRole(actor, 'certifier'),
      marks: marks.map((mark) => ({
        ...presentMark(req, mark, today),
        action: pathTo('markDecision', { id: mark.id }),
        form: formView(req.t, ['reason'], mark.id === formId ? typed : {}, mark.id === formId ? faults : []),
        isOpened: mark.id === formId,
      })),
      form: formView(req.t, [], {}, isShown ? [] : faults),
      firstHref: afterId ? pageOf({ part }) : undefined,
      nextHref: last && pageOf({ part, after: last.id }),
    });
  }
}
