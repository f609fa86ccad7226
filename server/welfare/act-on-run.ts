import type { Request, Response } from 'express';
import type { Actor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { flash } from '../web/flash.ts';
import { refusedForm } from '../web/form-view.ts';
import { idIn } from '../web/forms.ts';
import { showRun } from './show-run.ts';

/** Does something to a run and shows its page: with what was done, or with what was refused and typed. */
export async function actOnRun(
  parts: { db: PrismaClient; clock: Clock },
  req: Request,
  res: Response,
  work: (actor: Actor, runId: number) => Promise<string>,
): Promise<void> {
  const runId = idIn(req.params.id);
  try {
    flash(req, 'success', await work(actorOf(req), runId));
    res.redirect(303, pathTo('welfareRun', { id: runId }));
  } catch (error) {
    const { status, faults } = refusedForm(error);
    await showRun(parts, req, res.status(status), req.body ?? {}, faults);
  }
}
