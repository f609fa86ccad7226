import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { NotAllowed, NotFound } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import type { Programme } from '../programme-list.ts';
import { changeTargets } from './change-targets.ts';
import { loadDeclarations } from './declaration-queries.ts';
import { endExemption, exemptUnit } from './exemption-acts.ts';
import { formOfTarget, SET_FIELDS, settingOf } from './target-form.ts';
import { chooseProgramme, maySetTargets } from './target-policy.ts';
import { presentTargets, presentTargetUnit } from './target-presenter.ts';
import { loadExemptions, loadHistory, loadNewest, loadTerms, unitsOf } from './target-queries.ts';
import { reasonIn } from './target-reason.ts';
import { targetPageQuery } from './target-schemas.ts';
import { scopeChoices, scopeTrees } from './target-scope.ts';
import { writeTargetsBook } from './target-workbook.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The organizer's pages of targets: all units of a programme, and one unit with its history and exemption (rule 9). */
export function targetRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.use([patterns.targets, patterns.declarations], (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  router.get(patterns.targets, async (req, res) => {
    const page = await targetsPage(req);
    if (!page)
      return res.render('quotas/none', {
        title: req.t('targets:title.targets'),
        layout: 'work',
        currentPage: '/targets',
      });
    res.render('quotas/targets/list', presentTargets(req, page));
  });

  router.get(patterns.targetsExport, async (req, res) => {
    const page = await targetsPage(req);
    if (!page) throw new NotFound();
    const file = await writeTargetsBook(req, page, true);
    res
      .type(XLSX)
      .attachment(`${page.programme.code}-targets-${dayOf(clock())}.xlsx`)
      .send(file);
  });

  router.get(patterns.targetUnit, async (req, res) => {
    const found = await findUnit(req);
    const query = targetPageQuery.parse(req.query);
    const newest = await loadNewest(db, found.programme.id, { unitId: found.unit.id });
    const target = newest.find(({ id }) => id === query.target);
    await showUnit(req, res, found, { values: target ? formOfTarget(target, await scopeTrees(db)) : {} });
  });

  router.post(patterns.targetUnit, (req, res) =>
    act(req, res, async (found) => {
      const newest = await loadNewest(db, found.programme.id, { unitId: found.unit.id });
      const setting = settingOf(found.unit, await scopeTrees(db), newest, req.body);
      const at = clock();
      const { programme } = found;
      const change = { programme, settings: [setting], reason: reasonIn(req.body), today: dayOf(at), at };
      const written = await changeTargets(db, actorOf(req), change);
      return written.length > 0 ? 'set' : 'same';
    }),
  );

  router.post(patterns.targetExemption, (req, res) =>
    act(req, res, async ({ programme, unit }) => {
      const reason = reasonIn(req.body, 'exemptionReason');
      await exemptUnit(db, actorOf(req), { programme, unitId: unit.id, reason, at: clock() });
      return 'exempted';
    }),
  );

  router.post(patterns.targetExemptionEnd, (req, res) =>
    act(req, res, async ({ programme, unit }) => {
      const reason = reasonIn(req.body, 'exemptionReason');
      await endExemption(db, actorOf(req), { programme, unitId: unit.id, reason, at: clock() });
      return 'exemptionEnded';
    }),
  );
  return router;

  async function targetsPage(req: Request) {
    const actor = actorOf(req);
    const today = dayOf(clock());
    const query = targetPageQuery.parse(req.query);
    const chosen = await chooseProgramme(db, actor, today, query.programme);
    if (!chosen) return null;
    const { programme } = chosen;
    const [units, targets, trees] = await Promise.all([
      unitsOf(db, programme, today),
      loadNewest(db, programme.id),
      scopeTrees(db),
    ]);
    return { ...chosen, mayEdit: maySetTargets(actor, programme), units, targets, trees };
  }

  /** The unit in the path, of a programme that the actor sees whole. */
  async function findUnit(req: Request): Promise<{ programme: Programme; unit: ListedUnit; units: ListedUnit[] }> {
    const today = dayOf(clock());
    const chosen = await chooseProgramme(db, actorOf(req), today, String(req.params.programmeCode));
    if (!chosen) throw new NotFound();
    const units = await unitsOf(db, chosen.programme, today);
    const unit = units.find(({ code }) => code === req.params.unitCode);
    if (!unit) throw new NotFound();
    return { programme: chosen.programme, unit, units };
  }

  type Found = Awaited<ReturnType<typeof findUnit>>;

  async function act(req: Request, res: Response, perform: (found: Found) => Promise<string>): Promise<void> {
    const found = await findUnit(req);
    if (!maySetTargets(actorOf(req), found.programme)) throw new NotAllowed();
    let done: string;
    try {
      done = await perform(found);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      // After a refusal because a target moved, the form counts as having seen what it has become.
      const values = status === 409 ? { ...req.body, seen: undefined } : (req.body ?? {});
      return showUnit(req, res.status(status), found, formView(req.t, SET_FIELDS, values, faults));
    }
    flash(req, done === 'same' ? 'info' : 'success', req.t(`targets:done.${done}`));
    const { programme, unit } = found;
    res.redirect(303, pathTo('targetUnit', { programmeCode: programme.code, unitCode: unit.code }));
  }

  async function showUnit(req: Request, res: Response, found: Found, form: FormView): Promise<void> {
    const { programme, unit, units } = found;
    const [targets, history, exemptions, declarations, trees, terms] = await Promise.all([
      loadNewest(db, programme.id, { unitId: unit.id }),
      loadHistory(db, programme.id, unit.id),
      loadExemptions(db, programme.id, unit.id),
      loadDeclarations(db, { programmeIds: [programme.id], unitIds: [unit.id] }),
      scopeTrees(db),
      loadTerms(db, programme.id),
    ]);
    const parent = units.find(({ id }) => id === unit.parentId);
    const mayEdit = maySetTargets(actorOf(req), programme);
    const page = { programme, unit, parent, mayEdit, targets, history, exemptions, declarations, trees };
    res.render('quotas/targets/unit', {
      ...presentTargetUnit(req, page),
      choices: { ...scopeChoices(req, trees, terms.originPlaceIds), units: unitChoices(req) },
      form,
    });
  }
}

function unitChoices(req: Request) {
  return (['yuan', 'tenThousandYuan', 'kilograms', 'jin', 'tonnes'] as const).map((value) => ({
    value,
    label: req.t(`targets:unit.${value}`),
  }));
}
