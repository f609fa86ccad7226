import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { NotAllowed, NotFound, type Refusal, RuleRefusal } from '../../shared/errors.ts';
import { refusalMessage } from '../../web/fault-messages.ts';
import { flash } from '../../web/flash.ts';
import { refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';
import { listProgrammes } from '../programme-list.ts';
import { seesWhole } from '../quota-policy.ts';
import { changeOpenProgramme, renameProgramme } from './programme-change-open.ts';
import { checkProgramme } from './programme-check.ts';
import { loadChoices } from './programme-choices.ts';
import { closeProgramme } from './programme-close.ts';
import { changeableOf, faultsInForm, newValues, nextYearOf, valuesOf, wishOf } from './programme-form.ts';
import { type FormPage, presentForm } from './programme-form-presenter.ts';
import { countEarlier, openProgramme } from './programme-open.ts';
import { mayRun, requireRunner, runsProgrammes } from './programme-policy.ts';
import { presentConfirm, presentList, presentShow } from './programme-presenter.ts';
import {
  actsOf,
  adjustmentsOf,
  declarationsOf,
  figuresOf,
  findProgrammeFile,
  listGroupChoices,
  type ProgrammeFile,
} from './programme-queries.ts';
import { changeDraft, createProgramme } from './programme-save.ts';
import { openProgrammeForm, programmeForm, programmeNameForm, programmeQuery } from './programme-schemas.ts';
import { mayHappenToProgramme } from './programme-states.ts';

export interface ProgrammeParts {
  db: PrismaClient;
  clock: Clock;
}

/** Programmes for who runs them: list, one, its form, opening and closing. */
export function programmeRoutes(parts: ProgrammeParts): Router {
  const router = express.Router();
  router.use(patterns.programmes, (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  router.get(patterns.programmes, showList(parts));
  router.post(patterns.programmes, create(parts));
  router.get(patterns.newProgramme, showNew(parts));
  router.get(patterns.programme, showOne(parts));
  router.post(patterns.programme, change(parts));
  router.get(patterns.programmeEdit, showEdit(parts));
  router.get(patterns.programmeOpening, showConfirm(parts, 'open'));
  router.post(patterns.programmeOpening, act(parts, 'open', openProgramme));
  router.get(patterns.programmeClosing, showConfirm(parts, 'close'));
  router.post(patterns.programmeClosing, act(parts, 'close', closeProgramme));
  return router;
}

function showList({ db, clock }: ProgrammeParts): RequestHandler {
  return async (req, res) => {
    const actor = actorOf(req);
    if (!runsProgrammes(actor)) throw new NotAllowed();
    const listed = await listProgrammes(db, actor, dayOf(clock()));
    const programmes = listed.filter((programme) => seesWhole(actor, programme));
    const figures = await figuresOf(
      db,
      programmes.map(({ id }) => id),
    );
    res.render('quotas/programmes/list', presentList(req, { programmes, figures }));
  };
}

function showOne({ db, clock }: ProgrammeParts): RequestHandler {
  return async (req, res) => {
    const actor = actorOf(req);
    const today = dayOf(clock());
    const file = await fileOf({ db, clock }, req);
    const [choices, groups, figures, adjustments, declarations, acts] = await Promise.all([
      loadChoices(db, actor, today),
      listGroupChoices(db, null, dayToColumn(today)),
      figuresOf(db, [file.id]),
      file.state === 'closed' ? adjustmentsOf(db, file) : null,
      declarationsOf(db, file.id),
      actsOf(db, file.id),
    ]);
    const groupUnits = new Map(groups.map((group) => [group.code, group.units]));
    const told = { file, choices, groupUnits, adjustments, declarations, acts, today, mayRun: mayRun(actor, file) };
    res.render('quotas/programmes/show', presentShow(req, { ...told, figures: figures.get(file.id) }));
  };
}

function showNew({ db, clock }: ProgrammeParts): RequestHandler {
  return async (req, res) => {
    const actor = actorOf(req);
    if (!runsProgrammes(actor)) throw new NotAllowed();
    const { from } = read(programmeQuery, req.query);
    const choices = await loadChoices(db, actor, dayOf(clock()));
    const file = from === undefined ? null : await fileOf({ db, clock }, req, from);
    const values = file ? nextYearOf(valuesOf(file, choices), file) : newValues(actor, choices, dayOf(clock()));
    renderForm(req, res, { file: null, from: file ?? undefined, choices, values, faults: [] });
  };
}

function create({ db, clock }: ProgrammeParts): RequestHandler {
  return async (req, res) => {
    const actor = actorOf(req);
    if (!runsProgrammes(actor)) throw new NotAllowed();
    const choices = await loadChoices(db, actor, dayOf(clock()));
    await saved(req, res, { file: null, choices }, async () => {
      const form = read(programmeForm, req.body);
      const checked = inForm(form, () => checkProgramme(wishOf(form), choices));
      const { code } = await createProgramme(db, actor, checked, clock());
      flash(req, 'success', req.t('programmes:done.created'));
      return code;
    });
  };
}

function showEdit({ db, clock }: ProgrammeParts): RequestHandler {
  return async (req, res) => {
    const actor = actorOf(req);
    const file = await fileOf({ db, clock }, req);
    requireRunner(actor, file);
    const choices = await loadChoices(db, actor, dayOf(clock()));
    renderForm(req, res, { file, choices, values: valuesOf(file, choices), faults: [] });
  };
}

function change({ db, clock }: ProgrammeParts): RequestHandler {
  return async (req, res) => {
    const actor = actorOf(req);
    const file = await fileOf({ db, clock }, req);
    requireRunner(actor, file);
    const choices = await loadChoices(db, actor, dayOf(clock()));
    await saved(req, res, { file, choices }, async () => {
      const code = await changeInState(file, clock());
      flash(req, 'success', req.t('programmes:done.saved'));
      return code;
    });

    async function changeInState({ id, code, state }: ProgrammeFile, at: Date): Promise<string> {
      if (state === 'closed') {
        await renameProgramme(db, actor, id, read(programmeNameForm, req.body), at);
        return code;
      }
      if (state === 'open') {
        const form = read(openProgrammeForm, req.body);
        const changed = { ...changeableOf(form), countUntil: form.countUntil ?? file.countUntil };
        await inForm(form, () => changeOpenProgramme(db, actor, id, changed, at));
        return code;
      }
      const form = read(programmeForm, req.body);
      const checked = inForm(form, () => checkProgramme(wishOf(form), choices));
      await changeDraft(db, actor, id, checked, at);
      return checked.code;
    }
  };
}

/** Runs a save; what was refused is shown again with what was typed. */
async function saved(
  req: Request,
  res: Response,
  page: Pick<FormPage, 'file' | 'choices'>,
  save: () => Promise<string>,
): Promise<void> {
  try {
    res.redirect(303, pathTo('programme', { code: await save() }));
  } catch (error) {
    const { status, faults } = refusedForm(error);
    const { _csrf, ...values } = req.body ?? {};
    renderForm(req, res.status(status), { ...page, values, faults });
  }
}

/** Faults of a checked form by its own fields. */
function inForm<T>({ milestones }: { milestones: { index: number }[] }, check: () => T): T {
  const rethrow = (error: unknown): never => {
    if (!(error instanceof RuleRefusal)) throw error;
    throw new RuleRefusal(error.code, faultsInForm(error.faults, milestones), error.values);
  };
  try {
    const result = check();
    return result instanceof Promise ? (result.catch(rethrow) as T) : result;
  } catch (error) {
    return rethrow(error);
  }
}

function showConfirm({ db, clock }: ProgrammeParts, name: 'open' | 'close'): RequestHandler {
  return async (req, res) => {
    const file = await fileOf({ db, clock }, req);
    requireRunner(actorOf(req), file);
    await renderConfirm({ db, clock }, req, res, name, file, hindrance(req, name, file, dayOf(clock())));
  };
}

/** Why it cannot be done today, in words; undefined when it can. */
function hindrance(req: Request, name: 'open' | 'close', file: ProgrammeFile, today: Day): string | undefined {
  if (!mayHappenToProgramme(file.state, name)) return req.t('faults:wrongProgrammeState');
  if (name === 'open') return undefined;
  if (today <= file.endsOn) return req.t('faults:programmeNotOver', { day: file.endsOn });
  return file.takingIn && file.takingIn.finishedAt === null ? req.t('faults:stillTakingIn') : undefined;
}

function act(
  { db, clock }: ProgrammeParts,
  name: 'open' | 'close',
  perform: (db: PrismaClient, actor: ReturnType<typeof actorOf>, id: number, at: Date) => Promise<void>,
): RequestHandler {
  return async (req, res) => {
    const file = await fileOf({ db, clock }, req);
    try {
      await perform(db, actorOf(req), file.id, clock());
      flash(req, 'success', req.t(`programmes:done.${name}`));
      res.redirect(303, pathTo('programme', { code: file.code }));
    } catch (error) {
      const { status } = refusedForm(error);
      const message = refusalMessage(req.t, error as Refusal);
      await renderConfirm({ db, clock }, req, res.status(status), name, file, message);
    }
  };
}

async function renderConfirm(
  { db, clock }: ProgrammeParts,
  req: Request,
  res: Response,
  name: 'open' | 'close',
  file: ProgrammeFile,
  message?: string,
): Promise<void> {
  const today = dayOf(clock());
  const period = { startsOn: dayToColumn(file.startsOn), endsOn: dayToColumn(file.endsOn) };
  const earlier = name === 'open' ? await countEarlier(db, period) : 0;
  res.render(
    'quotas/programmes/confirm',
    presentConfirm(req, name, file, { earlier, today, isPossible: message === undefined, message }),
  );
}

/** The programme of the address, where the actor sees the whole of it; a stranger's is 404. */
async function fileOf(
  { db, clock }: ProgrammeParts,
  req: Request,
  code = String(req.params.code),
): Promise<ProgrammeFile> {
  const actor = actorOf(req);
  const programmes = await listProgrammes(db, actor, dayOf(clock()));
  const found = programmes.find((programme) => programme.code === code && seesWhole(actor, programme));
  if (!found) throw new NotFound();
  return findProgrammeFile(db, found.id);
}

function renderForm(req: Request, res: Response, page: FormPage): void {
  res.render('quotas/programmes/form', presentForm(req, page));
}
