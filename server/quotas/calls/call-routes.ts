import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import { categoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { BadInput, NotFound } from '../../shared/errors.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { faultsOf } from '../../web/forms.ts';
import { type Board, loadBoard } from '../board/board.ts';
import { nameOf, presentProgramme } from '../board/board-presenter.ts';
import { groupIdsOf, isInAny } from '../board/roll-up.ts';
import { listProgrammes, type Participant, type Programme } from '../programme-list.ts';
import { filterOf } from '../quota-filter.ts';
import { guestGroups, seesPurchasesAsOrganizer, seesWhole } from '../quota-policy.ts';
import { exportCalls } from './call-export.ts';
import { type Call, callList } from './call-list.ts';
import { presentCall } from './call-presenter.ts';
import { remindUnits } from './remind-units.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

interface Calls {
  programme: Programme;
  programmes: Programme[];
  board: Board;
  calls: Call[];
  group: string | undefined;
  /** the groups of a guest in somebody else's programme; null: the programme's own organizer, or an operator */
  guest: Participant[] | null;
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const text = z.string().trim().min(1, 'required').max(500);
const unitIds = z
  .preprocess(
    (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]),
    z.array(z.coerce.number().int()),
  )
  .refine((ids) => ids.length > 0, 'chooseUnits');
const reminderForm = z.object({ units: unitIds, text });
const noteForm = z.object({ unit: z.coerce.number().int(), note: text });

/** The call list (催办): who is behind, the gap, whom to call, what would close it, and reminders in one press. */
export function callRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.boardCallsExport, async (req, res) => {
    const { board, calls, programme } = await findCalls(req);
    const day = dayOf(clock());
    const file = await exportCalls(req, board, calls, day);
    res.type(XLSX).attachment(`${programme.code}-calls-${day}.xlsx`).send(file);
  });

  router.get(patterns.boardCalls, async (req, res) => show(req, res, { values: {} }));

  router.post(patterns.boardReminders, async (req, res) => {
    await act(req, res, ['text', 'units'], async (found) => {
      const form = reminderForm.safeParse(req.body, { reportInput: true });
      if (!form.success)
        throw new BadInput(faultsOf(form.error).map((fault) => ({ ...fault, path: fault.path.split('.')[0] ?? '' })));
      const chosen = callable(req, found).filter(({ unit }) => form.data.units.includes(unit.id));
      if (chosen.length === 0) throw new BadInput([{ path: 'units', code: 'chooseUnits' }]);
      const ids = chosen.map(({ unit }) => unit.id);
      const reminding = {
        programmeId: found.programme.id,
        unitIds: ids,
        kind: 'message',
        text: form.data.text,
      } as const;
      const count = await remindUnits(db, actorOf(req), reminding, clock());
      return req.t('calls:done.reminded', { count });
    });
  });

  router.post(patterns.boardCallNotes, async (req, res) => {
    await act(req, res, [`note-${req.body?.unit}`], async (found) => {
      const field = `note-${req.body?.unit}`;
      const form = noteForm.safeParse({ unit: req.body?.unit, note: req.body?.[field] }, { reportInput: true });
      if (!form.success) throw new BadInput(faultsOf(form.error).map((fault) => ({ ...fault, path: field })));
      const called = callable(req, found).find(({ unit }) => unit.id === form.data.unit);
      if (!called) throw new NotFound();
      const reminding = {
        programmeId: found.programme.id,
        unitIds: [called.unit.id],
        kind: 'call',
        text: form.data.note,
      } as const;
      await remindUnits(db, actorOf(req), reminding, clock());
      return req.t('calls:done.noted', { unit: nameOf(req, called.unit) });
    });
  });

  return router;

  async function act(
    req: Request,
    res: Response,
    fields: string[],
    perform: (found: Calls) => Promise<string>,
  ): Promise<void> {
    const found = await findCalls(req);
    try {
      flash(req, 'success', await perform(found));
      res.redirect(303, pathTo('boardCalls', { programmeCode: found.programme.code, group: found.group }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), formView(req.t, fields, req.body ?? {}, faults), found);
    }
  }

  /** Of a programme that the actor sees as a whole, else 404; a guest in it calls the units of the own groups alone. */
  async function findCalls(req: Request): Promise<Calls> {
    const actor = actorOf(req);
    const today = dayOf(clock());
    const [seen, places, categories] = await Promise.all([
      listProgrammes(db, actor, today),
      placeTree(db),
      categoryTree(db),
    ]);
    const programmes = seen.filter((one) => seesWhole(actor, one) && one.state === 'open');
    const programme = programmes.find(({ code }) => code === req.params.programmeCode);
    if (!programme) throw new NotFound();
    const group = typeof req.query.group === 'string' && req.query.group ? req.query.group : undefined;
    const filter = filterOf(actor, programme, { places, categories }, { group });
    const board = await loadBoard(db, { programme, filter, dimensions: ['month'], today, at: null });
    const guest = guestGroups(actor, programme);
    const calls = (await callList(db, board, today)).filter(
      ({ unit }) => guest === null || isInAny(groupIdsOf(unit, board.byId), idsOf(guest)),
    );
    return { programme, programmes, board, group, guest, calls };
  }

  async function show(req: Request, res: Response, form: FormView, known?: Calls): Promise<void> {
    const found = known ?? (await findCalls(req));
    const { programme, programmes, board, calls, group, guest } = found;
    const groups = guest ?? programme.participants;
    const may = new Set(callable(req, found).map(({ unit }) => unit.id));
    const typed = req.body?.units;
    const chosen = new Set((Array.isArray(typed) ? typed : typed ? [typed] : []).map(Number));
    res.set('Cache-Control', 'no-store').render('quotas/calls', {
      title: req.t('calls:title'),
      layout: 'work',
      currentPage: pathTo('board'),
      breadcrumbs: [
        { label: req.t('quotas:board.title'), href: pathTo('board', { programme: programme.code }) },
        { label: req.t('calls:title') },
      ],
      programme: presentProgramme(req, programme),
      programmes: programmes.map((one) => ({
        label: nameOf(req, one),
        href: pathTo('boardCalls', { programmeCode: one.code }),
        current: one.id === programme.id,
      })),
      groups:
        groups.length > 1
          ? [
              { value: '', label: req.t('quotas:board.all') },
              ...groups.map((one) => ({ value: one.code, label: nameOf(req, one) })),
            ]
          : [],
      group,
      guestOf: guest?.map((one) => nameOf(req, one)).join(req.t('calls:guestJoin')),
      day: dayOf(clock()),
      calls: calls.map((call) => ({
        ...presentCall(req, board, call),
        mayRemind: may.has(call.unit.id),
        isChosen: typed === undefined ? may.has(call.unit.id) : chosen.has(call.unit.id),
        noteField: `note-${call.unit.id}`,
      })),
      form: { ...form, values: { text: req.t('calls:remind.draft'), ...form.values } },
      actions: {
        list: pathTo('boardCalls', { programmeCode: programme.code }),
        remind: pathTo('boardReminders', { programmeCode: programme.code, group }),
        note: pathTo('boardCallNotes', { programmeCode: programme.code, group }),
        excel: pathTo('boardCallsExport', { programmeCode: programme.code, group }),
      },
    });
  }
}

function idsOf(groups: readonly Participant[]): number[] {
  return groups.map(({ id }) => id);
}

/** Whom the actor may remind: the units of the own programme or of the own group. */
function callable(req: Request, { programme, board, calls }: Calls): Call[] {
  const actor = actorOf(req);
  return calls.filter(({ unit }) => seesPurchasesAsOrganizer(actor, programme, groupIdsOf(unit, board.byId)));
}
