import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, NotFound, StateConflict } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { mayBuyerSee } from './order-policy.ts';
import { findOrder, orderNumber } from './order-queries.ts';
import { orderParams, receiptBody } from './order-schemas.ts';
import { receiveFulfilment } from './receive-fulfilment.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

type TypedLine = Record<string, string | undefined>;

/** Receiving a parcel at the back door: accepted, short, damaged per line (rule 28). */
export function receiptRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.get(patterns.fulfilmentReceipt, (req, res) => show(req, res, 200, [], []));
  router.post(patterns.fulfilmentReceipt, async (req, res) => {
    const { id } = read(orderParams, req.params);
    const typed = Object.values((req.body.lines ?? {}) as Record<string, TypedLine>);
    try {
      await receiveFulfilment(db, actorOf(req), id, read(receiptBody, { lines: typed }).lines, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res, status, faults, typed);
    }
    flash(req, 'success', req.t('orders:flash.received'));
    const { orderId } = await db.fulfilment.findUniqueOrThrow({ where: { id }, select: { orderId: true } });
    res.redirect(303, pathTo('order', { id: orderId }));
  });
  return router;

  async function show(req: Request, res: Response, status: number, faults: Fault[], typed: TypedLine[]): Promise<void> {
    const { id } = read(orderParams, req.params);
    const found = await db.fulfilment.findUnique({ where: { id }, select: { orderId: true, state: true } });
    if (!found) throw new NotFound();
    const order = await findOrder(db, actorOf(req), found.orderId);
    if (!mayBuyerSee(actorOf(req), order)) throw new NotFound();
    if (found.state !== 'shipped' && status === 200) throw new StateConflict('wrongFulfilmentState');
    const { t, locale } = req;
    const lines = order.lines.filter((line) => line.fulfilmentId === id);
    res.status(status).render('orders/receive', {
      title: t('orders:receipt.title'),
      breadcrumbs: [
        { label: orderNumber(order), href: pathTo('order', { id: order.id }) },
        { label: t('orders:receipt.title') },
      ],
      action: pathTo('fulfilmentReceipt', { id }),
      form: formView(t, [], {}, faults),
      lines: lines.map((line, index) => {
        const entered = typed.find((candidate) => candidate.lineId === String(line.id));
        return {
          index,
          lineId: line.id,
          name: inLanguage(locale, line.name, line.nameEn),
          spec: inLanguage(locale, line.spec, line.specEn),
          category: line.illustration,
          ordered: t('orders:receipt.ordered', {
            quantity: line.quantity,
            unit: inLanguage(locale, line.saleUnit, line.saleUnitEn),
          }),
          accepted: entered?.acceptedQuantity ?? line.quantity,
          short: entered?.shortQuantity ?? 0,
          damaged: entered?.damagedQuantity ?? 0,
          note: entered?.note,
          most: line.quantity,
        };
      }),
    });
  }
}
