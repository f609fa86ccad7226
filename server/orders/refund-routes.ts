import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import type { RefundState } from '../db/generated/enums.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { idIn } from '../web/forms.ts';
import { decideRefund } from './decide-refund.ts';
import { mayDecideRefund } from './order-policy.ts';
import { formFaults, quantityField, readRefundDecision, restockedField } from './refund-form.ts';
import { presentRefund, presentRefundList, REFUND_TABS } from './refund-presenter.ts';
import { countOpenRefunds, findRefund, listRefunds, type WholeRefund } from './refund-queries.ts';
import { refundedFreightOfParcel } from './refunded-parts.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const PAGE = 20;
const STATES: Record<(typeof REFUND_TABS)[number], RefundState[]> = {
  requested: ['requested'],
  granted: ['approved', 'paid'],
  refused: ['refused', 'withdrawn'],
};

/** Refunds as their suppliers and the operator decide them. */
export function refundRoutes({ db, files, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.refunds, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team', 'operator');
    const tab = REFUND_TABS.find((name) => name === req.query.state) ?? 'requested';
    const key = decodeCursor(typeof req.query.cursor === 'string' ? req.query.cursor : undefined, 1)?.[0];
    const [open, found] = await Promise.all([
      countOpenRefunds(db, actor),
      listRefunds(db, actor, STATES[tab], Number(key) || null, PAGE + 1),
    ]);
    const refunds = found.slice(0, PAGE);
    const last = found.length > PAGE ? refunds.at(-1) : undefined;
    const state = tab === 'requested' ? undefined : tab;
    res.set('Cache-Control', 'no-store').render('refunds/list', {
      layout: 'work',
      ...presentRefundList(req, tab, open, refunds),
      firstHref: key ? pathTo('refunds', { state }) : undefined,
      nextHref: last && pathTo('refunds', { state, cursor: encodeCursor([last.id]) }),
    });
  });

  router.get(patterns.refund, async (req, res) => {
    const refund = await findRefund(db, actorOf(req), idIn(req.params.id));
    if (mayDecideRefund(actorOf(req), refund.fulfilment)) return show(req, res, refund, { values: {} });
    res.redirect(303, `${pathTo('order', { id: refund.orderId })}#refund-${refund.id}`);
  });

  router.post(patterns.refundDecision, async (req, res) => {
    const actor = actorOf(req);
    const refund = await findRefund(db, actor, idIn(req.params.id));
    const lineIds = refund.lines.map((line) => line.lineId);
    try {
      const decision = readRefundDecision(lineIds, req.body);
      await decideRefund(db, actor, refund.id, decision, clock());
      flash(req, 'success', req.t(`aftersales:flash.${decision.decision}`));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      if (!(error instanceof StateConflict)) {
        const fields = [...lineIds.flatMap((id) => [quantityField(id), restockedField(id)]), 'freight', 'reason'];
        return show(req, res.status(status), refund, formView(req.t, fields, req.body, formFaults(lineIds, faults)));
      }
      flash(req, 'error', req.t(`faults:${error.code}`, error.values));
    }
    res.redirect(303, pathTo('refund', { id: refund.id }));
  });

  router.get(patterns.refundPhoto, async (req, res) => {
    const refund = await findRefund(db, actorOf(req), idIn(req.params.id));
    const photo = refund.photos.find(({ fileId }) => fileId === idIn(req.params.fileId));
    const bytes = photo && (await files.open(photo.file.sha256));
    if (!photo || !bytes) throw new NotFound();
    res.type(photo.file.mime).set('Cache-Control', 'private, max-age=86400');
    await pipeline(bytes, res);
  });

  return router;

  async function show(req: Request, res: Response, refund: WholeRefund, form: FormView): Promise<void> {
    const freightLeft = refund.fulfilment.freightFen - (await refundedFreightOfParcel(db, refund.fulfilmentId));
    res.set('Cache-Control', 'no-store').render('refunds/show', {
      layout: 'work',
      currentPath: pathTo('refunds'),
      ...presentRefund(req, refund, freightLeft, form),
    });
  }
}
