import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { BadInput, NotFound } from '../shared/errors.ts';
import { refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { byCell, readSheet, type SheetRow } from '../web/read-sheet.ts';
import { uploadsIn } from '../web/uploads.ts';
import { actOnRun } from './act-on-run.ts';
import { mayRun } from './lock-run.ts';
import { compareRoster, mergeRoster } from './merge-roster.ts';
import { readRoster, rosterTemplate } from './roster-sheet.ts';
import { findRun, type WholeRun } from './run-queries.ts';
import { showRun } from './show-run.ts';
import { previewedPeople } from './welfare-forms.ts';
import { presentHead } from './welfare-presenter.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** A run's roster by Excel: the file to fill in, the check of an uploaded one, and its merging (rule 29). */
export function rosterRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.welfareTemplate, async (req, res) => {
    actorOf(req);
    res.attachment(`${req.t('welfare:roster.title')}.xlsx`).send(await rosterTemplate(req.t));
  });

  router.post(patterns.welfareRoster, async (req, res) => {
    try {
      const run = await ownRun(req);
      const [file] = uploadsIn(req, 'roster');
      if (!file) throw new BadInput([{ path: 'roster', code: 'required' }]);
      await preview(req, res, run, await readSheet(file, 'roster'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showRun(parts, req, res.status(status), {}, faults);
    }
  });

  router.post(patterns.welfareRosterMerge, (req, res) =>
    actOnRun(parts, req, res, async (actor, runId) => {
      const run = await ownRun(req);
      const people = read(previewedPeople, jsonIn(req.body?.people));
      const sheet = people.map((one) => [
        one.staffNumber,
        one.name,
        one.department ?? '',
        one.phone ?? '',
        one.login ?? '',
      ]);
      const { rows, faults } = await readRoster(db, run.unitId, dayOf(clock()), [[], ...sheet]);
      if (faults.length > 0) throw new BadInput(faults);
      const dropMissing = req.body?.dropMissing !== undefined;
      return req.t('welfare:flash.merged', await mergeRoster(db, actor, runId, rows, { dropMissing, at: clock() }));
    }),
  );

  return router;

  async function ownRun(req: Request): Promise<WholeRun> {
    const run = await findRun(db, actorOf(req), idIn(req.params.id));
    if (!mayRun(actorOf(req), run.unitId)) throw new NotFound();
    return run;
  }

  async function preview(req: Request, res: Response, run: WholeRun, sheet: SheetRow[]): Promise<void> {
    const { rows, faults } = await readRoster(db, run.unitId, dayOf(clock()), sheet);
    const change = faults.length > 0 ? null : await compareRoster(db, run.id, rows);
    res.status(faults.length > 0 ? 422 : 200).render('welfare/roster-preview', {
      layout: 'work',
      title: req.t('welfare:preview.title'),
      run: presentHead(req, run),
      backHref: pathTo('welfareRun', { id: run.id }),
      action: pathTo('welfareRosterMerge', { id: run.id }),
      count: rows.length,
      faults: byCell(faults).map(({ path, code, values }) => ({ cell: path, text: req.t(`faults:${code}`, values) })),
      change,
      people: JSON.stringify(rows.map(({ userId, ...row }) => row)),
    });
  }
}

function jsonIn(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}
