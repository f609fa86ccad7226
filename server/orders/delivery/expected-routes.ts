import express, { type Request, type Router } from 'express';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { addDays, dayOf, parseDay } from '../../shared/days.ts';
import { unitWord } from '../../shared/unit-words.ts';
import { canteensOf, unitsKeptFor } from '../../units/canteens/canteen-queries.ts';
import { comingDay, inReaderLanguage, parcelNumber } from '../order-labels.ts';
import { mayBuyerSee } from '../order-policy.ts';
import { presentState } from '../order-presenter.ts';
import { presentDelivery } from './delivery-text.ts';
import { type ExpectedParcel, expectedDeliveries } from './expected-deliveries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** What the unit's canteens await on a day, for whoever stands at the back door with a phone. */
export function expectedRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.expectedDeliveries, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'buyer', 'approver');
    const today = dayOf(clock());
    const day = (typeof req.query.day === 'string' && parseDay(req.query.day)) || today;
    const canteens = await canteensOf(db, unitsKeptFor(actor), true);
    const { awaited, late } = await expectedDeliveries(
      db,
      canteens.map(({ id }) => id),
      day,
      day === today,
    );
    const link = (other: string) => pathTo('expectedDeliveries', { day: other === today ? undefined : other });
    res.set('Cache-Control', 'no-store').render('orders/expected', {
      layout: 'work',
      title: req.t(day === today ? 'delivery:expected.today' : 'delivery:expected.title', { day }),
      currentPath: pathTo('expectedDeliveries'),
      shownDay: day,
      prevHref: link(addDays(day, -1)),
      nextHref: link(addDays(day, 1)),
      todayHref: day === today ? undefined : link(today),
      groups: canteens
        .map(({ id, name, note }) => ({ name, note, parcels: awaited.filter(({ order }) => order.canteenId === id) }))
        .filter(({ parcels }) => parcels.length > 0)
        .map((group) => ({ ...group, parcels: group.parcels.map((parcel) => presentExpected(req, parcel)) })),
      late: late.map((parcel) => presentExpected(req, parcel)),
      hasCanteens: canteens.length > 0,
    });
  });

  return router;
}

function presentExpected(req: Request, parcel: ExpectedParcel) {
  const { order, supplier, shipments, lines } = parcel;
  const isUnderWay = parcel.state === 'shipped' || parcel.state === 'partly_shipped';
  return {
    number: parcelNumber(parcel),
    href: pathTo('order', { id: order.id }),
    supplierName: inReaderLanguage(req, supplier.name, supplier.nameEn),
    phone: supplier.phone,
    delivery: presentDelivery(req, order),
    goods: lines.map(
      (line) =>
        `${inReaderLanguage(req, line.name, line.nameEn)} × ${line.quantity} ${unitWord(line.quantity, inReaderLanguage(req, line.saleUnit, line.saleUnitEn))}`,
    ),
    comesOn: comingDay(order),
    coldChain: lines.some((line) => line.product.coldChain),
    shipments,
    ...presentState(req, 'fulfilment', parcel.state),
    receiveHref:
      isUnderWay && mayBuyerSee(actorOf(req), order) ? pathTo('fulfilmentReceipt', { id: parcel.id }) : undefined,
  };
}
