import express, { type Request, type Response, type Router } from 'express';
import { type Actor, hasRole, requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { type PathName, pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { decodeCursor } from '../shared/pagination.ts';
import { idsBelow } from '../shared/tree.ts';
import { placeTree } from '../units/place-tree.ts';
import { groupsOrganizedBy, unitsAdministeredBy } from '../units/unit-policy.ts';
import { findUnitFile, listRegister, type UnitFile, unitHistory } from '../units/unit-register.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { changeForms, fieldsOf, makeChange, type ReadChange, UNIT_CHANGES, type UnitChange } from './unit-changes.ts';
import { exportUnits } from './unit-export.ts';
import { presentChange, presentUnit, presentUnits } from './unit-presenter.ts';
import { type Preview, previewOf } from './unit-preview.ts';
import { unitsQuery } from './unit-schemas.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 50;
const MOST_EXPORTED = 20_000;
const HISTORY_SHOWN = 50;

/** Units as operators and the organizers of their groups administer them: renamed, moved, merged, dissolved (rules 7, 9). */
export function unitRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.units, async (req, res) => {
    const { rows, filters, groups, tree } = await register(req, PER_PAGE + 1);
    res.set('Cache-Control', 'no-store');
    res.render('admin/units', {
      layout: 'work',
      ...presentUnits(req, { rows, filters, groups, tree, perPage: PER_PAGE }),
    });
  });

  router.get(patterns.unitsExport, async (req, res) => {
    const { rows, tree } = await register(req, MOST_EXPORTED);
    const file = await exportUnits(req, tree, rows);
    res.type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet').attachment('units.xlsx').send(file);
  });

  router.get(patterns.unit, async (req, res) => {
    const { actor, unit } = await unitOf(req);
    const [history, tree] = await Promise.all([unitHistory(db, unit.id, HISTORY_SHOWN), placeTree(db)]);
    const people = await db.user.findMany({
      where: { id: { in: history.flatMap(({ actorId }) => actorId ?? []) } },
      select: { id: true, name: true },
    });
    res.set('Cache-Control', 'no-store');
    res.render('admin/unit', {
      layout: 'work',
      currentPage: patterns.units,
      ...presentUnit(req, { unit, history, people, tree, today: dayOf(clock()) }),
      payersHref: hasRole(actor, 'operator') ? pathTo('unitPayers', { unitCode: unit.code }) : undefined,
    });
  });

  for (const change of UNIT_CHANGES) {
    const path = CHANGE_PATHS[change];
    router.get(patterns[path], (req, res) => preview(req, res, change));
    router.post(patterns[path], (req, res) => perform(req, res, change));
  }
  return router;

  /** The form alone, or what was asked for with what it will change, to be confirmed. */
  async function preview(req: Request, res: Response, change: UnitChange): Promise<void> {
    const { actor, unit } = await unitOf(req);
    if (Object.keys(req.query).length === 0) return show(req, res, { actor, unit, change, form: { values: {} } });
    try {
      const wish = readChange(change, req.query);
      const shown = await previewOf(req, db, unit, wish, clock());
      await show(req, res, { actor, unit, change, form: { values: req.query }, preview: shown });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), { actor, unit, change, form: formOf(req, change, req.query, faults) });
    }
  }

  async function perform(req: Request, res: Response, change: UnitChange): Promise<void> {
    const { actor, unit } = await unitOf(req);
    try {
      await makeChange(db, actor, unit.id, readChange(change, req.body), clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), { actor, unit, change, form: formOf(req, change, req.body ?? {}, faults) });
    }
    flash(req, 'success', req.t(`units:done.${change}`));
    res.redirect(303, pathTo('unit', { code: unit.code }));
  }

  async function show(req: Request, res: Response, page: ShownChange): Promise<void> {
    const { actor, unit } = page;
    const mine = await unitsAdministeredBy(db, actor, dayOf(clock()));
    const [others, groups] = await Promise.all([
      db.unit.findMany({
        where: { state: 'active', id: { not: unit.id, ...(mine === null ? {} : { in: [...mine] }) } },
        select: { code: true, name: true, nameEn: true, canteen: true },
        orderBy: { name: 'asc' },
      }),
      groupsOf(actor),
    ]);
    res.set('Cache-Control', 'no-store');
    res.render('admin/unit-change', {
      layout: 'work',
      currentPage: patterns.units,
      ...presentChange(req, { ...page, others, groups }),
    });
  }

  async function register(req: Request, limit: number) {
    const actor = administrator(req);
    const today = dayOf(clock());
    const [mine, tree, groups] = await Promise.all([
      unitsAdministeredBy(db, actor, today),
      placeTree(db),
      groupsOf(actor),
    ]);
    const filters = read(unitsQuery, req.query);
    const group = groups.find(({ code }) => code === filters.group);
    const place = filters.place ? tree.byCode.get(filters.place) : undefined;
    const rows = await listRegister(db, mine, today, {
      ...{ q: filters.q || undefined, groupId: group?.id, state: filters.state, limit },
      placeIds: place && idsBelow(tree, place.id),
      afterId: Number(decodeCursor(filters.cursor, 1)?.[0] ?? 0) || undefined,
    });
    return { rows, filters, groups, tree };
  }

  function groupsOf(actor: Actor) {
    return db.unitGroup.findMany({
      where: hasRole(actor, 'operator') ? {} : { id: { in: groupsOrganizedBy(actor) } },
      select: { id: true, code: true, name: true, nameEn: true },
      orderBy: { id: 'asc' },
    });
  }

  async function unitOf(req: Request): Promise<{ actor: Actor; unit: UnitFile }> {
    const actor = administrator(req);
    const [unit, mine] = await Promise.all([
      findUnitFile(db, String(req.params.code)),
      unitsAdministeredBy(db, actor, dayOf(clock())),
    ]);
    if (!unit || (mine !== null && !mine.has(unit.id))) throw new NotFound();
    return { actor, unit };
  }
}

interface ShownChange {
  actor: Actor;
  unit: UnitFile;
  change: UnitChange;
  form: FormView;
  preview?: Preview;
}

const CHANGE_PATHS = {
  name: 'unitName',
  parent: 'unitParent',
  joining: 'unitJoining',
  leaving: 'unitLeaving',
  canteen: 'unitCanteen',
  merger: 'unitMerger',
  dissolution: 'unitDissolution',
} as const satisfies Record<UnitChange, PathName>;

function administrator(req: Request): Actor {
  const actor = actorOf(req);
  requireRole(actor, 'operator', 'organizer');
  return actor;
}

function readChange(change: UnitChange, input: unknown): ReadChange {
  return { change, wish: read(changeForms[change], input) } as ReadChange;
}

function formOf(req: Request, change: UnitChange, values: object, faults: Parameters<typeof formView>[3]): FormView {
  return formView(req.t, fieldsOf(change), { ...values }, faults);
}
