import express, { type Request, type Router } from 'express';
import { toString as drawQr } from 'qrcode';
import { actorOf } from '../accounts/who-acts.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { groupBy } from '../shared/group-by.ts';
import { flash } from '../web/flash.ts';
import { refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { writeRunBundle } from './bundle.ts';
import { choosePackage } from './choose-package.ts';
import { signFor } from './hand-out.ts';
import { mayRun } from './lock-run.ts';
import { findRun, listClaims } from './run-queries.ts';
import { byDepartment, givenTo, resultOf, signOffSheet } from './sign-off-sheet.ts';
import { choiceForm, rosterQuery, signForm } from './welfare-forms.ts';
import { presentHead, presentPackage } from './welfare-presenter.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const A_PAGE = 50;

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
  baseUrl: string;
}

/** The roster of a run on the screen and on paper: who chose what, who signed. */
export function handOutRoutes({ db, files, clock, baseUrl }: Parts): Router {
  const router = express.Router();

  router.get(patterns.welfareRoster, async (req, res) => {
    const run = await runOf(req);
    const filter = read(rosterQuery, req.query);
    const claims = await listClaims(db, run.id, run.state, { ...filter, open: Boolean(filter.open), take: A_PAGE + 1 });
    const last = claims.length > A_PAGE ? claims[A_PAGE - 1] : undefined;
    const here = { q: filter.q, open: filter.open };
    res.render('welfare/roster', {
      layout: 'work',
      title: req.t('welfare:roster.title'),
      run: presentHead(req, run),
      filter,
      action: pathTo('welfareRoster', { id: run.id }),
      backHref: pathTo('welfareRun', { id: run.id }),
      firstHref: filter.after ? pathTo('welfareRoster', { id: run.id, ...here }) : undefined,
      nextHref: last ? pathTo('welfareRoster', { id: run.id, ...here, after: last.staffNumber }) : undefined,
      mayChoose: run.state === 'choosing' && mayRun(actorOf(req), run.unitId),
      maySign: run.state === 'distributed' && mayRun(actorOf(req), run.unitId),
      choices: run.packages.map(({ id, name }) => ({ value: String(id), label: name })),
      claims: claims.slice(0, A_PAGE).map((claim) => ({
        ...{ id: claim.id, name: claim.name, staffNumber: claim.staffNumber, department: claim.department },
        givenTo: givenTo(claim),
        ...{ packageId: claim.packageId, packageName: claim.package?.name, proxyName: claim.proxyName },
        ...{ result: resultOf(claim), resultLabel: req.t(`welfare:result.${resultOf(claim)}`) },
        choiceAction: pathTo('welfareClaimChoice', { id: run.id, claimId: claim.id }),
        signAction: pathTo('welfareSignature', { id: run.id, claimId: claim.id }),
      })),
    });
  });

  router.post(patterns.welfareClaimChoice, (req, res) =>
    act(req, res, async (runId, claimId) => {
      await choosePackage(db, { actor: actorOf(req), runId, claimId }, read(choiceForm, req.body).packageId, clock());
      return req.t('welfare:roster.chosenFor');
    }),
  );

  router.post(patterns.welfareSignature, (req, res) =>
    act(req, res, async (runId, claimId) => {
      const { signed, proxyName } = read(signForm, req.body);
      const signature = { claimId, signed: signed === '1', proxyName: proxyName || null };
      await signFor(db, actorOf(req), runId, signature, clock());
      return req.t(signed === '1' ? 'welfare:roster.signedFor' : 'welfare:roster.unsigned');
    }),
  );

  router.get(patterns.welfareSignOff, async (req, res) => {
    const run = await runOf(req);
    const claims = byDepartment(await listClaims(db, run.id, run.state, {}));
    res.render('welfare/sign-off', {
      layout: 'print',
      title: req.t('welfare:signOff.of', { name: run.name }),
      backHref: pathTo('welfareRun', { id: run.id }),
      run: presentHead(req, run),
      packages: run.packages.map((one) => presentPackage(req, one)),
      departments: [...groupBy(claims, ({ department }) => department ?? '')].map(([name, people]) => ({
        ...{ name, count: people.length },
        people: people.map((claim) => ({
          ...{ staffNumber: claim.staffNumber, name: claim.name, packageName: claim.package?.name },
          ...{
            signedAt: claim.signedAt?.toISOString(),
            proxyName: claim.proxyName,
            returned: claim.returnedAt !== null,
            givenTo: givenTo(claim),
          },
        })),
      })),
    });
  });

  router.get(patterns.welfareSignOffExcel, async (req, res) => {
    const run = await runOf(req);
    const file = await signOffSheet(req.t, run.name, await listClaims(db, run.id, run.state, {}));
    res
      .type(XLSX)
      .attachment(`${run.name}-${req.t('welfare:signOff.title')}.xlsx`)
      .send(file);
  });

  router.get(patterns.welfareSlips, async (req, res) => {
    const run = await runOf(req);
    const claims = byDepartment(await listClaims(db, run.id, run.state, {})).filter(({ userId }) => userId === null);
    const slips = claims.map(async ({ token, name, department }) => {
      const link = `${baseUrl}${pathTo('welfareChoice', { token: token ?? '' })}`;
      return token ? { name, department, link, qr: await drawQr(link, { type: 'svg', margin: 1 }) } : null;
    });
    res.render('welfare/slips', {
      layout: 'print',
      title: req.t('welfare:slips.title'),
      backHref: pathTo('welfareRun', { id: run.id }),
      run: presentHead(req, run),
      slips: (await Promise.all(slips)).filter(Boolean),
    });
  });

  router.get(patterns.welfareBundle, async (req, res) => {
    const run = await runOf(req);
    const zip = await writeRunBundle({ db, files }, req, run);
    res
      .type('application/zip')
      .attachment(`${run.name}-${req.t('welfare:bundle.file')}.zip`)
      .set('Cache-Control', 'no-store');
    zip.pipe(res);
  });

  return router;

  function runOf(req: Request) {
    return findRun(db, actorOf(req), idIn(req.params.id));
  }

  async function act(req: Request, res: express.Response, work: (runId: number, claimId: number) => Promise<string>) {
    const runId = idIn(req.params.id);
    try {
      flash(req, 'success', await work(runId, idIn(req.params.claimId)));
    } catch (error) {
      for (const { code, values } of refusedForm(error).faults) flash(req, 'error', req.t(`faults:${code}`, values));
    }
    const { q, open, after } = read(rosterQuery, req.body);
    res.redirect(303, pathTo('welfareRoster', { id: runId, q, open, after }));
  }
}
