import express, { type Request, type Response, type Router } from 'express';
import { hasRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { nameOf } from '../../catalog/catalog-reader.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayFromColumn, dayOf, parseDay } from '../../shared/days.ts';
import { type Fault, NotAllowed } from '../../shared/errors.ts';
import { idsBelow } from '../../shared/tree.ts';
import { placeName, placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { unitChoices } from '../unit-choices.ts';
import { exportResults } from './event-export.ts';
import { eventResults, sumOfResults } from './event-results.ts';
import { cancelEvent, holdEvent } from './hold-event.ts';
import { groupsHeldFor, mayHold, requireHolder } from './matching-policy.ts';
import { presentEvent } from './matching-presenter.ts';
import { type EventKey, findEvent, listEvents, suppliersAt } from './matching-queries.ts';
import { eventForm, intentionForm, reasonForm } from './matching-schemas.ts';
import { stateIntention, unitsIntendedFor } from './state-intention.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;
const EVENT_FIELDS = ['name', 'heldOn', 'intentionsUntil', 'venue', 'summary', 'placeId', 'groupId', 'reason'];

/** Matching events for everybody: announced and changed by who holds them, and where units state what they want. */
export function matchingRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.matchingEvents, async (req, res) => {
    const before = keyIn(req.query);
    const events = await listEvents(db, before, PAGE + 1);
    const shown = events.slice(0, PAGE);
    const last = events.length > PAGE ? shown.at(-1) : undefined;
    const more = last && { before: dayFromColumn(last.heldOn), id: last.id };
    res.render('sourcing/matching', {
      title: req.t('matching:list.title'),
      events: shown.map((event) => presentEvent(req, event, dayOf(clock()))),
      newHref: mayAnnounce(req) ? pathTo('newMatchingEvent') : undefined,
      firstHref: before ? pathTo('matchingEvents') : undefined,
      nextHref: more ? pathTo('matchingEvents', more) : undefined,
    });
  });

  router.get(patterns.newMatchingEvent, (req, res) => showForm(req, res, null, {}, []));

  router.post(patterns.matchingEvents, async (req, res) => {
    try {
      const id = await holdEvent(db, actorOf(req), read(eventForm, req.body), clock());
      flash(req, 'success', req.t('matching:flash.announced'));
      res.redirect(303, pathTo('matchingEvent', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showForm(req, res.status(status), null, req.body ?? {}, faults);
    }
  });

  router.get(patterns.matchingEvent, (req, res) => show(req, res, {}, []));

  router.get(patterns.matchingChange, (req, res) => showForm(req, res, idIn(req.params.id), null, []));

  router.post(patterns.matchingChange, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await holdEvent(db, actorOf(req), read(eventForm, req.body), clock(), id);
      flash(req, 'success', req.t('matching:flash.changed'));
      res.redirect(303, pathTo('matchingEvent', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showForm(req, res.status(status), id, req.body ?? {}, faults);
    }
  });

  router.post(patterns.matchingCancellation, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await cancelEvent(db, actorOf(req), id, read(reasonForm, req.body).reason, clock());
      flash(req, 'success', req.t('matching:flash.cancelled'));
      res.redirect(303, pathTo('matchingEvent', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showForm(req, res.status(status), id, { ...(req.body ?? {}), isCancelling: true }, faults);
    }
  });

  router.get(patterns.matchingResults, async (req, res) => {
    const event = await findEvent(db, idIn(req.params.id));
    requireHolder(actorOf(req), event);
    const file = await exportResults(req, event.name, await eventResults(db, event.id));
    res.attachment(`${event.name}.xlsx`).send(file);
  });

  router.post(patterns.matchingIntentions, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await stateIntention(db, actorOf(req), id, read(intentionForm, req.body), clock());
      flash(req, 'success', req.t('matching:flash.intended'));
      res.redirect(303, pathTo('agreements'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.body ?? {}, faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const event = await findEvent(db, idIn(req.params.id));
    const today = dayOf(clock());
    const shown = presentEvent(req, event, today);
    const [suppliers, results] = await Promise.all([
      suppliersAt(db, event, shown.takesIntentions ? today : shown.heldOn),
      eventResults(db, event.id),
    ]);
    const holds = mayHold(req.actor, event);
    const units = req.actor ? unitsIntendedFor(req.actor) : [];
    res.render('sourcing/matching-event', {
      title: event.name,
      breadcrumbs: [{ label: req.t('matching:list.title'), href: pathTo('matchingEvents') }, { label: event.name }],
      event: shown,
      suppliers: suppliers.map((supplier) => ({
        name: nameOf(req.locale, supplier),
        href: pathTo('supplier', { id: supplier.id }),
        goods: supplier.goods,
      })),
      sums: sumOfResults(results),
      pairs: results.length,
      results: holds ? results.map((row) => presentResult(req, row)) : undefined,
      excelHref: holds ? pathTo('matchingResults', { id: event.id }) : undefined,
      changeHref: holds && shown.canChange ? pathTo('matchingChange', { id: event.id }) : undefined,
      signInHref: req.actor ? undefined : pathTo('signIn', { returnTo: shown.href }),
      intentionAction:
        shown.takesIntentions && units.length > 0 ? pathTo('matchingIntentions', { id: event.id }) : undefined,
      units: req.actor ? unitIdChoices(req, units) : [],
      supplierChoices: suppliers.map((one) => ({ value: one.id, label: nameOf(req.locale, one) })),
      form: formView(req.t, ['unitId', 'supplierId', 'goods', 'amountFen'], typed, faults),
    });
  }

  /** `typed` null: what the event is now. */
  async function showForm(
    req: Request,
    res: Response,
    id: number | null,
    typed: Record<string, unknown> | null,
    faults: Fault[],
  ): Promise<void> {
    if (!mayAnnounce(req)) throw new NotAllowed();
    const event = id === null ? null : await findEvent(db, id);
    if (event) requireHolder(actorOf(req), event);
    const [places, groups] = await Promise.all([placeTree(db), groupChoices(req)]);
    const values = typed && !typed.isCancelling ? typed : event ? { ...valuesOf(event), ...(typed ?? {}) } : {};
    res.render('sourcing/matching-form', {
      layout: 'work',
      title: req.t(event ? 'matching:form.change' : 'matching:form.new'),
      currentPath: pathTo('matchingEvents'),
      breadcrumbs: [
        { label: req.t('matching:list.title'), href: pathTo('matchingEvents') },
        ...(event ? [{ label: event.name, href: pathTo('matchingEvent', { id: event.id }) }] : []),
        { label: req.t(event ? 'matching:form.change' : 'matching:form.new') },
      ],
      action: event ? pathTo('matchingChange', { id: event.id }) : pathTo('matchingEvents'),
      cancelAction: event ? pathTo('matchingCancellation', { id: event.id }) : undefined,
      isChange: event !== null,
      today: dayOf(clock()),
      places: places.roots
        .flatMap((root) => idsBelow(places, root.id))
        .map((placeId) => ({ value: placeId, label: placeName(places, placeId, req.locale) })),
      groups,
      form: formView(req.t, EVENT_FIELDS, values, faults),
    });
  }

  async function groupChoices(req: Request) {
    const actor = actorOf(req);
    const own = groupsHeldFor(actor);
    const groups = await db.unitGroup.findMany({
      where: { id: { in: own } },
      select: { id: true, name: true, nameEn: true },
      orderBy: { id: 'asc' },
    });
    const market = hasRole(actor, 'operator') ? [{ value: '', label: req.t('matching:form.market') }] : [];
    return [...market, ...groups.map((group) => ({ value: String(group.id), label: nameOf(req.locale, group) }))];
  }
}

function mayAnnounce(req: Request): boolean {
  return req.actor !== null && (hasRole(req.actor, 'operator') || groupsHeldFor(req.actor).length > 0);
}

function keyIn({ before, id }: Record<string, unknown>): EventKey | null {
  const heldOn = typeof before === 'string' ? parseDay(before) : null;
  return heldOn && typeof id === 'string' ? { heldOn, id: idIn(id) } : null;
}

/** The units of a form that names them by id. */
function unitIdChoices(req: Request, units: readonly number[]) {
  const actor = actorOf(req);
  return unitChoices(req, actor, units).map((choice, index) => ({ ...choice, value: units[index] }));
}

function valuesOf(event: Awaited<ReturnType<typeof findEvent>>): Record<string, unknown> {
  const { name, venue, summary, placeId, groupId } = event;
  const heldOn = dayFromColumn(event.heldOn);
  const intentionsUntil = event.intentionsUntil ? dayFromColumn(event.intentionsUntil) : heldOn;
  return { name, venue, summary, placeId: placeId ?? '', groupId: groupId ?? '', heldOn, intentionsUntil };
}

function presentResult(req: Request, row: Awaited<ReturnType<typeof eventResults>>[number]) {
  return {
    unitName: nameOf(req.locale, { name: row.unitName, nameEn: row.unitNameEn }),
    supplierName: nameOf(req.locale, { name: row.supplierName, nameEn: row.supplierNameEn }),
    ...{ intendedFen: row.intendedFen, agreedFen: row.agreedFen },
    ...{ calledOffFen: row.calledOffFen, acceptedFen: row.acceptedFen },
  };
}
