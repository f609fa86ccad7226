import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn } from '../web/forms.ts';
import { inReaderLanguage } from './order-labels.ts';
import { mayBuyerSee } from './order-policy.ts';
import { findOrder, orderNumber, type WholeOrder } from './order-queries.ts';
import { RECEIPT_PARTS, readReceipt, receiptFaults, receiptField } from './receipt-form.ts';
import { receiveFulfilment } from './receive-fulfilment.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

type Line = WholeOrder['lines'][number];

interface Arrived {
  order: WholeOrder;
  parcel: WholeOrder['fulfilments'][number];
  lines: Line[];
}

/** Receiving a parcel at the back door: accepted, short, damaged per line (rule 28). */
export function receiptRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.fulfilmentReceipt, async (req, res) => {
    const arrived = await arrivedParcel(req);
    if (arrived.parcel.state === 'shipped') return show(req, res, arrived, {}, []);
    flash(
      req,
      'info',
      req.t(`orders:flash.notToReceive.${arrived.parcel.state === 'received' ? 'already' : 'notYet'}`),
    );
    res.redirect(303, pathTo('order', { id: arrived.order.id }));
  });

  router.post(patterns.fulfilmentReceipt, async (req, res) => {
    const arrived = await arrivedParcel(req);
    const { lines, parcel, order } = arrived;
    try {
      const inputs = readReceipt(lines, req.body);
      await receiveFulfilment(db, actorOf(req), parcel.id, inputs, clock());
      const whole = inputs.every((input) => input.shortQuantity + input.damagedQuantity === 0);
      flash(req, 'success', req.t(whole ? 'orders:flash.received' : 'orders:flash.receivedShort'));
      res.redirect(303, pathTo('order', { id: order.id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      show(req, res.status(status), arrived, req.body, receiptFaults(lines, faults));
    }
  });

  return router;

  /** The parcel in the path with its order, for whoever may receive it. */
  async function arrivedParcel(req: Request): Promise<Arrived> {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const found = await db.fulfilment.findUnique({ where: { id }, select: { orderId: true } });
    const order = found && (await findOrder(db, actor, found.orderId));
    const parcel = order?.fulfilments.find((part) => part.id === id);
    if (!order || !parcel || !mayBuyerSee(actor, order)) throw new NotFound();
    return { order, parcel, lines: order.lines.filter((line) => line.fulfilmentId === id).flatMap(toArrive) };
  }
}

/** What was refunded before it arrived is not received. */
function toArrive(line: Line): Line[] {
  const quantity = line.quantity - line.refundedQuantity;
  return quantity > 0 || line.acceptedQuantity > 0 ? [{ ...line, quantity }] : [];
}

function show(req: Request, res: Response, arrived: Arrived, values: Record<string, unknown>, faults: Fault[]): void {
  const { order, parcel, lines } = arrived;
  const fields = lines.flatMap((line) => RECEIPT_PARTS.map((part) => receiptField(part, line.id)));
  const title = req.t(order.fundingSource === 'individual' ? 'orders:receipt.titlePerson' : 'orders:receipt.title');
  res.render('orders/receive', {
    title,
    breadcrumbs: [{ label: orderNumber(order), href: pathTo('order', { id: order.id }) }, { label: title }],
    supplierName: inReaderLanguage(req, parcel.supplier.name, parcel.supplier.nameEn),
    action: pathTo('fulfilmentReceipt', { id: parcel.id }),
    form: { ...formView(req.t, fields, values, faults), labels: labelsOf(req, lines, faults) },
    lines: lines.map((line) => presentLine(req, line)),
  });
}

/** What the summary calls a field whose fault does not name the goods itself. */
function labelsOf(req: Request, lines: readonly Line[], faults: readonly Fault[]): Record<string, string> {
  const labels = faults.flatMap(({ path, values }) => {
    const line = lines.find((candidate) => path.endsWith(`-${candidate.id}`));
    return line && !values?.name ? [[path, inReaderLanguage(req, line.name, line.nameEn)] as const] : [];
  });
  return Object.fromEntries(labels);
}

function presentLine(req: Request, line: Line) {
  const saleUnit = inReaderLanguage(req, line.saleUnit, line.saleUnitEn);
  return {
    id: line.id,
    name: inReaderLanguage(req, line.name, line.nameEn),
    spec: inReaderLanguage(req, line.spec, line.specEn),
    category: line.illustration,
    ordered: req.t('orders:receipt.ordered', { quantity: line.quantity, unit: saleUnit }),
    saleUnit,
    most: line.quantity,
    parts: (['accepted', 'short', 'damaged'] as const).map((part) => ({
      field: receiptField(part, line.id),
      label: req.t(`orders:receipt.${part}`),
      value: part === 'accepted' ? line.quantity : 0,
      part,
    })),
    noteField: receiptField('note', line.id),
  };
}
