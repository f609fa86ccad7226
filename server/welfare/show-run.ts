import type { Request, Response } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { type Fault, SignInNeeded } from '../shared/errors.ts';
import { formView } from '../web/form-view.ts';
import { idIn } from '../web/forms.ts';
import { addressLine, deliveryFinder } from './deliveries.ts';
import { mayRun } from './lock-run.ts';
import { previewOrders } from './preview-orders.ts';
import { countsOf, findRun } from './run-queries.ts';
import { warnOfStock } from './warn-of-stock.ts';
import { presentHead, presentOrders, presentPackage, presentPreview, presentSurplus } from './welfare-presenter.ts';

/** The page of one run: what it has come to, what may be done next, and what is wrong with what was sent. */
export async function showRun(
  { db, clock }: { db: PrismaClient; clock: Clock },
  req: Request,
  res: Response,
  values: Record<string, unknown>,
  faults: Fault[],
): Promise<void> {
  if (!req.actor) throw new SignInNeeded();
  const run = await findRun(db, req.actor, idIn(req.params.id));
  const { id, state } = run;
  const today = dayOf(clock());
  const [counts, orders, addressOf] = await Promise.all([
    countsOf(db, id),
    state === 'choosing' || state === 'ordered' ? previewOrders(db, id, today) : [],
    deliveryFinder(run),
  ]);
  const warnings = state === 'draft' ? await warnOfStock(db, run.packages, counts.roster, today) : [];
  const step = (name: string) => pathTo('welfareStep', { id, step: name });
  const made = presentOrders(req, run, (addressId) => addressLine(addressOf(addressId)));
  const nothingOrdered = ['draft', 'choosing', 'ordered'].includes(state) && made.every(({ dead }) => dead);
  res.render('welfare/run', {
    layout: 'work',
    title: run.name,
    run: presentHead(req, run),
    counts: {
      ...counts,
      waiting: counts.roster - counts.chosen,
      unsigned: counts.roster - counts.signed - counts.returned - counts.given,
    },
    address: addressLine(addressOf(0)),
    departments: run.deliveries.map(({ department, addressId }) => ({
      ...{ department, address: addressLine(addressOf(addressId)) },
    })),
    pickup: run.pickup,
    mayAct: mayRun(req.actor, run.unitId),
    packages: run.packages.map((one) => ({
      ...presentPackage(req, one),
      warnings: warnings
        .filter(({ packageId }) => packageId === one.id)
        .map(({ code, values }) => req.t(`welfare:package.${code}`, { ...values })),
      removal: pathTo('welfarePackageRemoval', { id, packageId: one.id }),
    })),
    options: run.packages.map((one) => ({ value: String(one.id), label: one.name })),
    preview: presentPreview(req, orders, (addressId) => addressLine(addressOf(addressId))),
    short: orders.some((order) => order.faults.length > 0),
    orders: made,
    surplus: presentSurplus(req, run),
    mayMove: mayRun(req.actor, run.unitId) && nothingOrdered,
    missing: state === 'ordered' && (made.length < orders.length || made.some(({ dead }) => dead)),
    is: { [state]: true },
    hrefs: {
      runs: pathTo('welfareRuns'),
      ...{ packages: pathTo('welfarePackages', { id }), roster: pathTo('welfareRoster', { id }) },
      ...{ template: pathTo('welfareTemplate'), signOff: pathTo('welfareSignOff', { id }) },
      ...{ excel: pathTo('welfareSignOffExcel', { id }), slips: pathTo('welfareSlips', { id }) },
      ...{ bundle: pathTo('welfareBundle', { id }), open: step('open'), order: step('order') },
      ...{
        substitute: step('substitute'),
        handOut: step('hand-out'),
        giveBack: step('return'),
        give: step('give'),
        addresses: pathTo('welfareAddresses', { id }),
        close: step('close'),
      },
    },
    form: formView(
      req.t,
      ['name', 'capacity', 'items', 'roster', 'reason', 'packageId', 'list', 'names'],
      values,
      faults,
    ),
  });
}
