import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { checkedUpload, uploadsIn } from '../web/uploads.ts';
import { inReaderLanguage } from './order-labels.ts';
import { mayBuyerSee } from './order-policy.ts';
import { findOrder, orderNumber, type WholeOrder } from './order-queries.ts';
import { cancellationBody, reviewBody } from './order-schemas.ts';
import { cancelOverdueParcel } from './overdue/cancel-overdue.ts';
import { formFaults, quantityField, readRefundRequest } from './refund-form.ts';
import { leftToAsk, presentRefundForm } from './refund-presenter.ts';
import { refundsOfOrder } from './refund-queries.ts';
import { requestRefund } from './request-refund.ts';
import { reviewDelivery } from './review-delivery.ts';
import { withdrawRefund } from './withdraw-refund.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

interface OwnParcel {
  order: WholeOrder;
  parcel: WholeOrder['fulfilments'][number];
}

/** What a buyer does about a parcel after ordering: ask for goods back, take that back, cancel what is overdue, review the delivery. */
export function afterSalesRoutes({ db, files, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.fulfilmentRefund, async (req, res) => askPage(req, res, await ownParcel(req), { values: {} }));

  router.post(patterns.fulfilmentRefund, async (req, res) => {
    const own = await ownParcel(req);
    const lineIds = own.order.lines.filter((line) => line.fulfilmentId === own.parcel.id).map((line) => line.id);
    let asked: number[] = [];
    try {
      const { request, chosen } = readRefundRequest(lineIds, req.body);
      asked = chosen;
      const photos = await Promise.all(
        uploadsIn(req, 'photos').map((upload) => checkedUpload(upload, 'evidence', 'photos')),
      );
      await requestRefund({ db, files }, actorOf(req), own.order.id, { ...request, photos }, clock());
      flash(req, 'success', req.t('aftersales:flash.asked'));
      res.redirect(303, pathTo('order', { id: own.order.id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const fields = [...lineIds.map(quantityField), 'reason', 'photos'];
      const form = formView(req.t, fields, req.body, formFaults(asked, faults));
      await askPage(req, res.status(status), await ownParcel(req), form);
    }
  });

  router.post(patterns.refundWithdrawal, async (req, res) => {
    const id = idIn(req.params.id);
    const found = await db.refund.findUnique({ where: { id }, select: { orderId: true } });
    if (!found) throw new NotFound();
    try {
      await withdrawRefund(db, actorOf(req), id, clock());
      flash(req, 'success', req.t('aftersales:flash.withdrawn'));
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      flash(req, 'error', req.t(`faults:${error.code}`));
    }
    res.redirect(303, pathTo('order', { id: found.orderId }));
  });

  router.post(patterns.fulfilmentCancellation, async (req, res) => {
    const { order, parcel } = await ownParcel(req);
    try {
      const { reason } = read(cancellationBody, req.body);
      const state = await cancelOverdueParcel(db, actorOf(req), parcel.id, reason, clock());
      flash(req, 'success', req.t(`overdue:flash.${state === 'cancelled' ? 'cancelled' : 'restCancelled'}`));
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      flash(req, 'error', req.t(`faults:${error.code}`));
    }
    res.redirect(303, pathTo('order', { id: order.id }));
  });

  router.get(patterns.fulfilmentReview, async (req, res) => {
    const own = await ownParcel(req);
    if (own.parcel.state === 'received' && !own.parcel.review) return reviewPage(req, res, own, { values: {} });
    flash(req, 'info', req.t(`faults:${own.parcel.review ? 'alreadyReviewed' : 'notYetReceived'}`));
    res.redirect(303, pathTo('order', { id: own.order.id }));
  });

  router.post(patterns.fulfilmentReview, async (req, res) => {
    const own = await ownParcel(req);
    try {
      await reviewDelivery(db, actorOf(req), own.parcel.id, read(reviewBody, req.body), clock());
      flash(req, 'success', req.t('aftersales:flash.reviewed'));
    } catch (error) {
      if (!(error instanceof StateConflict)) {
        const { status, faults } = refusedForm(error);
        return reviewPage(req, res.status(status), own, formView(req.t, ['rating', 'text'], req.body, faults));
      }
      flash(req, 'error', req.t(`faults:${error.code}`));
    }
    res.redirect(303, pathTo('order', { id: own.order.id }));
  });

  return router;

  /** The parcel in the path with its order, for its buyer's side. */
  async function ownParcel(req: Request): Promise<OwnParcel> {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const found = await db.fulfilment.findUnique({ where: { id }, select: { orderId: true } });
    const order = found && (await findOrder(db, actor, found.orderId));
    const parcel = order?.fulfilments.find((part) => part.id === id);
    if (!order?.placedAt || !parcel || !mayBuyerSee(actor, order)) throw new NotFound();
    return { order, parcel };
  }

  async function askPage(req: Request, res: Response, { order, parcel }: OwnParcel, form: FormView): Promise<void> {
    const left = leftToAsk(order, parcel, await refundsOfOrder(db, order.id));
    res.set('Cache-Control', 'no-store').render('orders/refund', presentRefundForm(req, order, parcel, left, form));
  }
}

function reviewPage(req: Request, res: Response, { order, parcel }: OwnParcel, form: FormView): void {
  const title = req.t('aftersales:review.title');
  res.render('orders/review', {
    title,
    breadcrumbs: [{ label: orderNumber(order), href: pathTo('order', { id: order.id }) }, { label: title }],
    supplierName: inReaderLanguage(req, parcel.supplier.name, parcel.supplier.nameEn),
    action: pathTo('fulfilmentReview', { id: parcel.id }),
    goods: order.lines
      .filter((line) => line.fulfilmentId === parcel.id)
      .map((line) => inReaderLanguage(req, line.name, line.nameEn)),
    ratings: [5, 4, 3, 2, 1].map((rating) => ({ value: String(rating), label: req.t(`aftersales:rating.${rating}`) })),
    form: { ...form, labels: { rating: req.t('aftersales:review.rating') } },
  });
}
