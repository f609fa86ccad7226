import express, { type Request, type Response, type Router } from 'express';
import type { Actor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { productsNamed } from '../../catalog/products-named.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { CapKind } from '../../db/generated/enums.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { BadInput, NotAllowed } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn } from '../../web/forms.ts';
import { nameOf } from '../board/board-presenter.ts';
import { listProgrammes } from '../programme-list.ts';
import { CAP_FIELDS, CAP_KINDS, parseCount, readCap, readShares } from './cap-forms.ts';
import { capGroups, maySetGoodsCaps, requireCapKeeper } from './cap-policy.ts';
import { capValues, kindTabs, presentCap, presentProductChoices, presentShares } from './cap-presenter.ts';
import { findCap, type ListedCap, listCapShares, listCaps } from './cap-queries.ts';
import { addCap, type CapTerms, changeCap, endCap } from './set-cap.ts';
import { type MemberUnit, membersOf, shareOutCap, sharesByEmployees } from './share-out-cap.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** Caps (rule 10): on scarce goods per person and unit, on union funds per employee; shares of scarce goods for units. */
export function capRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.caps, async (req, res) => {
    const actor = keeper(req);
    const today = dayOf(clock());
    const caps = await listCaps(db, capGroups(actor), today);
    res.render('quotas/caps/list', {
      ...page(),
      title: req.t('caps:list.title'),
      caps: caps.map((cap) => presentCap(req, cap, today)),
      newHref: pathTo('newCap'),
    });
  });

  router.get(patterns.newCap, (req, res) => showForm(req, res, { values: { ...req.query } }));

  router.post(patterns.caps, async (req, res) => {
    const actor = keeper(req);
    try {
      const terms = await checkedTerms(actor, req);
      const id = await addCap(db, actor, terms, clock());
      flash(req, 'success', req.t('caps:done.set'));
      res.redirect(303, pathTo('cap', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showForm(req, res.status(status), formView(req.t, CAP_FIELDS, req.body ?? {}, faults));
    }
  });

  router.get(patterns.cap, async (req, res) => showCap(req, res, await capOf(req), {}));

  router.post(patterns.cap, async (req, res) => {
    const cap = await settableCap(req);
    await orShowAgain(req, res, cap, CAP_FIELDS, 'caps:done.changed', async (actor) => {
      const { limitValue, startsOn, endsOn } = readCap(req.body, cap.kind);
      await changeCap(db, actor, cap.id, { limitValue, startsOn, endsOn }, clock());
    });
  });

  router.post(patterns.capEnding, async (req, res) => {
    const cap = await settableCap(req);
    await orShowAgain(req, res, cap, [], 'caps:done.ended', (actor) => endCap(db, actor, cap.id, clock()));
  });

  router.post(patterns.capShares, async (req, res) => {
    const cap = await capOf(req);
    const members = await membersFor(keeper(req));
    const fields = members.map(({ unitId }) => `share-${unitId}`);
    await orShowAgain(req, res, cap, [...fields, 'total'], 'caps:done.shared', async (actor) => {
      const shares =
        req.body?.by === 'employees'
          ? sharesByEmployees(members, readTotal(req.body?.total))
          : readShares(
              req.body ?? {},
              members.map(({ unitId }) => unitId),
              cap.kind,
            );
      await shareOutCap(db, actor, cap.id, shares, clock());
    });
  });

  return router;

  async function orShowAgain(
    req: Request,
    res: Response,
    cap: ListedCap,
    fields: readonly string[],
    done: string,
    act: (actor: Actor) => Promise<void>,
  ): Promise<void> {
    try {
      await act(keeper(req));
      flash(req, 'success', req.t(done));
      res.redirect(303, pathTo('cap', { id: cap.id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showCap(req, res.status(status), cap, formView(req.t, fields, req.body ?? {}, faults));
    }
  }

  function capOf(req: Request): Promise<ListedCap> {
    return findCap(db, idIn(req.params.id), capGroups(keeper(req)));
  }

  /** The cap in the path for whoever may change it. */
  async function settableCap(req: Request): Promise<ListedCap> {
    const cap = await capOf(req);
    if (!maySet(keeper(req), cap)) throw new NotAllowed();
    return cap;
  }

  /** The form's terms, with a product and programme that are there and the actor's. */
  async function checkedTerms(actor: Actor, req: Request): Promise<CapTerms> {
    const terms = readCap(req.body);
    if (terms.productId !== null) {
      if (!maySetGoodsCaps(actor)) throw new NotAllowed();
      if (!(await db.product.findUnique({ where: { id: terms.productId }, select: { id: true } })))
        throw new BadInput([{ path: 'productId', code: 'noSuchProduct' }]);
    }
    const programmes = await ownProgrammes(actor);
    if (terms.programmeId !== null && !programmes.some(({ id }) => id === terms.programmeId))
      throw new BadInput([{ path: 'programmeId', code: 'notAChoice' }]);
    return terms;
  }

  async function ownProgrammes(actor: Actor) {
    const groups = capGroups(actor);
    const programmes = await listProgrammes(db, actor, dayOf(clock()));
    return programmes.filter(
      ({ groupId, state }) => state !== 'closed' && (groups === null || groups.includes(groupId ?? 0)),
    );
  }

  function membersFor(actor: Actor): Promise<MemberUnit[]> {
    return membersOf(db, capGroups(actor), dayOf(clock()));
  }

  async function showForm(req: Request, res: Response, form: FormView): Promise<void> {
    const actor = keeper(req);
    const text = String(form.values.product ?? '')
      .trim()
      .slice(0, 64);
    const [programmes, products] = await Promise.all([
      ownProgrammes(actor),
      text && maySetGoodsCaps(actor) ? productsNamed(db, text) : [],
    ]);
    const today = dayOf(clock());
    const kind = chosenKind(form.values.kind, maySetGoodsCaps(actor));
    res.render('quotas/caps/form', {
      ...page(),
      title: req.t('caps:form.title'),
      breadcrumbs: [{ label: req.t('caps:list.title'), href: pathTo('caps') }, { label: req.t('caps:form.title') }],
      form: { ...form, values: { startsOn: today, endsOn: `${today.slice(0, 4)}-12-31`, ...form.values } },
      action: pathTo('caps'),
      findAction: pathTo('newCap'),
      kind,
      kindHint: req.t(`caps:kindHint.${kind}`),
      tabs: kindTabs(req, maySetGoodsCaps(actor), programmes.length > 0, kind),
      isUnion: kind === 'employee_union_year',
      asked: text,
      products: presentProductChoices(req, products),
      programmes: programmes.map((programme) => ({ value: String(programme.id), label: nameOf(req, programme) })),
    });
  }

  async function showCap(req: Request, res: Response, cap: ListedCap, form: Partial<FormView>): Promise<void> {
    const actor = keeper(req);
    const today = dayOf(clock());
    const isOfUnits = cap.kind !== 'person_product';
    const [shares, members] = isOfUnits ? await Promise.all([listCapShares(db, cap.id), membersFor(actor)]) : [[], []];
    const shown = presentCap(req, cap, today);
    const isRunning = cap.endsOn >= today;
    res.render('quotas/caps/show', {
      ...page(),
      title: `${shown.kindLabel} · ${shown.subject}`,
      breadcrumbs: [{ label: req.t('caps:list.title'), href: pathTo('caps') }, { label: shown.subject }],
      cap: shown,
      isOfUnits,
      isUnion: cap.kind === 'employee_union_year',
      mayChange: isRunning && maySet(actor, cap),
      mayShare: isRunning && isOfUnits && members.length > 0,
      maySplit: isRunning && cap.kind === 'unit_product' && members.length > 1,
      form: { ...form, values: { ...capValues(cap), ...form.values } },
      shares: presentShares(req, cap, shares, isRunning ? members : []),
      actions: {
        change: pathTo('cap', { id: cap.id }),
        end: pathTo('capEnding', { id: cap.id }),
        share: pathTo('capShares', { id: cap.id }),
      },
    });
  }
}

/** Caps on goods are an operator's to change; one of union funds also its programme's organizer's. */
function maySet(actor: Actor, cap: ListedCap): boolean {
  return cap.kind === 'employee_union_year' || maySetGoodsCaps(actor);
}

function chosenKind(asked: unknown, mayGoods: boolean): CapKind {
  const kinds = mayGoods ? CAP_KINDS : (['employee_union_year'] as const);
  return kinds.find((kind) => kind === asked) ?? kinds[0];
}

function keeper(req: Request): Actor {
  const actor = actorOf(req);
  requireCapKeeper(actor);
  return actor;
}

function readTotal(text: unknown): number {
  const total = typeof text === 'string' ? parseCount(text) : null;
  if (!total) throw new BadInput([{ path: 'total', code: 'notAQuantity' }]);
  return total;
}

function page() {
  return { layout: 'work', currentPage: pathTo('caps') };
}
