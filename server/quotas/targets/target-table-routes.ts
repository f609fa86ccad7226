import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { nameOf } from '../board/board-presenter.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import type { Programme } from '../programme-list.ts';
import { changeTargets } from './change-targets.ts';
import { scopeKeyOf, type TargetScope, type TargetSetting } from './set-target.ts';
import { readAmount, TARGET_UNITS, type TargetUnit, writeAmount } from './target-amounts.ts';
import { scopeIn } from './target-form.ts';
import { governedProgramme } from './target-policy.ts';
import { presentHead } from './target-presenter.ts';
import { loadNewest, loadTerms, type NewestTarget, unitsOf } from './target-queries.ts';
import { reasonIn } from './target-reason.ts';
import { targetPageQuery } from './target-schemas.ts';
import { type ScopeTrees, scopeChoices, scopeLabel, scopeTrees } from './target-scope.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 300;
const UNITS = ['yuan', 'tenThousandYuan', 'kilograms', 'jin', 'tonnes'] as const satisfies readonly TargetUnit[];

interface Table {
  programme: Programme;
  units: ListedUnit[];
  /** those of this page */
  shown: ListedUnit[];
  page: number;
  trees: ScopeTrees;
  scope: TargetScope;
  unit: TargetUnit;
  held: ReadonlyMap<number, NewestTarget>;
  newest: NewestTarget[];
}

/** One kind of target of all units in a table: many values at once, with one reason, of which only the changed become versions. */
export function targetTableRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.targetTable, async (req, res) => show(req, res, await tableOf(req), { values: {} }));

  router.post(patterns.targetTable, async (req, res) => {
    const table = await tableOf(req);
    try {
      const settings = settingsIn(table, req.body ?? {});
      const reason = reasonIn(req.body);
      const at = clock();
      const change = { programme: table.programme, settings, reason, today: dayOf(at), at };
      const written = await changeTargets(db, actorOf(req), change);
      flash(req, 'success', req.t('targets:done.changed', { count: written.length }));
      res.redirect(303, pathTo('targets', { programme: table.programme.code }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const fields = ['reason', ...table.shown.map(fieldOf)];
      // A cell that was told to have moved is from now on judged by what it has become.
      const typed = stillTyped(table, req.body ?? {}, status === 409);
      const form = formView(req.t, fields, typed, faults);
      const labels = Object.fromEntries(table.shown.map((unit) => [fieldOf(unit), nameOf(req, unit)]));
      await show(req, res.status(status), await tableOf(req), { ...form, labels });
    }
  });
  return router;

  async function tableOf(req: Request): Promise<Table> {
    const today = dayOf(clock());
    const { programme } = await governedProgramme(db, actorOf(req), today, String(req.params.programmeCode));
    const query = targetPageQuery.parse(req.query);
    const [units, trees, newest] = await Promise.all([
      unitsOf(db, programme, today),
      scopeTrees(db),
      loadNewest(db, programme.id),
    ]);
    const scope = scopeIn(trees, query, []);
    const unit = query.unit ?? 'yuan';
    const same = newest.filter(
      (target) => target.scopeKey === scopeKeyOf(scope) && target.measure === TARGET_UNITS[unit].measure,
    );
    const page = Math.min(query.page ?? 1, Math.max(1, Math.ceil(units.length / PER_PAGE)));
    const shown = units.slice((page - 1) * PER_PAGE, page * PER_PAGE);
    const held = new Map(same.map((target) => [target.unitId, target]));
    return { programme, units, shown, page, trees, scope, unit, held, newest };
  }

  async function show(req: Request, res: Response, table: Table, form: FormView): Promise<void> {
    const { originPlaceIds } = await loadTerms(db, table.programme.id);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/targets/table', {
      ...presentHead(req, table.programme, 'targets'),
      ...presentTable(req, table),
      choices: {
        ...scopeChoices(req, table.trees, originPlaceIds),
        units: UNITS.map((value) => ({ value, label: req.t(`targets:unit.${value}`) })),
      },
      form,
    });
  }
}

const fieldOf = ({ id }: { id: number }) => `v-${id}`;
const seenFieldOf = ({ id }: { id: number }) => `s-${id}`;

/** What the page carries of a unit's target: version and value, "3:1600000"; "0:0" where there is none. */
const seenOf = (target: NewestTarget | undefined) => `${target?.version ?? 0}:${target?.value ?? 0}`;

/**
 * The cells that hold something else than the page showed. An emptied cell withdraws the target. Throws BadInput with the fault of
 * every cell, the missing reason, and when nothing was changed.
 */
function settingsIn({ shown, scope, unit }: Table, body: Record<string, unknown>): TargetSetting[] {
  const faults: Fault[] = [];
  const settings = shown.flatMap((one): TargetSetting[] => {
    const typed = body[fieldOf(one)];
    if (typeof typed !== 'string') return [];
    const [version, before] = String(body[seenFieldOf(one)] ?? '0:0')
      .split(':')
      .map(Number);
    const text = typed.trim();
    const value = text === '' ? 0 : readAmount(text, unit);
    const path = fieldOf(one);
    if (typeof value === 'string') {
      faults.push({ path, code: value });
      return [];
    }
    if (value === before) return [];
    return [{ unitId: one.id, ...scope, measure: TARGET_UNITS[unit].measure, value, seenVersion: version ?? 0, path }];
  });
  if (typeof body.reason !== 'string' || body.reason.trim() === '')
    faults.push({ path: 'reason', code: 'reasonNeeded' });
  if (settings.length === 0 && faults.length === 0) faults.push({ path: '', code: 'nothingToSet' });
  if (faults.length > 0) throw new BadInput(faults);
  return settings;
}

/** What was typed into the cells that were changed; the others show what their targets are by now. */
function stillTyped({ shown, unit }: Table, body: Record<string, unknown>, hasMoved: boolean): Record<string, unknown> {
  const values: Record<string, unknown> = { reason: body.reason };
  for (const one of shown) {
    const [typed, seen] = [String(body[fieldOf(one)] ?? '').trim(), String(body[seenFieldOf(one)] ?? '0:0')];
    const value = typed === '' ? 0 : readAmount(typed, unit);
    if (value === Number(seen.split(':')[1])) continue;
    values[fieldOf(one)] = typed;
    if (!hasMoved) values[seenFieldOf(one)] = seen;
  }
  return values;
}

function presentTable(req: Request, table: Table) {
  const { programme, units, shown, page, trees, scope, unit, held, newest } = table;
  const of = { programmeCode: programme.code };
  const query = queryOf(table);
  const pages = Math.ceil(units.length / PER_PAGE);
  const kinds = new Map(newest.filter(({ value }) => value > 0).map((one) => [`${one.scopeKey} ${one.measure}`, one]));
  return {
    breadcrumbs: [
      { label: req.t('targets:title.targets'), href: pathTo('targets', { programme: programme.code }) },
      { label: req.t('targets:table.title') },
    ],
    action: pathTo('targetTable', { ...of, ...query, page }),
    scope: { ...query, label: scopeLabel(req, trees, scope) },
    unitLabel: req.t(`targets:unit.${unit}`),
    isClosed: programme.state === 'closed',
    kinds: [...kinds.values()].map((one) => ({
      label: `${scopeLabel(req, trees, one)} · ${req.t(`targets:measure.${one.measure}`)}`,
      href: pathTo('targetTable', { ...of, ...queryOf({ trees, scope: one, unit: unitOf(one) }) }),
      current: one.scopeKey === scopeKeyOf(scope) && one.measure === TARGET_UNITS[unit].measure,
    })),
    rows: shown.map((one) => {
      const target = held.get(one.id);
      return {
        name: nameOf(req, one),
        depth: units.some(({ id }) => id === one.parentId) ? 1 : 0,
        exemptReason: one.exemptReason,
        field: fieldOf(one),
        seenField: seenFieldOf(one),
        seen: seenOf(target),
        value: target && target.value > 0 ? writeAmount(target.value, unit) : '',
        version: target?.version,
        reason: target?.reason,
      };
    }),
    prevHref: page > 1 ? pathTo('targetTable', { ...of, ...query, page: page - 1 }) : undefined,
    nextHref: page < pages ? pathTo('targetTable', { ...of, ...query, page: page + 1 }) : undefined,
    where: pages > 1 ? `${page} / ${pages}` : undefined,
  };
}

const unitOf = ({ measure }: NewestTarget): TargetUnit => (measure === 'fen' ? 'yuan' : 'kilograms');

function queryOf({ trees, scope, unit }: Pick<Table, 'trees' | 'scope' | 'unit'>) {
  return {
    category: (scope.categoryId !== null && trees.categories.byId.get(scope.categoryId)?.code) || undefined,
    place: (scope.placeId !== null && trees.places.byId.get(scope.placeId)?.code) || undefined,
    funding: scope.fundingSource ?? undefined,
    unit: unit === 'yuan' ? undefined : unit,
  };
}
