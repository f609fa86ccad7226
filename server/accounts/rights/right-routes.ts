import express, { type Request, type Response, type Router } from 'express';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { type Actor, hasRole, requireRole, suppliersActedFor } from '../actor.ts';
import { actorOf } from '../who-acts.ts';
import { endRight } from './end-right.ts';
import { type GivenRight, giveRight, type RightWish } from './give-right.ts';
import { ownChoices, presentRight, roleChoices } from './right-presenter.ts';
import { findPeople, findRight, rightsDecidedBy, rightsOfPerson, staffOfToday } from './right-queries.ts';
import { endingForm, ownRightForm, peopleQuery, rightForm } from './right-schemas.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const FIELDS = ['login', 'right', 'role', 'scope', 'reason'];

/** Who may do what: operators for everybody, a unit's approvers for its buyers and approvers, suppliers for their own people. */
export function rightRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.rights, (req, res) => showRights(req, res, []));

  router.post(patterns.rights, async (req, res) => {
    const actor = decider(req);
    try {
      const { login, right } = read(ownRightForm, req.body);
      await give(req, actor, { login, ...right });
      res.redirect(303, pathTo('rights'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showRights(req, res.status(status), faults);
    }
  });

  router.get(patterns.personRights, (req, res) => showPerson(req, res, []));

  router.post(patterns.personRights, async (req, res) => {
    const actor = decider(req);
    requireRole(actor, 'operator');
    const { person } = await rightsOfPerson(db, idIn(req.params.id), dayOf(clock()));
    try {
      await give(req, actor, read(rightForm, { ...req.body, login: person.login }));
      res.redirect(303, pathTo('personRights', { id: person.id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showPerson(req, res.status(status), faults);
    }
  });

  router.get(patterns.right, (req, res) => showRight(req, res, []));

  router.post(patterns.right, async (req, res) => {
    const actor = decider(req);
    const id = idIn(req.params.id);
    try {
      const { userId } = await endRight(db, actor, id, read(endingForm, req.body).reason, clock());
      flash(req, 'success', req.t('rights:endedDone'));
      const mayStill = hasRole(actor, 'operator') && userId !== actor.id;
      res.redirect(
        303,
        mayStill ? pathTo('personRights', { id: userId }) : pathTo(userId === actor.id ? 'account' : 'rights'),
      );
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showRight(req, res.status(status), faults);
    }
  });

  return router;

  async function give(req: Request, actor: Actor, wish: RightWish): Promise<GivenRight> {
    const given = await giveRight(db, actor, wish, clock());
    const role = req.t(`accounts:roles.${wish.role}`);
    flash(req, 'success', req.t('rights:givenDone', { name: given.name, role }));
    return given;
  }

  async function showRights(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = decider(req);
    const isOperator = hasRole(actor, 'operator');
    const today = dayOf(clock());
    const { q } = read(peopleQuery, req.query);
    const [people, staff, own, suppliers] = await Promise.all([
      isOperator && q ? findPeople(db, q, today) : [],
      isOperator ? staffOfToday(db, today) : [],
      rightsDecidedBy(db, actor, today),
      db.supplier.findMany({
        where: { id: { in: suppliersActedFor(actor) } },
        select: { code: true, name: true, nameEn: true },
        orderBy: { id: 'asc' },
      }),
    ]);
    res.set('Cache-Control', 'no-store').render('accounts/rights', {
      ...{ layout: 'work', title: req.t('rights:title'), isOperator, q },
      lead: req.t(`rights:lead.${isOperator ? 'operator' : 'own'}`),
      people: people.map(({ id, login, name, isDisabled, rights }) => ({
        ...{ login, name, isDisabled, href: pathTo('personRights', { id }) },
        rights: rights.map((right) => presentRight(req, right)),
      })),
      staff: staff.map((right) => presentRight(req, right)),
      choices: ownChoices(req, actor, suppliers),
      own: own.map((right) => presentRight(req, right)),
      form: formView(req.t, FIELDS, req.body ?? {}, faults),
    });
  }

  async function showPerson(req: Request, res: Response, faults: Fault[]): Promise<void> {
    requireRole(decider(req), 'operator');
    const { person, rights } = await rightsOfPerson(db, idIn(req.params.id), dayOf(clock()));
    const rows = rights.map((right) => presentRight(req, right));
    res.set('Cache-Control', 'no-store').render('accounts/person-rights', {
      ...{ layout: 'work', title: person.name, login: person.login, isDisabled: person.disabledAt !== null },
      currentPage: pathTo('rights'),
      breadcrumbs: [{ label: req.t('rights:title'), href: pathTo('rights') }, { label: person.name }],
      now: rows.filter(({ holds }) => holds),
      before: rows.filter(({ holds }) => !holds),
      roles: roleChoices(req),
      action: pathTo('personRights', { id: person.id }),
      auditHref: pathTo('auditTrail', { subjectType: 'user', subjectId: person.id }),
      form: formView(req.t, FIELDS, req.body ?? {}, faults),
    });
  }

  async function showRight(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = decider(req);
    const right = await findRight(db, actor, idIn(req.params.id), dayOf(clock()));
    res.set('Cache-Control', 'no-store').render('accounts/right', {
      ...{ layout: 'work', title: req.t('rights:endTitle'), isOwn: right.person.id === actor.id },
      currentPage: pathTo('rights'),
      breadcrumbs: [{ label: req.t('rights:title'), href: pathTo('rights') }, { label: right.person.name }],
      right: presentRight(req, right),
      action: pathTo('right', { id: right.id }),
      form: formView(req.t, FIELDS, req.body ?? {}, faults),
    });
  }
}

function decider(req: Request): Actor {
  const actor = actorOf(req);
  requireRole(actor, 'operator', 'approver', 'supplier');
  return actor;
}
