import express, { type Request, type Response, type Router } from 'express';
import { type Actor, hasRole, unitsBoughtFor } from '../accounts/actor.ts';
import { addressesFor } from '../accounts/address-queries.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { matchProducts } from '../cart/quick-order-match.ts';
import { quantityIn, rowsOfText } from '../cart/quick-order-text.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { SearchEngine } from '../search/engine.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn, dayOf } from '../shared/days.ts';
import { BadInput, type Fault, NotFound, SignInNeeded } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { byCell, readSheet, type SheetRow } from '../web/read-sheet.ts';
import { uploadsIn } from '../web/uploads.ts';
import { addPackage, removePackage } from './change-packages.ts';
import { createRun } from './create-run.ts';
import { beginHandOut } from './hand-out.ts';
import { mayRun } from './lock-run.ts';
import { compareRoster, mergeRoster } from './merge-roster.ts';
import { openRun } from './open-run.ts';
import { orderForRun, substitutePackage } from './order-for-run.ts';
import { previewOrders } from './preview-orders.ts';
import { closeRun, returnUnclaimed } from './return-unclaimed.ts';
import { readRoster, rosterTemplate } from './roster-sheet.ts';
import { countsOf, findRun, listRuns, ownClaims, type WholeRun } from './run-queries.ts';
import { packageForm, previewedPeople, reasonForm, runForm, substituteForm } from './welfare-forms.ts';
import { presentHead, presentOrders, presentPackage, presentPreview, runState } from './welfare-presenter.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  search: SearchEngine;
  clock: Clock;
}

/** A union's welfare runs from the roster to the closing (rule 29). */
export function welfareRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.welfareRuns, (req, res) => showRuns(req, res, {}, []));

  router.post(patterns.welfareRuns, async (req, res) => {
    try {
      const { perHead, pickup, ...form } = read(runForm, req.body);
      const id = await createRun(db, actorOf(req), { ...form, perHeadFen: perHead, pickup: pickup || null }, clock());
      res.redirect(303, pathTo('welfareRun', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showRuns(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.welfareTemplate, async (req, res) => {
    actorOf(req);
    res.attachment(`${req.t('welfare:roster.title')}.xlsx`).send(await rosterTemplate(req.t));
  });

  router.get(patterns.welfareRun, (req, res) => show(req, res, {}, []));

  router.post(patterns.welfarePackages, (req, res) =>
    act(req, res, async (actor, runId) => {
      const { name, capacity, isDefault, items } = read(packageForm, req.body);
      const wanted = { name, capacity, isDefault: isDefault !== undefined, items: await itemsOf(items) };
      await addPackage(db, actor, runId, wanted, clock());
      return req.t('welfare:flash.packageAdded', { name });
    }),
  );

  router.post(patterns.welfarePackageRemoval, (req, res) =>
    act(req, res, async (actor, runId) => {
      await removePackage(db, actor, runId, idIn(req.params.packageId), clock());
      return req.t('welfare:flash.packageRemoved');
    }),
  );

  router.post(patterns.welfareRoster, async (req, res) => {
    try {
      const run = await ownRun(req);
      const [file] = uploadsIn(req, 'roster');
      if (!file) throw new BadInput([{ path: 'roster', code: 'required' }]);
      await preview(req, res, run, await readSheet(file, 'roster'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), {}, faults);
    }
  });

  router.post(patterns.welfareRosterMerge, (req, res) =>
    act(req, res, async (actor, runId) => {
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

  router.post(patterns.welfareStep, (req, res) =>
    act(req, res, async (actor, runId) => {
      const step = String(req.params.step);
      const at = clock();
      if (step === 'open') await openRun(db, actor, runId, at);
      else if (step === 'order') await orderForRun(db, actor, runId, at);
      else if (step === 'substitute') await substitutePackage(db, actor, runId, read(substituteForm, req.body), at);
      else if (step === 'hand-out') await beginHandOut(db, actor, runId, at);
      else if (step === 'return') await returnUnclaimed(parts, actor, runId, read(reasonForm, req.body).reason, at);
      else if (step === 'close') await closeRun(db, actor, runId, at);
      else throw new NotFound();
      return req.t(`welfare:flash.${step}`);
    }),
  );

  return router;

  async function act(
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
      await show(req, res.status(status), req.body ?? {}, faults);
    }
  }

  async function ownRun(req: Request): Promise<WholeRun> {
    const run = await findRun(db, actorOf(req), idIn(req.params.id));
    if (!mayRun(actorOf(req), run.unitId)) throw new NotFound();
    return run;
  }

  /** Products by code, name or pinyin with quantities, one a line. */
  async function itemsOf(text: string): Promise<{ productId: number; quantity: number }[]> {
    const rows = rowsOfText(text);
    const matches = await matchProducts(
      parts,
      rows.map(({ product }) => product),
      dayOf(clock()),
    );
    const faults: Fault[] = [];
    const items = rows.map((row) => {
      const product = matches.get(row.product)?.product;
      const quantity = quantityIn(row.quantity || '1');
      if (!product) faults.push({ path: 'items', code: 'packageLine', values: { text: row.product } });
      else if (quantity === null) faults.push({ path: 'items', code: 'notAQuantity' });
      return { productId: product?.id ?? 0, quantity: quantity ?? 0 };
    });
    const twice = items.some(({ productId }, at) => items.findIndex((one) => one.productId === productId) !== at);
    if (faults.length === 0 && twice) faults.push({ path: 'items', code: 'repeatedProduct' });
    if (faults.length > 0) throw new BadInput(faults);
    return items;
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

  async function showRuns(
    req: Request,
    res: Response,
    values: Record<string, unknown>,
    faults: Fault[],
  ): Promise<void> {
    const actor = actorOf(req);
    const [runs, own, addresses] = await Promise.all([
      listRuns(db, actor),
      ownClaims(db, actor),
      addressesFor(db, actor),
    ]);
    const buysFor = unitsBoughtFor(actor);
    res.render('welfare/runs', {
      layout: 'work',
      title: req.t('welfare:runs.title'),
      action: pathTo('welfareRuns'),
      runs: runs.map((run) => ({
        ...{ ...presentHead(req, run), href: pathTo('welfareRun', { id: run.id }), roster: run._count.claims },
      })),
      own: own.map(({ token, package: chosen, run, signedAt }) => ({
        ...{ name: run.name, chosen: chosen?.name, signed: signedAt !== null, ...runState(req.t, run.state) },
        ...{
          href: token ? pathTo('welfareChoice', { token }) : undefined,
          chooseUntil: dayFromColumn(run.chooseUntil),
        },
      })),
      showsRuns: hasRole(actor, 'buyer') || hasRole(actor, 'approver'),
      units: actor.grants
        .filter((grant) => grant.role === 'buyer' && grant.unitId !== null && buysFor.includes(grant.unitId))
        .map((grant) => ({
          value: String(grant.unitId),
          label: inLanguage(req.locale, grant.unitName ?? '', grant.unitNameEn),
        })),
      addresses: addresses
        .filter(({ unitId }) => unitId !== null)
        .map((one) => ({ value: String(one.id), label: `${one.region} ${one.detail} · ${one.recipient}` })),
      ways: ['on_account', 'stripe'].map((value) => ({ value, label: req.t(`welfare:way.${value}`) })),
      form: formView(
        req.t,
        ['unitId', 'name', 'perHead', 'chooseUntil', 'addressId', 'paymentWay', 'pickup'],
        values,
        faults,
      ),
    });
  }

  async function show(req: Request, res: Response, values: Record<string, unknown>, faults: Fault[]): Promise<void> {
    if (!req.actor) throw new SignInNeeded();
    const run = await findRun(db, req.actor, idIn(req.params.id));
    const { id, state } = run;
    const [counts, orders] = await Promise.all([
      countsOf(db, id),
      state === 'choosing' || state === 'ordered' ? previewOrders(db, id, dayOf(clock())) : [],
    ]);
    const step = (name: string) => pathTo('welfareStep', { id, step: name });
    const made = presentOrders(req, run);
    res.render('welfare/run', {
      layout: 'work',
      title: run.name,
      run: presentHead(req, run),
      counts: {
        ...counts,
        waiting: counts.roster - counts.chosen,
        unsigned: counts.roster - counts.signed - counts.returned,
      },
      address: [run.region, run.address, run.recipient, run.phone].filter(Boolean).join(' '),
      pickup: run.pickup,
      mayAct: mayRun(req.actor, run.unitId),
      packages: run.packages.map((one) => ({
        ...presentPackage(req, one),
        removal: pathTo('welfarePackageRemoval', { id, packageId: one.id }),
      })),
      options: run.packages.map((one) => ({ value: String(one.id), label: one.name })),
      preview: presentPreview(req, orders),
      short: orders.some((order) => order.faults.length > 0),
      orders: made,
      missing: state === 'ordered' && (made.length < orders.length || made.some(({ dead }) => dead)),
      is: { [state]: true },
      hrefs: {
        ...{ packages: pathTo('welfarePackages', { id }), roster: pathTo('welfareRoster', { id }) },
        ...{ template: pathTo('welfareTemplate'), signOff: pathTo('welfareSignOff', { id }) },
        ...{ excel: pathTo('welfareSignOffExcel', { id }), slips: pathTo('welfareSlips', { id }) },
        ...{ bundle: pathTo('welfareBundle', { id }), open: step('open'), order: step('order') },
        ...{
          substitute: step('substitute'),
          handOut: step('hand-out'),
          giveBack: step('return'),
          close: step('close'),
        },
      },
      form: formView(req.t, ['name', 'capacity', 'items', 'roster', 'reason'], values, faults),
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
