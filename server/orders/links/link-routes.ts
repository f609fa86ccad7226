import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response, type Router } from 'express';
import { toString as drawQr } from 'qrcode';
import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { SignedLink } from '../../db/generated/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { BadInput, type Fault, NotFound, Refusal, StateConflict } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { checkedUpload, type UploadKind, uploadsIn } from '../../web/uploads.ts';
import { kindsToGo } from '../cold-chain.ts';
import { mayFulfil, maySee } from '../order-policy.ts';
import { findFulfilment } from '../order-queries.ts';
import { readShipment, shipmentFields } from '../supplier-forms.ts';
import { presentParcel } from '../supplier-presenter.ts';
import { answerShortage, confirmByLink, isShort, kindIn, shipByLink } from './act-by-link.ts';
import { issueLink, revokeLink } from './issue-link.ts';
import { presentHandOut, presentShortage, presentStep } from './link-presenter.ts';
import { PURPOSES, purposesOf } from './link-purposes.ts';
import { findLinksOf, findShortage } from './link-queries.ts';
import { tokenOf } from './link-token.ts';
import { linkAfter, type OpenLink, openLink } from './open-link.ts';
import { lastCarrier, nextStep, reasonIn, stepOf } from './ship-steps.ts';

interface Parts {
  config: { sessionSecret: string };
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
  baseUrl: string;
}

const purposeForm = z.object({ purpose: z.enum(PURPOSES) });

/** Links without a password: handed out by whoever looks after a supplier, and the one page that each of them opens (rule 34). */
export function linkRoutes(parts: Parts): Router {
  const { config, db, files, clock, baseUrl } = parts;
  const secret = config.sessionSecret;
  const router = express.Router();

  router.get(patterns.parcelLinks, (req, res) => showHandOut(req, res, []));

  router.post(patterns.parcelLinks, async (req, res) => {
    const fulfilmentId = idIn(req.params.id);
    try {
      const { purpose } = read(purposeForm, req.body);
      await issueLink(db, actorOf(req), { fulfilmentId, purpose }, clock());
      flash(req, 'success', req.t('links:flash.issued'));
      res.redirect(303, pathTo('parcelLinks', { id: fulfilmentId }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showHandOut(req, res.status(status), faults);
    }
  });

  router.post(patterns.linkRevocation, async (req, res) => {
    await revokeLink(db, actorOf(req), idIn(req.params.linkId), clock());
    flash(req, 'success', req.t('links:flash.revoked'));
    res.redirect(303, pathTo('parcelLinks', { id: idIn(req.params.id) }));
  });

  router.get(patterns.signedLink, (req, res) => show(req, res, { ...req.query }, []));

  router.post(patterns.signedLink, async (req, res) => {
    const opened = await opens(req, res);
    if (!opened) return;
    try {
      await act(req, res, opened);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      // Another phone may have been faster; then the page says that it is done.
      const still = error instanceof StateConflict ? await opens(req, res) : opened;
      if (still) await show(req, res.status(status), req.body ?? {}, faults, still);
    }
  });

  router.get(patterns.shipmentSlip, async (req, res) => {
    const actor = actorOf(req);
    const shipment = await db.shipment.findUnique({
      where: { id: idIn(req.params.id) },
      select: { slip: true, fulfilment: { include: { order: { include: { approvals: true } } } } },
    });
    const { slip, fulfilment } = shipment ?? {};
    if (!slip || !fulfilment || !(maySee(actor, fulfilment.order) || mayFulfil(actor, fulfilment)))
      throw new NotFound();
    const bytes = await files.open(slip.sha256);
    if (!bytes) throw new NotFound();
    res.type(slip.mime).set('Cache-Control', 'private, max-age=86400');
    await pipeline(bytes, res);
  });

  return router;

  async function showHandOut(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const now = clock();
    const [{ parcel, links }, purposes] = await Promise.all([findLinksOf(db, actor, id), purposesOf(db, id, now)]);
    const urlOf = (link: (typeof links)[number]) => `${baseUrl}${hrefOf(link)}`;
    const shown = presentHandOut(req, { parcel, links, purposes: [...purposes.keys()], urlOf, now });
    const [current] = shown.links.filter(({ isOpen }) => isOpen);
    res.set('Cache-Control', 'no-store').render('links/hand-out', {
      layout: 'work',
      currentPath: pathTo('parcelLinks', { id }),
      ...shown,
      qr: current && (await drawQr(current.url, { type: 'svg', margin: 1 })),
      form: formView(req.t, [], {}, faults),
    });
  }

  /** The link in the path; when it opens no more, the page says so and what to do, and null is answered. */
  async function opens(req: Request, res: Response): Promise<OpenLink | null> {
    res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex' });
    try {
      return await openLink(db, secret, String(req.params.token), clock());
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      const isDone = error.code === 'linkUsed' || error.code === 'linkHasNoUse';
      const next = await linkAfter(db, secret, String(req.params.token), clock());
      res.status(410).render('links/over', {
        layout: 'plain',
        title: req.t(isDone ? 'links:over.titleDone' : 'links:over.title'),
        isDone,
        text: req.t(`faults:${error.code}`),
        nextHref: next && hrefOf(next),
        signInHref: pathTo('signIn', { returnTo: pathTo('supplierFulfilments') }),
      });
      return null;
    }
  }

  function hrefOf(link: SignedLink): string {
    return pathTo('signedLink', { token: tokenOf(secret, link) });
  }

  async function act(req: Request, res: Response, opened: OpenLink): Promise<void> {
    const { link, actor } = opened;
    const now = clock();
    if (link.purpose === 'confirm') {
      const next = await confirmByLink(parts, opened, now);
      flash(req, 'success', req.t('links:flash.confirmed'));
      return res.redirect(303, hrefOf(next));
    }
    if (link.purpose === 'ship') {
      const parcel = await findFulfilment(db, actor, link.subjectId);
      const [slip] = await uploaded(req, 'slip', 'photo');
      const noSlip: Fault[] = slip ? [] : [{ path: 'slip', code: 'slipNeeded' }];
      const { input, fieldOf } = withFaults(noSlip, () => readShipment(parcel, req.body ?? {}));
      const shortReason = isShort(parcel, input) ? reasonIn(req.body ?? {}) : null;
      if (!slip) throw new BadInput(noSlip);
      const kind = kindIn(parcel, input);
      const next = await shipByLink(parts, opened, { input, slip, shortReason, kind }, now).catch((error: unknown) => {
        throw withFields(error, fieldOf);
      });
      const part = kindsToGo(parcel).length > 1 ? `shippedApart.${kind}` : 'shippedPart';
      return done(req, res, next ? part : 'shipped', next && hrefOf(next));
    }
    const contests = req.body?.answer === 'contest';
    const photos = contests ? await uploaded(req, 'photos', 'evidence') : [];
    const text = contests
      ? String(req.body?.text ?? '')
          .trim()
          .slice(0, 1000)
      : null;
    await answerShortage(parts, opened, { text, photos }, now);
    done(req, res, contests ? 'contested' : 'agreed');
  }

  async function show(
    req: Request,
    res: Response,
    typed: Record<string, unknown>,
    faults: Fault[],
    known?: OpenLink,
  ): Promise<void> {
    const opened = known ?? (await opens(req, res));
    if (!opened) return;
    const { link, actor } = opened;
    const now = clock();
    const action = pathTo('signedLink', { token: String(req.params.token) });
    if (link.purpose === 'shortage') {
      const receipt = await findShortage(db, link.subjectId);
      res.render('links/shortage', {
        layout: 'plain',
        ...presentShortage(req, receipt),
        action,
        form: formView(req.t, ['text', 'photos'], typed, faults),
      });
      return;
    }
    const parcel = await findFulfilment(db, actor, link.subjectId);
    const next = faults.length > 0 ? { step: stepOf(faults), faults } : nextStep(parcel, typed);
    if (next.faults.length > 0 && res.statusCode === 200) res.status(422);
    const values = link.purpose === 'ship' ? { carrier: await lastCarrier(db, parcel.supplierId), ...typed } : typed;
    const form = formView(req.t, [...shipmentFields(parcel), 'slip', 'reason'], values, next.faults);
    const shown = { ...presentParcel(req, parcel, form, now), layout: 'plain', breadcrumbs: undefined, action };
    const asked = { parcel, form: shown.form, step: next.step, answers: typed, action };
    const question = link.purpose === 'ship' ? presentStep(req, asked) : { title: req.t('links:confirm.title') };
    res.render(`links/${link.purpose}`, { ...shown, ...question });
  }
}

function done(req: Request, res: Response, what: string, nextHref: string | null = null): void {
  res.render('links/done', {
    layout: 'plain',
    title: req.t('links:done.title'),
    text: req.t(`links:done.${what}`),
    nextHref,
  });
}

/** What else is wrong is told together with what `work` finds wrong. */
function withFaults<T>(others: Fault[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof BadInput ? new BadInput([...error.faults, ...others]) : error;
  }
}

function uploaded(req: Request, field: string, kind: UploadKind): Promise<NewFile[]> {
  return Promise.all(uploadsIn(req, field).map((upload) => checkedUpload(upload, kind, field)));
}

function withFields(error: unknown, fieldOf: (path: string) => string): unknown {
  if (!(error instanceof Refusal) || error.faults.length === 0) return error;
  const faults = error.faults.map((fault) => ({ ...fault, path: fieldOf(fault.path) }));
  return new Refusal(error.status, error.code, error.values, faults);
}
