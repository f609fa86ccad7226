import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import type { FileStore, NewFile } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { refusedForm } from '../web/form-view.ts';
import { idIn } from '../web/forms.ts';
import { checkedUpload, uploadsIn } from '../web/uploads.ts';
import { type ArrivedRow, arrivedRows } from './arrived-rows.ts';
import { receiverOf } from './order-labels.ts';
import { mayBuyerSee, mayLookAfter, maySee } from './order-policy.ts';
import { findOrder } from './order-queries.ts';
import { readReceipt, receiptFaults, receiptField } from './receipt-form.ts';
import { type Arrived, presentReceipt } from './receipt-presenter.ts';
import { receiveFulfilment } from './receive-fulfilment.ts';
import { WARMEST_DECI } from './ship-fulfilment.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

/** Receiving a shipment at the back door: accepted, short, damaged per line and batch, by weight, with photos (rules 25, 28). */
export function receiptRoutes({ db, files, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.fulfilmentReceipt, async (req, res) => {
    const arrived = await arrivedParcel(req);
    if (arrived.shipment) return show(req, res, { ...arrived, shipment: arrived.shipment }, {}, []);
    notToReceive(req, res, arrived);
  });

  router.post(patterns.fulfilmentReceipt, async (req, res) => {
    const arrived = await arrivedParcel(req);
    const { rows, parcel, order, shipment } = arrived;
    if (!shipment) return notToReceive(req, res, arrived);
    try {
      const photos = new Map(await Promise.all(rows.map((row) => photosOf(req, row))));
      const { inputs, temperatureDeci } = readReceipt(rows, req.body, (row) => photos.get(row) ?? []);
      const head = { shipmentId: shipment.id, temperatureDeci, files };
      await receiveFulfilment(db, actorOf(req), parcel.id, inputs, clock(), head);
      const whole = inputs.every((input) => input.shortQuantity + input.damagedQuantity === 0);
      flash(req, 'success', req.t(`orders:received.${receiverOf(order)}.${whole ? 'done' : 'doneShort'}`));
      if (temperatureDeci !== null && temperatureDeci > WARMEST_DECI)
        flash(req, 'error', req.t('receiving:tooWarm', { most: WARMEST_DECI / 10 }));
      res.redirect(303, pathTo('order', { id: order.id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      show(req, res.status(status), { ...arrived, shipment }, req.body, receiptFaults(rows, faults));
    }
  });

  router.get(patterns.receiptPhoto, async (req, res) => {
    const actor = actorOf(req);
    const [fulfilmentId, fileId] = [idIn(req.params.id), idIn(req.params.fileId)];
    const photo = await db.receiptPhoto.findFirst({
      where: { fileId, receiptLine: { receipt: { fulfilmentId } } },
      select: {
        file: true,
        receiptLine: { select: { receipt: { select: { fulfilment: { include: { order: true } } } } } },
      },
    });
    const fulfilment = photo?.receiptLine.receipt.fulfilment;
    if (!photo || !fulfilment || !(maySee(actor, fulfilment.order) || mayLookAfter(actor, fulfilment)))
      throw new NotFound();
    const bytes = await files.open(photo.file.sha256);
    if (!bytes) throw new NotFound();
    res.type(photo.file.mime).set('Cache-Control', 'private, max-age=86400');
    await pipeline(bytes, res);
  });

  return router;

  /** The parcel in the path with its order and the shipment that is received now, for whoever may receive it. */
  async function arrivedParcel(req: Request) {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const found = await db.fulfilment.findUnique({ where: { id }, select: { orderId: true } });
    const order = found && (await findOrder(db, actor, found.orderId));
    const parcel = order?.fulfilments.find((part) => part.id === id);
    if (!order || !parcel || !mayBuyerSee(actor, order)) throw new NotFound();
    const mayArrive = parcel.state === 'shipped' || parcel.state === 'partly_shipped';
    const open = mayArrive ? parcel.shipments.filter((one) => one.receivedAt === null) : [];
    const wanted = Number(req.body?.shipment ?? req.query.shipment) || null;
    const shipment = wanted === null ? open[0] : open.find((one) => one.id === wanted);
    return { order, parcel, open, shipment, rows: shipment ? arrivedRows(order, parcel, shipment) : [] };
  }
}

async function photosOf(req: Request, row: ArrivedRow): Promise<[ArrivedRow, NewFile[]]> {
  const field = receiptField('photos', row.key);
  return [row, await Promise.all(uploadsIn(req, field).map((upload) => checkedUpload(upload, 'photo', field)))];
}

type Found = Omit<Arrived, 'shipment'>;

function notToReceive(req: Request, res: Response, { parcel, order }: Found): void {
  const already = parcel.shipments.length > 0 && parcel.shipments.every((one) => one.receivedAt !== null);
  flash(req, 'info', req.t(`orders:received.${receiverOf(order)}.${already ? 'already' : 'notYet'}`));
  res.redirect(303, pathTo('order', { id: order.id }));
}

function show(req: Request, res: Response, arrived: Arrived, values: Record<string, unknown>, faults: Fault[]): void {
  res.set('Cache-Control', 'no-store').render('orders/receive', presentReceipt(req, arrived, values, faults));
}
