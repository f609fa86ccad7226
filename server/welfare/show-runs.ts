import type { Request, Response } from 'express';
import { hasRole, unitsBoughtFor } from '../accounts/actor.ts';
import { addressesFor } from '../accounts/address-queries.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { dayFromColumn } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { formView } from '../web/form-view.ts';
import { listRuns, ownClaims } from './run-queries.ts';
import { presentHead, runState } from './welfare-presenter.ts';

/** The page of the actor's runs, with the form of a new one and what is wrong with it. */
export async function showRuns(
  db: PrismaClient,
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
