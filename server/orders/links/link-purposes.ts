import type { Db } from '../../db/client.ts';
import { mayContest } from '../disputes/contest-receipt.ts';
import { mayHappenTo } from '../order-states.ts';

/** The one thing that a link lets somebody do. */
export const PURPOSES = ['confirm', 'ship', 'shortage'] as const;
export type Purpose = (typeof PURPOSES)[number];

export const isPurpose = (text: string): text is Purpose => (PURPOSES as readonly string[]).includes(text);

/** Whether what a link is for can still be done: it may have been done otherwise, or the order cancelled. */
export async function isOfUse(db: Db, link: { purpose: Purpose; subjectId: number }, now: Date): Promise<boolean> {
  if (link.purpose !== 'shortage') return (await purposesOf(db, link.subjectId, now)).has(link.purpose);
  const receipt = await db.receipt.findUnique({
    where: { id: link.subjectId },
    select: {
      ...{ kind: true, at: true, dispute: { select: { id: true } } },
      fulfilment: { select: { order: { select: { paymentWay: true } } } },
      lines: { select: { shortQuantity: true, damagedQuantity: true } },
    },
  });
  return receipt !== null && receipt.dispute === null && mayContest(receipt.fulfilment.order, receipt, now);
}

/** What can be done with a parcel now, with what it is done to: the parcel, or the receipt that reported a shortage. */
export async function purposesOf(db: Db, fulfilmentId: number, now: Date): Promise<Map<Purpose, number>> {
  const parcel = await db.fulfilment.findUnique({
    where: { id: fulfilmentId },
    select: {
      state: true,
      order: { select: { paymentWay: true, placedAt: true } },
      receipts: {
        where: { dispute: null },
        orderBy: { id: 'desc' },
        select: {
          ...{ id: true, kind: true, at: true },
          lines: { select: { shortQuantity: true, damagedQuantity: true } },
        },
      },
    },
  });
  const can = new Map<Purpose, number>();
  if (!parcel?.order.placedAt) return can;
  if (mayHappenTo(parcel.state, 'confirm')) can.set('confirm', fulfilmentId);
  else if (mayHappenTo(parcel.state, 'ship')) can.set('ship', fulfilmentId);
  const short = parcel.receipts.find((receipt) => mayContest(parcel.order, receipt, now));
  if (short) can.set('shortage', short.id);
  return can;
}
