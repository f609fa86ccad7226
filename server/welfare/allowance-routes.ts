import express, { type Request, type Response, type Router } from 'express';
import { unitsApprovedFor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { BadInput, type Fault, NotFound } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { byCell, readSheet } from '../web/read-sheet.ts';
import { uploadsIn } from '../web/uploads.ts';
import { equalForm, grantForm, unitForm, withdrawalForm } from './allowance-forms.ts';
import { employeesOf } from './allowance-queries.ts';
import { type AllowanceRow, allowanceTemplate, readAllowances } from './allowance-sheet.ts';
import { mayGrant, setAllowances, withdrawAllowances, yearOf } from './set-allowances.ts';
import { showAllowances } from './show-allowances.ts';

/** A union's allowances to its employees: granting after a preview, withdrawing, and each employee's own balance (rules 31, 32). */
export function allowanceRoutes(parts: { db: PrismaClient; clock: Clock }): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.allowances, (req, res) => showAllowances(parts, req, res, {}, []));

  router.get(patterns.allowanceTemplate, async (req, res) => {
    const unitId = unitIn(req, req.query);
    const file = await allowanceTemplate(db, unitId, dayOf(clock()), req.t);
    res.attachment(`${req.t('allowances:sheet.title')}.xlsx`).send(file);
  });

  router.post(patterns.allowanceEqual, (req, res) =>
    orForm(req, res, async () => {
      const unitId = unitIn(req, req.body);
      const { amount } = read(equalForm, req.body);
      const employees = await employeesOf(db, unitId, dayOf(clock()));
      if (employees.length === 0) throw new BadInput([{ path: 'amount', code: 'noEmployees' }]);
      const rows = employees.map(({ id, login }) => ({ userId: id, login, fen: amount }));
      preview(req, res, unitId, rows, [], amount);
    }),
  );

  router.post(patterns.allowanceRoster, (req, res) =>
    orForm(req, res, async () => {
      const unitId = unitIn(req, req.body);
      const [file] = uploadsIn(req, 'roster');
      if (!file) throw new BadInput([{ path: 'roster', code: 'required' }]);
      const { rows, faults } = await readAllowances(db, unitId, dayOf(clock()), await readSheet(file, 'roster'));
      preview(req, res, unitId, rows, faults);
    }),
  );

  router.post(patterns.allowanceGrant, (req, res) =>
    orForm(req, res, async () => {
      const unitId = unitIn(req, req.body);
      const wanted = read(grantForm, req.body);
      const employees = await employeesOf(db, unitId, dayOf(clock()));
      const works = new Set(employees.map(({ id }) => id));
      const rows = wanted.equalFen === null ? wanted.people : employees.map(({ id }) => [id, wanted.equalFen] as const);
      const amounts = new Map(rows.map(([userId, fen]) => [userId, fen ?? 0]));
      if (amounts.size === 0 || [...amounts.keys()].some((id) => !works.has(id)))
        throw new BadInput([{ path: 'roster', code: 'rosterChanged' }]);
      const count = await setAllowances(db, actorOf(req), unitId, amounts, clock());
      done(req, res, unitId, req.t('allowances:flash.set', { count }));
    }),
  );

  router.post(patterns.allowanceWithdrawal, (req, res) =>
    orForm(req, res, async () => {
      const unitId = unitIn(req, req.body);
      const { reason } = read(withdrawalForm, req.body);
      const count = await withdrawAllowances(db, actorOf(req), unitId, reason, clock());
      done(req, res, unitId, req.t('allowances:flash.withdrawn', { count }));
    }),
  );

  return router;

  function unitIn(req: Request, from: unknown): number {
    const { unitId = unitsApprovedFor(actorOf(req))[0] ?? 0 } = read(unitForm, from ?? {});
    if (!mayGrant(actorOf(req), unitId)) throw new NotFound();
    return unitId;
  }

  async function orForm(req: Request, res: Response, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showAllowances(parts, req, res.status(status), req.body ?? {}, faults);
    }
  }

  function preview(
    req: Request,
    res: Response,
    unitId: number,
    rows: readonly AllowanceRow[],
    faults: Fault[],
    equalFen?: number,
  ): void {
    res.status(faults.length > 0 ? 422 : 200).render('welfare/allowance-preview', {
      layout: 'work',
      title: req.t('allowances:preview.title'),
      backHref: `${pathTo('allowances')}?unitId=${unitId}`,
      action: pathTo('allowanceGrant'),
      ...{ unitId, equalFen, rows: rows.slice(0, 200), count: rows.length, year: yearOf(clock()) },
      more: Math.max(0, rows.length - 200),
      sumFen: rows.reduce((sum, { fen }) => sum + fen, 0),
      faults: byCell(faults).map(({ path, code, values }) => ({ cell: path, text: req.t(`faults:${code}`, values) })),
      people: equalFen === undefined ? rows.map(({ userId, fen }) => `${userId}:${fen}`).join(' ') : '',
    });
  }

  function done(req: Request, res: Response, unitId: number, said: string): void {
    flash(req, 'success', said);
    res.redirect(303, `${pathTo('allowances')}?unitId=${unitId}`);
  }
}
