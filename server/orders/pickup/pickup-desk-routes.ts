import express, { type Request, type Response, type Router } from 'express';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf, daysBetween } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { unitWord } from '../../shared/unit-words.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { parcelNumber } from '../order-labels.ts';
import { arriveAtPoint, type DeskParcel, handOver, parcelsOfDesk } from './pickup-desk.ts';
import { pointOfDesk } from './pickup-points.ts';
import { handoverForm } from './pickup-schemas.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const LATE_DAYS = 3;

/** A pick-up point's desk on its keeper's phone, opened by the point's link without a password (rule 34). */
export function pickupDeskRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.pickupDesk, (req, res) => show(req, res, []));

  router.post(patterns.pickupArrival, (req, res) =>
    act(req, res, async () => {
      const point = await pointOfDesk(db, tokenOf(req));
      await arriveAtPoint(db, point, idIn(req.params.id), clock());
      return req.t('pickup:desk.arrivedDone');
    }),
  );

  router.post(patterns.pickupHandover, (req, res) =>
    act(req, res, async () => {
      const point = await pointOfDesk(db, tokenOf(req));
      const { recipient } = await handOver(db, point, read(handoverForm, req.body).code, clock());
      return req.t('pickup:desk.handedOver', { recipient });
    }),
  );

  return router;

  async function act(req: Request, res: Response, deed: () => Promise<string>): Promise<void> {
    try {
      flash(req, 'success', await deed());
      res.redirect(303, pathTo('pickupDesk', { token: tokenOf(req) }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  }

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const token = tokenOf(req);
    const point = await pointOfDesk(db, token);
    const parcels = await parcelsOfDesk(db, point.id, clock());
    const shown = parcels.map((parcel) => presentParcel(req, parcel, token, clock()));
    res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex' });
    res.render('orders/pickup-desk', {
      title: point.name,
      point: { name: (req.locale === 'en' && point.nameEn) || point.name, hours: point.hours },
      handoverAction: pathTo('pickupHandover', { token }),
      waiting: shown.filter((parcel) => parcel.arrived),
      coming: shown.filter((parcel) => !parcel.arrived && parcel.arriveAction),
      announced: shown.filter((parcel) => !parcel.arrived && !parcel.arriveAction).length,
      form: formView(req.t, ['code'], req.body ?? {}, faults),
    });
  }
}

function tokenOf(req: Request): string {
  return String(req.params.token).slice(0, 64);
}

/** The code is the buyer's to show: the desk never sees it before. */
function presentParcel(req: Request, { fulfilment, arrivedAt }: DeskParcel, token: string, now: Date) {
  const named = (zh: string, en: string | null) => (req.locale === 'en' && en) || zh;
  const days = arrivedAt ? daysBetween(dayOf(arrivedAt), dayOf(now)) : 0;
  return {
    id: fulfilment.id,
    number: parcelNumber(fulfilment),
    recipient: fulfilment.order.recipient,
    phoneEnd: fulfilment.order.phone.slice(-4),
    supplierName: named(fulfilment.supplier.name, fulfilment.supplier.nameEn),
    goods: fulfilment.lines.map(
      (line) =>
        `${named(line.name, line.nameEn)} × ${line.quantity} ${unitWord(line.quantity, named(line.saleUnit, line.saleUnitEn))}`,
    ),
    shipments: fulfilment.shipments,
    arrived: arrivedAt !== null,
    arrivedAt,
    late: days >= LATE_DAYS ? req.t('pickup:desk.waitsDays', { count: days }) : undefined,
    arriveAction: fulfilment.state === 'shipped' ? pathTo('pickupArrival', { token, id: fulfilment.id }) : undefined,
  };
}
