import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import type { Wish } from '../cart/quote.ts';
import { inReaderLanguage } from '../orders/order-labels.ts';
import { orderNumber, type WholeOrder } from '../orders/order-queries.ts';
import { pathTo, patterns } from '../paths.ts';
import type { PaymentDeps } from '../payments/start-payment.ts';
import type { Clock } from '../shared/clock.ts';
import type { Fault } from '../shared/errors.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn } from '../web/forms.ts';
import { amendOrder, findReturned } from './amend-order.ts';
import { ADDRESS_FIELDS, fieldsOf, noteField, quantityField, readAmendment } from './amendment-form.ts';
import { leadToOrder } from './lead-to-order.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

/** A returned order, amended and resubmitted by a buyer of its unit. */
export function amendmentRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.orderAmendment, async (req, res) => {
    show(req, res, await findReturned(db, actorOf(req), idIn(req.params.id)), []);
  });

  router.post(patterns.orderAmendment, async (req, res) => {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const order = await findReturned(db, actor, id);
    let lines: Wish[] = [];
    try {
      const amendment = readAmendment(order, req.body);
      lines = amendment.lines;
      await leadToOrder(parts, req, res, await amendOrder(db, actor, id, amendment, clock()), clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      show(req, res.status(status), order, fieldsOf(faults, lines));
    }
  });

  return router;
}

function show(req: Request, res: Response, order: WholeOrder, faults: Fault[]): void {
  const fields = order.lines.flatMap(({ productId }) => [quantityField(productId), noteField(productId)]);
  const { recipient, phone, region, address, note } = order;
  const held = Object.fromEntries(
    order.lines.flatMap((line) => [
      [quantityField(line.productId), String(line.quantity)],
      [noteField(line.productId), line.note ?? ''],
    ]),
  );
  const values = { recipient, phone, region, address, note: note ?? '', ...held, ...req.body };
  res.set('Cache-Control', 'no-store').render('checkout/amend', {
    title: req.t('amend:title', { number: orderNumber(order) }),
    breadcrumbs: [
      { label: orderNumber(order), href: pathTo('order', { id: order.id }) },
      { label: req.t('amend:crumb') },
    ],
    reason: order.decisions.at(-1)?.reason,
    action: pathTo('orderAmendment', { id: order.id }),
    back: pathTo('order', { id: order.id }),
    lines: order.lines.map((line) => ({
      name: inReaderLanguage(req, line.name, line.nameEn),
      spec: inReaderLanguage(req, line.spec, line.specEn),
      saleUnit: inReaderLanguage(req, line.saleUnit, line.saleUnitEn),
      quantity: quantityField(line.productId),
      note: noteField(line.productId),
      unitPriceFen: line.unitPriceFen,
    })),
    form: formView(req.t, [...ADDRESS_FIELDS, ...fields], values, faults),
  });
}
