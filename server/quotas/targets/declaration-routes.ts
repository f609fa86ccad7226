import express, { type Request, type Response, type Router } from 'express';
import { hasRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { NotAllowed, NotFound } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn } from '../../web/forms.ts';
import { nameOf } from '../board/board-presenter.ts';
import { listProgrammes, ownUnits } from '../programme-list.ts';
import type { DeclaredBasis } from './declaration-arithmetic.ts';
import { DECLARATION_FIELDS, type DeclarationForm, readDeclaration } from './declaration-form.ts';
import {
  findDeclaration,
  mayDeclare,
  mayReview,
  type UnitInProgramme,
  unitForDeclaring,
} from './declaration-policy.ts';
import { canteenText, presentDeclaration, presentOverview, presentUnitDeclarations } from './declaration-presenter.ts';
import { type Declaration, loadDeclarations } from './declaration-queries.ts';
import { declareTarget } from './declare-target.ts';
import { reviewDeclaration, targetOf } from './review-declaration.ts';
import { chooseProgramme } from './target-policy.ts';
import { presentHead, presentProgrammes } from './target-presenter.ts';
import { type DeclarationTerms, loadCanteens, loadNewest, loadTerms, unitsOf } from './target-queries.ts';
import { targetPageQuery } from './target-schemas.ts';
import { withdrawDeclaration } from './withdraw-declaration.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** Declarations of targets: the organizer's list of who has declared what, a unit's own page, and a declaration with its review. */
export function declarationRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  const today = () => dayOf(clock());

  router.get(patterns.declarations, async (req, res) => {
    const actor = actorOf(req);
    if (!hasRole(actor, 'organizer') && !hasRole(actor, 'operator')) return res.redirect(303, await ownPage(req));
    const query = targetPageQuery.parse(req.query);
    const chosen = await chooseProgramme(db, actor, today(), query.programme);
    if (!chosen) return noProgramme(req, res);
    const { programme, programmes } = chosen;
    const units = await unitsOf(db, programme, today());
    const [canteens, declarations, targets] = await Promise.all([
      loadCanteens(
        db,
        units.map(({ id }) => id),
      ),
      loadDeclarations(db, { programmeIds: [programme.id] }),
      loadNewest(db, programme.id),
    ]);
    const parts = { units, canteens, declarations, targets, programmeCode: programme.code, state: query.state };
    res.render('quotas/targets/declarations', {
      ...presentHead(req, programme, 'declarations'),
      programmes: presentProgrammes(req, programmes, programme, 'declarations'),
      ...presentOverview(req, parts),
    });
  });

  router.get(patterns.unitDeclarations, async (req, res) => showUnit(req, res, await unitIn(req), { values: {} }));

  router.post(patterns.unitDeclarations, async (req, res) => {
    const found = await unitIn(req);
    if (!mayDeclare(actorOf(req), found.unit.id)) throw new NotAllowed();
    try {
      const declared = readDeclaration(req.body);
      if (req.body?.step === 'calculate') {
        const worked = workedOf(declared, await loadTerms(db, found.programme.id));
        return await showUnit(req, res, found, { values: req.body }, worked);
      }
      const id = await declareTarget(db, actorOf(req), { ...found, ...declared, at: clock() });
      flash(req, 'success', req.t('declarations:done.submitted'));
      res.redirect(303, pathTo('declaration', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showUnit(req, res.status(status), found, formView(req.t, DECLARATION_FIELDS, req.body ?? {}, faults));
    }
  });

  router.get(patterns.declaration, async (req, res) => show(req, res, { values: {} }));

  router.post(patterns.declarationReview, (req, res) =>
    act(req, res, async (found) => {
      const decision = req.body?.decision === 'accept' ? 'accept' : 'return';
      const reason = String(req.body?.[reasonField(decision)] ?? '').slice(0, 500);
      await reviewDeclaration(db, actorOf(req), { ...found, decision, reason, at: clock() });
      return decision === 'accept' ? 'accepted' : 'returned';
    }),
  );

  router.post(patterns.declarationWithdrawal, (req, res) =>
    act(req, res, async ({ declaration }) => {
      await withdrawDeclaration(db, actorOf(req), declaration, clock());
      return 'withdrawn';
    }),
  );
  return router;

  /** The page of the first unit that the reader declares for, in the first programme that it takes part in. */
  async function ownPage(req: Request): Promise<string> {
    const actor = actorOf(req);
    const [unitId] = ownUnits(actor, ['approver', 'buyer']);
    const code = actor.grants.find((grant) => grant.unitId === unitId)?.unitCode;
    const [programme] = await listProgrammes(db, actor, today());
    if (unitId === undefined || !code) throw new NotAllowed();
    if (!programme) throw new NotFound();
    return pathTo('unitDeclarations', { programmeCode: programme.code, unitCode: code });
  }

  function noProgramme(req: Request, res: Response): void {
    res.render('quotas/none', {
      title: req.t('targets:title.declarations'),
      layout: 'work',
      currentPage: '/declarations',
    });
  }

  function unitIn(req: Request): Promise<UnitInProgramme> {
    return unitForDeclaring(db, actorOf(req), today(), {
      programme: ({ code }) => code === req.params.programmeCode,
      unit: ({ code }) => code === req.params.unitCode,
    });
  }

  async function showUnit(
    req: Request,
    res: Response,
    found: UnitInProgramme,
    form: FormView,
    worked: DeclaredBasis | null = null,
  ): Promise<void> {
    const { programme, unit, units } = found;
    const actor = actorOf(req);
    const [canteens, terms, declarations, targets, programmes] = await Promise.all([
      loadCanteens(
        db,
        units.map(({ id }) => id),
      ),
      loadTerms(db, programme.id),
      loadDeclarations(db, { programmeIds: [programme.id], unitIds: [unit.id] }),
      loadNewest(db, programme.id, { unitId: unit.id }),
      listProgrammes(db, actor, today()),
    ]);
    const canteen = canteens.get(unit.id);
    const parts = {
      ...found,
      canteen,
      hostName: await hostName(req, canteen?.canteenUnitId ?? null),
      guests: units.filter(({ id }) => canteens.get(id)?.canteenUnitId === unit.id),
      terms,
      declarations,
      target: targets.find((one) => one.scopeKey === 'all' && one.measure === 'fen' && one.value > 0),
      mayDeclare: mayDeclare(actor, unit.id),
      worked,
    };
    const isOrganizer = hasRole(actor, 'organizer') || hasRole(actor, 'operator');
    res.set('Cache-Control', 'no-store');
    res.render('quotas/targets/unit-declarations', {
      ...presentHead(req, programme, 'declarations'),
      ...presentUnitDeclarations(req, parts),
      breadcrumbs: isOrganizer ? breadcrumbs(req, found) : undefined,
      programmes: isOrganizer
        ? []
        : programmes.map((one) => ({
            label: nameOf(req, one),
            href: pathTo('unitDeclarations', { programmeCode: one.code, unitCode: unit.code }),
            current: one.id === programme.id,
          })),
      form: { ...form, labels: labelsOf(req) },
    });
  }

  /** The unit whose canteen it is, which may take part in no programme. */
  async function hostName(req: Request, id: number | null): Promise<string | undefined> {
    const host = id === null ? null : await db.unit.findUnique({ where: { id }, select: { name: true, nameEn: true } });
    return host ? nameOf(req, host) : undefined;
  }

  async function act(
    req: Request,
    res: Response,
    perform: (found: UnitInProgramme & { declaration: Declaration }) => Promise<string>,
  ): Promise<void> {
    const id = idIn(req.params.id);
    const found = await findDeclaration(db, actorOf(req), today(), id);
    try {
      flash(req, 'success', req.t(`declarations:done.${await perform(found)}`));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const field = reasonField(req.body?.decision === 'accept' ? 'accept' : 'return');
      const named = faults.map((fault) => (fault.path === 'reason' ? { ...fault, path: field } : fault));
      return show(req, res.status(status), formView(req.t, ['acceptReason', 'returnReason'], req.body ?? {}, named));
    }
    res.redirect(303, pathTo('declaration', { id }));
  }

  async function show(req: Request, res: Response, form: FormView): Promise<void> {
    const actor = actorOf(req);
    const found = await findDeclaration(db, actor, today(), idIn(req.params.id));
    const { programme, unit, units, byId, declaration } = found;
    const [all, targets, canteens] = await Promise.all([
      loadDeclarations(db, { programmeIds: [programme.id], unitIds: [unit.id] }),
      loadNewest(db, programme.id, { unitId: unit.id }),
      loadCanteens(db, [unit.id]),
    ]);
    const canteen = canteens.get(unit.id);
    const isWaiting = declaration.state === 'submitted';
    const reviews = isWaiting && mayReview(actor, programme, unit, byId);
    const others = all.filter((one) => one.id !== declaration.id && one.basis !== declaration.basis);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/targets/declaration', {
      ...presentHead(req, programme, 'declarations'),
      breadcrumbs: breadcrumbs(req, found),
      unit: { ...unit, name: nameOf(req, unit) },
      declaration: presentDeclaration(req, declaration),
      canteen: canteenText(req, canteen, units, await hostName(req, canteen?.canteenUnitId ?? null)),
      targetFen: targets.find((one) => one.scopeKey === 'all' && one.measure === 'fen')?.value || null,
      otherFen: targetOf(others) || null,
      wouldFen: declaration.valueFen + targetOf(others),
      isOwn: reviews && declaration.submittedById === actor.id,
      mayReview: reviews && declaration.submittedById !== actor.id,
      mayWithdraw: isWaiting && mayDeclare(actor, unit.id),
      earlier: all.filter(({ id }) => id !== declaration.id).map((one) => presentDeclaration(req, one)),
      hrefs: {
        review: pathTo('declarationReview', { id: declaration.id }),
        withdrawal: pathTo('declarationWithdrawal', { id: declaration.id }),
        unit: pathTo('unitDeclarations', { programmeCode: programme.code, unitCode: unit.code }),
      },
      form,
    });
  }
}

const reasonField = (decision: 'accept' | 'return') => `${decision}Reason`;

function workedOf({ basis, ingredientsFen, employees }: DeclarationForm, terms: DeclarationTerms): DeclaredBasis {
  return basis === 'ingredients'
    ? { basis, basisFen: ingredientsFen ?? 0, ratioBp: terms.ingredientRatioBp, employees: null }
    : { basis, basisFen: terms.perEmployeeFen, ratioBp: null, employees: employees ?? 0 };
}

function labelsOf(req: Request): Record<string, string> {
  return Object.fromEntries(DECLARATION_FIELDS.map((field) => [field, req.t(`declarations:form.${field}`)]));
}

function breadcrumbs(req: Request, { programme, unit }: UnitInProgramme) {
  return [
    { label: req.t('targets:title.declarations'), href: pathTo('declarations', { programme: programme.code }) },
    { label: nameOf(req, unit) },
  ];
}
